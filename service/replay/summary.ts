import Table from 'cli-table3'
import type { Engine } from '../../processor/leak_detector/engine/engine.ts'
import type { Finding } from '../../processor/leak_detector/finding/finding.ts'
import { sentence } from '../../processor/leak_detector/finding/sentence.ts'
import type { FeedCounts } from './feed.ts'

/** What a reader of the terminal wants to know in the end: what was read, and what was found. */
export function summaryText(counts: FeedCounts, broken: number, engine: Engine, findings: readonly Finding[]): string {
  const gauges = engine.gauges()
  const read = new Table({ style: { head: [], border: [] } })
  read.push(
    ['recorded', `${timeText(counts.firstMs)} to ${timeText(counts.lastMs)}`],
    ['lines', `${counts.lines}${broken > 0 ? ` and ${broken} broken` : ''}`],
    ['spans, data points', `${counts.spans}, ${counts.points}`],
    ['step', `${engine.settings.stepMs / 1000} s, ${engine.counts.stepsClosed} steps`],
    ['services, instances, series', `${gauges.services}, ${gauges.instances}, ${gauges.series}`],
    ['came too late, beyond limits', `${engine.counts.late}, ${engine.counts.overflow}`],
  )
  return `${read.toString()}\n${findingsText(findings)}`
}

function findingsText(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'No leak found.\n'
  const table = new Table({
    head: ['state', 'finding'],
    style: { head: [], border: [] },
    colWidths: [12, 100],
    wordWrap: true,
  })
  for (const finding of findings) table.push([finding.state, sentence(finding)])
  return `${table.toString()}\n`
}

function timeText(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z') : 'nothing'
}

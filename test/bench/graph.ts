/**
 * What a span costs: read from the wire into rows (what an ingest thread does), and merged, paired and counted into the
 * graph (what the engine thread does); and what the spans that wait for their other half cost in memory.
 */
import { median } from 'simple-statistics'
import { pathOf, runMeasured, type Spent } from './child.ts'
import type { GraphCost } from './graph_child.ts'
import type { Size } from './part.ts'
import { spread, table } from './spread.ts'

const REQUESTS = 1_000
const SMOKE_REQUESTS = 150

/** Prints the table. */
export async function benchGraph({ rounds, smoke }: Size): Promise<void> {
  const runs: (GraphCost & Spent)[] = []
  for (let round = 0; round < rounds; round++) {
    const args = [String(smoke ? SMOKE_REQUESTS : REQUESTS)]
    const { output, cpuSeconds, peakMiB } = await runMeasured(pathOf('test/bench/graph_child.ts'), args, [
      '--expose-gc',
    ])
    runs.push({ ...(JSON.parse(output) as GraphCost), cpuSeconds, peakMiB })
  }
  const of = (key: Exclude<keyof GraphCost, 'hash'>): number[] => runs.map((run) => run[key])
  const row = [
    String(runs[0]!.spans),
    spread(of('ingestUs')),
    spread(of('engineUs')),
    String(runs[0]!.waiting),
    (median(of('heldBytes')) / 2 ** 20).toFixed(1),
    spread(runs.map(({ peakMiB }) => peakMiB)),
    String(runs[0]!.calls),
    String(runs[0]!.edges),
    [...new Set(runs.map(({ hash }) => hash))].join(' '),
  ]
  const head = [
    'graph: spans',
    'µs a span: read',
    'merge, pair, count',
    'most waiting',
    'MiB held',
    'peak RSS MiB',
    'calls',
    'edges',
    'hash',
  ]
  process.stdout.write(`${table(head, [row])}\n`)
}

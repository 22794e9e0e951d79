import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  ATTRIBUTE,
  EVENT,
  LABEL,
  METRIC,
  prometheusName,
  SPAN,
  SPAN_ATTRIBUTE,
} from '../../../../processor/leak_detector/finding/names.ts'
import { README, withTables } from './names_table.ts'

/** Section 1 to 3 of the contract, written down by hand: what may never go missing. */
const CONTRACT = `leak.finding.id leak.finding.fingerprint leak.finding.state leak.finding.mode leak.verdict leak.resource
leak.source.metric leak.kind leak.rate leak.rate.low leak.rate.high leak.level leak.limit leak.limit.source
leak.time_to_exhaustion leak.time_to_exhaustion.low leak.time_to_exhaustion.high leak.confidence leak.onset.time
leak.onset.time.low leak.onset.time.high leak.culprit.edge leak.culprit.operation leak.culprit.share leak.bytes_per_call
leak.bytes_per_call.low leak.bytes_per_call.high leak.suspect.version leak.suspect.previous_version leak.role
leak.propagation.path leak.affected.instances leak.affected.total leak.affected.list leak.evidence
leak.suppression.reasons leak.policy.id leak.policy.revision leak.exemplar.trace_ids leak.next_steps event.name`

test('[F17] every name of the contract is there', () => {
  const names: readonly string[] = Object.values(ATTRIBUTE).map(({ name }) => name)
  for (const name of CONTRACT.split(/\s+/)) assert.ok(names.includes(name), name)
  assert.deepEqual(
    Object.values(EVENT).map(({ name }) => name),
    ['leak.finding.opened', 'leak.finding.updated', 'leak.finding.resolved', 'leak.finding.suppressed'],
  )
  assert.deepEqual(
    Object.values(METRIC).map(({ name, unit }) => `${name} ${unit}`.trim()),
    [
      'leak.rate By/s',
      'leak.item.rate {item}/s',
      'leak.level By',
      'leak.limit By',
      'leak.time_to_exhaustion s',
      'leak.confidence 1',
      'leak.finding.state',
      'leak.findings {finding}',
      'leak.call.retained By',
      'leak.graph.node',
      'leak.graph.edge',
    ],
  )
})

test('[F17] no name is given twice', () => {
  const attributes = [...Object.values(ATTRIBUTE), ...Object.values(SPAN_ATTRIBUTE)].map(({ name }) => name)
  for (const names of [attributes, Object.values(METRIC).map(({ name }) => name), Object.values(LABEL)]) {
    assert.equal(new Set<string>(names).size, names.length)
  }
  assert.equal(new Set(Object.values(SPAN).map(({ name }) => name)).size, Object.keys(SPAN).length)
})

test('[F17] the tables of the README are generated from the names', () => {
  const readme = readFileSync(README, 'utf8')
  assert.equal(readme, withTables(readme), 'run names_table.ts')
})

test('[F17] names become those that Prometheus 3 was seen to store', () => {
  const names = Object.values(METRIC).map(prometheusName)
  assert.ok(names.includes('leak_rate_bytes_per_second'))
  assert.ok(names.includes('leak_findings_total'))
  assert.ok(names.includes('leak_confidence_ratio'))
  assert.equal(
    prometheusName({ name: 'v8js.memory.heap.used', instrument: 'gauge', unit: 'By' }),
    'v8js_memory_heap_used_bytes',
  )
  assert.equal(
    prometheusName({ name: 'go.goroutine.count', instrument: 'gauge', unit: '{goroutine}' }),
    'go_goroutine_count',
  )
})

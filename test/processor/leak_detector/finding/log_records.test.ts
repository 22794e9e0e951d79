import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findingAttributes, INSTANCES_MAX } from '../../../../processor/leak_detector/finding/attributes.ts'
import { FACTS_MAX } from '../../../../processor/leak_detector/finding/evidence.ts'
import type { Finding, FindingEvent } from '../../../../processor/leak_detector/finding/finding.ts'
import { toJsonLines, toLogs } from '../../../../processor/leak_detector/finding/log_records.ts'
import { ATTRIBUTE } from '../../../../processor/leak_detector/finding/names.ts'
import { decodeRequest, encodeRequest } from '../../../../proto/messages.ts'
import type { AnyValue } from '../../../../proto/otlp.ts'
import { finding, NOON, suspect } from './made.ts'

const GOLDEN = fileURLToPath(new URL('opened.golden.json', import.meta.url))
const opened: FindingEvent = { name: 'opened', finding: finding({ symptoms: [suspect({ resource: 'native' })] }) }

/** Attributes by name, as plain values. */
function attributes(of: Finding): Readonly<Record<string, unknown>> {
  return Object.fromEntries(findingAttributes(of).map(({ key, value }) => [key, plain(value!)]))
}

function plain(value: AnyValue): unknown {
  return value.stringValue ?? value.doubleValue ?? value.intValue ?? value.arrayValue!.values!.map(plain)
}

const without = (over: Parameters<typeof suspect>[0], grown: Parameters<typeof suspect>[1] = {}) =>
  attributes(finding({ carrier: suspect(over, grown) }))

test('[F11] the record of the example, byte for byte', () => {
  const [line] = toJsonLines([opened])
  if (process.env.WRITE_GOLDEN === '1') writeFileSync(GOLDEN, `${JSON.stringify(JSON.parse(line!), null, 2)}\n`)
  const golden = readFileSync(GOLDEN, 'utf8')
  assert.equal(`${JSON.stringify(JSON.parse(line!), null, 2)}\n`, golden)
  assert.equal(line, JSON.stringify(JSON.parse(golden)), 'keys in their order, one line')
  assert.ok(!line!.includes('\n'))
})

test('[F11] events of one resource stand under it together, others apart', () => {
  const other: FindingEvent = { name: 'resolved', finding: finding({ carrier: suspect({ resourceJson: '' }) }) }
  const { resourceLogs } = toLogs([opened, other, opened])
  assert.deepEqual(
    resourceLogs!.map(({ scopeLogs }) => scopeLogs![0]!.logRecords!.map(({ eventName }) => eventName)),
    [['leak.finding.opened', 'leak.finding.opened'], ['leak.finding.resolved']],
  )
  assert.deepEqual(toLogs([]), { resourceLogs: [] })
})

test('[F11] protobuf carries it: encoded and decoded it says the same', () => {
  const request = toLogs([opened])
  const decoded = decodeRequest('logs', encodeRequest('logs', request))
  const record = decoded.resourceLogs![0]!.scopeLogs![0]!.logRecords![0]!
  const given = request.resourceLogs![0]!.scopeLogs![0]!.logRecords![0]!
  assert.equal(record.timeUnixNano, String(BigInt(NOON) * 1_000_000n))
  assert.equal(record.eventName, 'leak.finding.opened')
  assert.equal(Buffer.from(record.traceId as Uint8Array).toString('hex'), given.traceId)
  assert.equal(Buffer.from(record.spanId as Uint8Array).toString('hex'), given.spanId)
  assert.deepEqual(record.attributes, given.attributes)
  assert.deepEqual(record.body, given.body)
  assert.deepEqual(decoded.resourceLogs![0]!.resource, request.resourceLogs![0]!.resource)
})

test('[F11] attributes come in the order of the table, each once, each of its type', () => {
  const order = Object.values(ATTRIBUTE)
  const all = findingAttributes(
    finding({
      state: 'resolved',
      resolution: 'fixed_by_version',
      fixedBy: '2',
      reasons: ['step'],
      carrier: suspect({ propagationPath: ['cart', 'frontend'] }),
    }),
  )
  const positions = all.map(({ key }) => order.findIndex(({ name }) => name === key))
  assert.ok(!positions.includes(-1))
  assert.deepEqual(
    positions,
    positions.toSorted((a, b) => a - b),
  )
  assert.equal(new Set(positions).size, positions.length)
  const field = { string: 'stringValue', double: 'doubleValue', int: 'intValue', 'string[]': 'arrayValue' } as const
  for (const [at, { value }] of all.entries()) assert.ok(field[order[positions[at]!]!.type] in value!)
})

test('[F11] present or absent by its rule', () => {
  const full = attributes(finding({ carrier: suspect({ propagationPath: ['cart', 'frontend'] }) }))
  const always =
    `leak.finding.id leak.finding.fingerprint leak.finding.state leak.finding.mode leak.verdict leak.resource
    leak.source.metric leak.kind leak.unit leak.rate leak.rate.low leak.rate.high leak.level leak.confidence
    leak.onset.time leak.onset.time.low leak.onset.time.high leak.role leak.affected.instances leak.affected.total
    leak.affected.list leak.evidence leak.policy.id leak.policy.revision leak.next_steps`.split(/\s+/)
  const bare = without(
    {
      attribution: undefined,
      limit: undefined,
      previousVersion: undefined,
      exemplarTraceIds: [],
    },
    { exhaustionSeconds: undefined },
  )
  assert.deepEqual(Object.keys(bare).toSorted(), always.toSorted())
  const some = `leak.limit leak.limit.source leak.time_to_exhaustion leak.time_to_exhaustion.low
    leak.time_to_exhaustion.high leak.culprit.edge leak.culprit.operation leak.culprit.caller_operation
    leak.culprit.share leak.bytes_per_call leak.bytes_per_call.low leak.bytes_per_call.high leak.suspect.version
    leak.suspect.previous_version leak.propagation.path leak.exemplar.trace_ids`.split(/\s+/)
  assert.deepEqual(Object.keys(full).toSorted(), [...always, ...some].toSorted())
  assert.equal(full['leak.culprit.edge'], 'frontend->cart')
  assert.equal(full['leak.time_to_exhaustion'], 21_600)
})

test('[F11] abstaining: no edge, or no culprit at all', () => {
  const perCall = { value: 412, low: 380, high: 440 }
  const operation = without({
    attribution: {
      kind: 'operation_only',
      operation: 'POST /cart',
      perCall,
      share: 0.7,
      remaining: [],
      tellApart: '',
      facts: [],
    },
  })
  assert.equal(operation['leak.culprit.edge'], undefined)
  assert.deepEqual([operation['leak.culprit.operation'], operation['leak.bytes_per_call']], ['POST /cart', 412])
  for (const attribution of [
    { kind: 'time_driven', facts: [] },
    { kind: 'unknown', remaining: [], tellApart: 'other callers', facts: [] },
  ] as const) {
    const names = Object.keys(without({ attribution }))
    assert.deepEqual(
      names.filter((name) => /culprit|per_call/.test(name)),
      [],
    )
  }
})

test('[F11] what is counted in items has no bytes per call, and its own unit', () => {
  const items = without({ resource: 'goroutine' })
  assert.deepEqual(
    [items['leak.unit'], items['leak.bytes_per_call'], items['leak.culprit.share']],
    ['{item}', undefined, 0.78],
  )
})

test('[F9] [F11] level, limit and time left are of the symptom that meets its limit first', () => {
  const heap = suspect(
    { resource: 'heap', limit: { value: 4_096, source: 'v8' } },
    { exhaustionSeconds: { value: 1e5, low: 1e4, high: 1e6 }, level: 7, confidence: 0.6 },
  )
  const found = attributes(finding({ carrier: heap, symptoms: [suspect()] }))
  assert.deepEqual(
    [found['leak.resource'], found['leak.limit.resource'], found['leak.limit.source'], found['leak.level']],
    ['heap', 'memory', 'container', 400 * (1 << 20)],
  )
  assert.deepEqual([found['leak.time_to_exhaustion'], found['leak.confidence']], [21_600, 0.93])
})

test('[F9] [F11] culprit and traces are of the symptom that can tell', () => {
  const heap = suspect({ resource: 'heap', attribution: undefined, exemplarTraceIds: ['a'] })
  const found = attributes(finding({ carrier: heap, symptoms: [suspect({ exemplarTraceIds: ['b'] })] }))
  assert.deepEqual([found['leak.culprit.edge'], found['leak.exemplar.trace_ids']], ['frontend->cart', ['b']])
})

test('[F11] never infinity: an end of the interval that does not exist is absent', () => {
  const endless = without({}, { exhaustionSeconds: { value: 60, low: 1, high: Number.POSITIVE_INFINITY } })
  assert.deepEqual([endless['leak.time_to_exhaustion'], endless['leak.time_to_exhaustion.high']], [60, undefined])
  const never = without({}, { exhaustionSeconds: { value: Number.POSITIVE_INFINITY, low: 1, high: Number.NaN } })
  assert.equal(never['leak.time_to_exhaustion'], undefined)
  const text = JSON.stringify([endless, never])
  assert.ok(!text.includes('null'))
})

test('[F11] lists and evidence are bounded, and a fact without a number is none', () => {
  const affectedInstances = Array.from({ length: 50 }, (_, at) => `i${at}`)
  const fact = { type: 'trend', statement: 's', value: 1, unit: 'By', weight: 0.5 }
  const facts = [{ ...fact, value: Number.NaN }, ...Array.from({ length: 60 }, () => fact)]
  const found = without({ exemplarTraceIds: ['1', '2', '3', '4', '5', '6'] }, { affectedInstances, facts })
  assert.equal((found['leak.affected.list'] as string[]).length, INSTANCES_MAX)
  assert.equal(found['leak.affected.instances'], '50')
  assert.equal((found['leak.exemplar.trace_ids'] as string[]).length, 5)
  const evidence = JSON.parse(found['leak.evidence'] as string)
  assert.equal(evidence.length, FACTS_MAX)
  assert.deepEqual(evidence[0], fact)
})

test('[F11] an end says why; next steps are for the living', () => {
  const ended = attributes(finding({ state: 'resolved', resolution: 'fixed_by_version', fixedBy: '2.3.2' }))
  assert.deepEqual([ended['leak.resolution.reason'], ended['leak.resolution.version']], ['fixed_by_version', '2.3.2'])
  assert.equal(ended['leak.next_steps'], undefined)
  const suppressed = attributes(finding({ state: 'suppressed', reasons: ['batch'] }))
  assert.deepEqual(suppressed['leak.suppression.reasons'], ['batch'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLedger, type Ledger } from '../../../../processor/leak_detector/finding/ledger.ts'
import { type GraphHeat, NODES_MAX, toMetrics } from '../../../../processor/leak_detector/finding/metrics.ts'
import { LEDGER_DEFAULTS } from '../../../../processor/leak_detector/finding/settings.ts'
import { RETAINED_BOUNDS } from '../../../../processor/leak_detector/finding/tally.ts'
import { decodeRequest, encodeRequest } from '../../../../proto/messages.ts'
import type { KeyValue, Metric, MetricsRequest } from '../../../../proto/otlp.ts'
import { HOUR, MIB, MINUTE, NOON, quiet, run, suspect } from './made.ts'

const NO_GRAPH: GraphHeat = { nodes: [], edges: [] }
const { openSteps, resolveSteps } = LEDGER_DEFAULTS

function metrics(request: MetricsRequest): ReadonlyMap<string, Metric> {
  const all = request.resourceMetrics?.[0]?.scopeMetrics?.[0]?.metrics ?? []
  return new Map(all.map((metric) => [metric.name!, metric]))
}

const labels = (attributes: readonly KeyValue[] = []) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value!.stringValue ?? value!.boolValue]))

function values(ledger: Ledger, atMs: number): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...metrics(toMetrics(ledger, atMs, NO_GRAPH))].flatMap(([name, { gauge }]) =>
      (gauge?.dataPoints ?? []).map(({ asDouble, flags, attributes }) => [
        `${name} ${labels(attributes).severity}`,
        flags === 1 ? 'ended' : asDouble,
      ]),
    ),
  )
}

test('[F12] an open finding as gauges, about the suspect, from ourselves', () => {
  const ledger = createLedger({ openShare: 0, self: { 'service.name': 'leakmesh', 'service.instance.id': 'peer-1' } })
  const { events, next } = run(ledger, NOON, openSteps, () => [suspect()])
  const request = toMetrics(ledger, next, NO_GRAPH)
  assert.deepEqual(labels(request.resourceMetrics![0]!.resource!.attributes), {
    'service.name': 'leakmesh',
    'service.instance.id': 'peer-1',
  })
  const [point] = metrics(request).get('leak.rate')!.gauge!.dataPoints!
  assert.deepEqual(labels(point!.attributes), {
    'service.name': 'cart',
    'service.namespace': 'shop',
    'k8s.container.name': 'cart',
    'leak.resource': 'memory',
    severity: 'warning',
    'leak.finding.id': events[0]!.finding.id,
  })
  assert.deepEqual(values(ledger, next + 1), {
    'leak.rate warning': 5_242.88,
    'leak.level warning': 400 * MIB,
    'leak.limit warning': 512 * MIB,
    'leak.time_to_exhaustion warning': 21_600,
    'leak.confidence warning': 0.93,
    'leak.finding.state warning': 2,
  })
})

test('[F12] items have their own rate and no bytes; what is suspected has state 1', () => {
  const ledger = createLedger({ openShare: 0 })
  const goroutines = suspect(
    { resource: 'goroutine', limit: undefined },
    { confidence: 0.6, exhaustionSeconds: undefined },
  )
  const { next } = run(ledger, NOON, openSteps, () => [goroutines])
  assert.deepEqual(values(ledger, next), {
    'leak.item.rate info': 5_242.88,
    'leak.confidence info': 0.6,
    'leak.finding.state info': 1,
  })
})

test('[F12] a severity that changes ends the old series; the end of the finding ends all', () => {
  const ledger = createLedger({ openShare: 0 })
  const first = run(ledger, NOON, openSteps, () => [suspect()])
  values(ledger, first.next)
  const urgent = { exhaustionSeconds: { value: 600, low: 500, high: 700 } }
  const second = run(ledger, first.next, 1, () => [suspect({}, urgent)])
  const changed = values(ledger, second.next)
  assert.deepEqual([changed['leak.rate warning'], changed['leak.rate critical']], ['ended', 5_242.88])
  assert.deepEqual([changed['leak.finding.state warning'], changed['leak.finding.state critical']], ['ended', 3])
  const third = run(ledger, second.next, resolveSteps, () => [quiet()])
  assert.deepEqual(new Set(Object.values(values(ledger, third.next))), new Set(['ended']))
  assert.deepEqual(values(ledger, third.next + MINUTE), {})
})

test('[F12] times grow strictly: nothing is sent for a time that was sent', () => {
  const ledger = createLedger({ openShare: 0 })
  const { next } = run(ledger, NOON, openSteps, () => [suspect()])
  assert.equal(toMetrics(ledger, next, NO_GRAPH).resourceMetrics!.length, 1)
  for (const again of [next, next - 1]) assert.deepEqual(toMetrics(ledger, again, NO_GRAPH), { resourceMetrics: [] })
  assert.equal(toMetrics(ledger, next + 1, NO_GRAPH).resourceMetrics!.length, 1)
})

test('[F12] findings are counted from the start, with the trace of the newest as exemplar, once', () => {
  const ledger = createLedger({ openShare: 0 })
  let next = NOON
  for (const episode of [1, 2]) {
    next = run(ledger, next, openSteps, () => [suspect()]).next
    const { sum } = metrics(toMetrics(ledger, next, NO_GRAPH)).get('leak.findings')!
    assert.deepEqual([sum!.aggregationTemporality, sum!.isMonotonic], [2, true])
    const [point] = sum!.dataPoints!
    assert.deepEqual([point!.asInt, point!.startTimeUnixNano], [String(episode), `${NOON}000000`])
    assert.match(String(point!.exemplars![0]!.traceId), /^[0-9a-f]{32}$/)
    const [again] = metrics(toMetrics(ledger, next + 1, NO_GRAPH)).get('leak.findings')!.sum!.dataPoints!
    assert.deepEqual([again!.asInt, again!.exemplars], [String(episode), undefined])
    next = run(ledger, next + MINUTE, resolveSteps, () => [quiet()]).next
  }
})

test('[F12] bytes kept per call as a histogram, with a request as exemplar', () => {
  const ledger = createLedger({ openShare: 0 })
  const { next } = run(ledger, NOON, openSteps, () => [suspect()])
  const [point] = metrics(toMetrics(ledger, next, NO_GRAPH)).get('leak.call.retained')!.histogram!.dataPoints!
  assert.deepEqual([point!.count, point!.sum], ['1', 412])
  assert.equal(point!.bucketCounts!.length, RETAINED_BOUNDS.length + 1)
  assert.equal(
    point!.bucketCounts!.indexOf('1'),
    RETAINED_BOUNDS.findIndex((bound) => bound >= 412),
  )
  assert.equal(point!.exemplars![0]!.traceId, suspect().exemplarTraceIds[0])
  assert.equal(labels(point!.attributes)['leak.culprit.operation'], 'POST /cart')
})

test('[F16] counters of more subjects than the limit go into one', () => {
  const ledger = createLedger({ openShare: 0, findingsMax: 4 })
  let next = NOON
  for (let at = 0; at < 7; at++) {
    next = run(ledger, next, openSteps, () => [suspect({ service: `s${at}` })]).next
    next = run(ledger, next, resolveSteps, () => [quiet({ service: `s${at}` })]).next
  }
  const points = metrics(toMetrics(ledger, next, NO_GRAPH)).get('leak.findings')!.sum!.dataPoints!
  assert.deepEqual(
    points.map(({ asInt }) => asInt),
    ['1', '1', '1', '4'],
  )
  assert.deepEqual(labels(points[3]!.attributes), { 'otel.metric.overflow': true })
})

test('[F12] heat of the graph, the hottest when there are too many; what vanishes is ended', () => {
  const ledger = createLedger({ openShare: 0 })
  const node = (id: string, heat: number) => ({ id, title: id, subtitle: 'shop', heat })
  const edge = { id: 'frontend->cart', source: 'frontend', target: 'cart', heat: 0.91 }
  const graph = { nodes: [node('cart', 0.91), node('frontend', 0)], edges: [edge] }
  const first = metrics(toMetrics(ledger, NOON, graph))
  assert.deepEqual(
    first.get('leak.graph.node')!.gauge!.dataPoints!.map(({ asDouble, attributes }) => [asDouble, labels(attributes)]),
    [
      [0.91, { id: 'cart', title: 'cart', subtitle: 'shop' }],
      [0, { id: 'frontend', title: 'frontend', subtitle: 'shop' }],
    ],
  )
  assert.deepEqual(labels(first.get('leak.graph.edge')!.gauge!.dataPoints![0]!.attributes), {
    id: 'frontend->cart',
    source: 'frontend',
    target: 'cart',
  })
  const second = metrics(toMetrics(ledger, NOON + 1, { nodes: [node('cart', 0.5)], edges: [] }))
  assert.deepEqual(
    second.get('leak.graph.node')!.gauge!.dataPoints!.map(({ flags }) => flags),
    [undefined, 1],
  )
  assert.deepEqual(
    second.get('leak.graph.edge')!.gauge!.dataPoints!.map(({ flags }) => flags),
    [1],
  )
  const many = Array.from({ length: NODES_MAX + 10 }, (_, at) => node(`n${at}`, at / 2_000))
  const third = metrics(toMetrics(createLedger({ openShare: 0 }), NOON, { nodes: many, edges: [] })).get(
    'leak.graph.node',
  )!.gauge!.dataPoints!
  assert.equal(third.length, NODES_MAX)
  assert.ok(third.every(({ asDouble }) => asDouble! >= 10 / 2_000))
})

test('[F12] protobuf carries it: encoded and decoded it says the same', () => {
  const ledger = createLedger({ openShare: 0 })
  const first = run(ledger, NOON, openSteps, () => [suspect()])
  toMetrics(ledger, first.next, NO_GRAPH)
  const second = run(ledger, first.next + HOUR, resolveSteps, () => [quiet()])
  const request = toMetrics(ledger, second.next, {
    nodes: [{ id: 'a', title: 'a', subtitle: '', heat: 0.5 }],
    edges: [],
  })
  const decoded = decodeRequest('metrics', encodeRequest('metrics', request))
  const plain = (given: MetricsRequest) =>
    [...metrics(given).values()].map(({ name, unit, gauge, sum, histogram }) => ({
      name,
      unit,
      points: (gauge ?? sum ?? histogram)!.dataPoints!.map((point) => ({
        labels: labels(point.attributes),
        flags: point.flags,
        value: 'asDouble' in point ? point.asDouble : undefined,
        timeUnixNano: point.timeUnixNano,
      })),
    }))
  assert.deepEqual(
    JSON.parse(JSON.stringify(plain(decoded)).replaceAll('"unit":"",', '')),
    JSON.parse(JSON.stringify(plain(request)).replaceAll('"unit":"",', '')),
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { POINT_TYPE, type PointColumns } from '../../proto/columns.ts'
import type {
  DataPoint,
  HistogramDataPoint,
  Metric,
  MetricsRequest,
  NumberDataPoint,
  Resource,
} from '../../proto/otlp.ts'
import { createWalker, WALKER_LIMITS, type Walker } from '../../proto/walker.ts'
import { payloads } from '../bench/payloads.ts'
import { requests } from './arbitrary.ts'
import { decodeMetrics, encodeMetrics } from './oracle.ts'
import { plainAttributes } from './plain.ts'

const walker = createWalker()
const all = () => true

function walk(bytes: Uint8Array, wants: (name: number) => boolean = all, by: Walker = walker): PointColumns {
  const points = by.metrics(bytes, wants)
  assert.ok(points.ok, JSON.stringify(points))
  return points
}

function rowOf(points: PointColumns, row: number) {
  return {
    resource: walker.resource(points.resource[row]!),
    metric: walker.text(points.metric[row]!),
    unit: walker.text(points.unit[row]!),
    type: points.type[row],
    temporality: points.temporality[row],
    monotonic: points.monotonic[row],
    attributes: walker.attributes(points.attributes[row]!),
    startMs: points.startMs[row],
    timeMs: points.timeMs[row],
    value: points.value[row],
    sum: points.sum[row],
  }
}

/** The rows of a metric that protobufjs decoded, by the words of `columns.ts`. */
function rowsFrom(resource: Resource | undefined, metric: Metric): ReturnType<typeof rowOf>[] {
  const kind = (['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const).find(
    (k) => metric[k] !== undefined,
  )
  if (kind === undefined) return []
  const data = metric[kind] as NonNullable<Metric['sum']>
  return (data.dataPoints ?? []).map((point) => ({
    resource: plainAttributes(resource?.attributes),
    metric: cut(metric.name ?? ''),
    unit: cut(metric.unit ?? ''),
    type: POINT_TYPE[kind],
    temporality: data.aggregationTemporality ?? 0,
    monotonic: data.isMonotonic === true ? 1 : 0,
    attributes: plainAttributes(point.attributes),
    startMs: ms(point.startTimeUnixNano),
    timeMs: ms(point.timeUnixNano),
    ...valuesOf(kind, point),
  }))
}

function valuesOf(kind: keyof typeof POINT_TYPE, point: DataPoint): { value: number; sum: number } {
  if (((point.flags ?? 0) & 1) !== 0) return { value: Number.NaN, sum: Number.NaN }
  if (kind === 'gauge' || kind === 'sum') {
    const { asDouble, asInt } = point as NumberDataPoint
    return { value: asDouble ?? (asInt === undefined ? Number.NaN : Number(BigInt(asInt))), sum: Number.NaN }
  }
  const { count = '0', sum } = point as HistogramDataPoint
  return { value: Number(BigInt(count)), sum: sum ?? (kind === 'summary' ? 0 : Number.NaN) }
}

const ms = (nano: unknown) => Number(BigInt((nano as string) ?? 0)) / 1e6

/** Names are kept to 256 bytes, ended between characters. */
function cut(text: string): string {
  const bytes = Buffer.from(text)
  let size = Math.min(bytes.length, 256)
  while (size < bytes.length && (bytes[size]! & 0xc0) === 0x80) size -= 1
  return bytes.subarray(0, size).toString()
}

function expectedRows(request: MetricsRequest) {
  return (request.resourceMetrics ?? []).flatMap(({ resource, scopeMetrics = [] }) =>
    scopeMetrics.flatMap(({ metrics = [] }) => metrics.flatMap((metric) => rowsFrom(resource, metric))),
  )
}

function compare(bytes: Uint8Array): void {
  const points = walk(bytes)
  const expected = expectedRows(decodeMetrics(bytes))
  assert.deepEqual([points.count, points.items], [expected.length, expected.length])
  for (const [row, point] of expected.entries()) assert.deepEqual(rowOf(points, row), point)
}

test('[M1] reads of any request what protobufjs reads', () => {
  fc.assert(
    fc.property(requests('metrics'), (request) => compare(encodeMetrics(request))),
    { numRuns: 500 },
  )
})

test('[M1] reads the requests of the benchmark as protobufjs does', () => {
  for (const bytes of payloads('metrics', 100)) compare(bytes)
})

test('[M2] of metrics that nobody wants, points are only counted', () => {
  const [bytes] = payloads('metrics', 100)
  const asked: string[] = []
  const wants = (name: number) => {
    asked.push(walker.text(name))
    return walker.text(name) === 'process.memory.usage'
  }
  const points = walk(bytes!, wants)
  assert.deepEqual([points.count, points.items], [10, 100])
  assert.equal(asked.length, 20)
  assert.equal(rowOf(points, 0).metric, 'process.memory.usage')
})

test('[M3] equal bytes of attributes and resources have equal numbers', () => {
  const [one] = payloads('metrics', 100)
  const before = Uint32Array.from(walk(one!).attributes.subarray(0, 100))
  const resources = Uint32Array.from(walk(one!).resource.subarray(0, 100))
  const again = walk(one!)
  assert.deepEqual(again.attributes.subarray(0, 100), before)
  assert.deepEqual(again.resource.subarray(0, 100), resources)
  assert.equal(new Set(resources).size, 5)
})

test('[M4] a refused request leaves nothing behind, and wrong attributes are refused every time', () => {
  const fresh = createWalker()
  const good = encodeMetrics({
    resourceMetrics: [{ scopeMetrics: [{ metrics: [{ gauge: { dataPoints: [{ asInt: 1 }] } }] }] }],
  })
  // A point with an attribute whose value says it is three bytes long and is one.
  const point = [0x3a, 5, 0x0a, 1, 0x61, 0x12, 3, 0x31, 1, 0, 0, 0, 0, 0, 0, 0]
  const nest = (bytes: number[], tag: number) => [tag, bytes.length, ...bytes]
  const bad = Uint8Array.from([0x0a, 0x2a, 0x12, 0x12, 0x0a].reduce(nest, point))
  for (let n = 0; n < 3; n++) {
    const refused = fresh.metrics(bad, all)
    assert.ok(!refused.ok)
    assert.match(refused.message, /^unexpected EOF/)
    const points = walk(good, all, fresh)
    assert.deepEqual([points.count, points.value[0], points.attributes[0]], [1, 1, 0])
  }
})

test('[M5] attributes of a point may lie apart', () => {
  const attribute = (key: number, value: number) => [0x3a, 8, 0x0a, 1, key, 0x12, 3, 0x0a, 1, value]
  const time = [0x19, 0, 0, 0, 0, 0, 0, 0, 0]
  const point = [...attribute(0x61, 0x31), ...time, ...attribute(0x62, 0x32), ...time, ...attribute(0x63, 0x33)]
  const nest = (bytes: number[], tag: number) => [tag, bytes.length, ...bytes]
  const points = walk(Uint8Array.from([0x0a, 0x2a, 0x12, 0x12, 0x0a].reduce(nest, point)))
  assert.deepEqual(
    [...walker.attributes(points.attributes[0]!)],
    [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ],
  )
})

test('[M6] beyond rowsMax points are counted and checked, not told', () => {
  const small = createWalker({ ...WALKER_LIMITS, rowsMax: 1500 })
  const points = walk(Buffer.concat(payloads('metrics', 1000).slice(0, 2)), all, small)
  assert.deepEqual([points.count, points.items], [1500, 2000])
})

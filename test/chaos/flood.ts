/** Names, names, names: telemetry in which every service, instance, operation and attribute is a new one. */
import type { Random } from '../../component/env.ts'
import { encodeMetrics, encodeTraces } from '../proto/oracle.ts'

export interface Flood {
  readonly traces: Buffer
  readonly metrics: Buffer
}

const MARK = 'QQQQQQQQQQQQ'
const RESOURCES = 100

/** Makes requests of a hundred resources each, all names new at every call; times as given. */
export function createFlood(random: Random): (atMs: number) => Flood {
  const templates = { traces: template(traces()), metrics: template(metrics()) }
  return (atMs) => ({ traces: fresh(templates.traces, random, atMs), metrics: fresh(templates.metrics, random, atMs) })
}

interface Template {
  readonly bytes: Buffer
  readonly marks: readonly number[]
  readonly times: readonly number[]
}

/** A time that stands for "now", easy to find again. */
const TIME = 0x1111_2222_3333_4444n

function template(encoded: Uint8Array): Template {
  const bytes = Buffer.from(encoded)
  const time = Buffer.alloc(8)
  time.writeBigUInt64LE(TIME)
  return { bytes, marks: placesOf(bytes, Buffer.from(MARK)), times: placesOf(bytes, time) }
}

function placesOf(bytes: Buffer, what: Buffer): readonly number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(what); at >= 0; at = bytes.indexOf(what, at + what.length)) places.push(at)
  return places
}

function fresh(from: Template, random: Random, atMs: number): Buffer {
  const bytes = Buffer.from(from.bytes)
  for (const at of from.marks) {
    const name = Math.floor(random.next() * 2 ** 48).toString(36)
    bytes.write(name.padStart(MARK.length, 'x'), at, MARK.length, 'latin1')
  }
  const nanos = BigInt(Math.round(atMs)) * 1_000_000n
  for (const at of from.times) bytes.writeBigUInt64LE(nanos, at)
  return bytes
}

const attributes = ['service.name', 'service.namespace', 'service.instance.id', 'service.version', 'host.name'].map(
  (key) => ({ key, value: { stringValue: MARK } }),
)

function traces(): Uint8Array {
  const span = (kind: number) => ({
    traceId: Buffer.from(MARK.padEnd(16, 'T')).toString('hex'),
    spanId: Buffer.from('Q'.repeat(8)).toString('hex'),
    kind,
    name: MARK,
    startTimeUnixNano: TIME,
    endTimeUnixNano: TIME,
    attributes: [
      { key: 'http.route', value: { stringValue: MARK } },
      { key: 'peer.service', value: { stringValue: MARK } },
      { key: MARK, value: { stringValue: MARK } },
    ],
  })
  return encodeTraces({
    resourceSpans: Array.from({ length: RESOURCES }, () => ({
      resource: { attributes },
      scopeSpans: [{ scope: { name: MARK }, spans: [span(2), span(3)] }],
    })),
  })
}

function metrics(): Uint8Array {
  const point = {
    timeUnixNano: TIME,
    asDouble: 1e8,
    attributes: [{ key: 'v8js.heap.space.name', value: { stringValue: 'old_space' } }],
  }
  const duration = {
    startTimeUnixNano: TIME,
    timeUnixNano: TIME,
    count: '10',
    sum: 1,
    attributes: [{ key: 'http.route', value: { stringValue: MARK } }],
  }
  return encodeMetrics({
    resourceMetrics: Array.from({ length: RESOURCES }, () => ({
      resource: { attributes },
      scopeMetrics: [
        {
          metrics: [
            { name: 'v8js.memory.heap.used', unit: 'By', gauge: { dataPoints: [point] } },
            {
              name: 'http.server.request.duration',
              unit: 's',
              histogram: { aggregationTemporality: 2, dataPoints: [duration] },
            },
          ],
        },
      ],
    })),
  })
}

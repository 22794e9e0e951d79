/**
 * A day in a small shop, told minute by minute as OTLP: `mobile` and `frontend` call `POST /cart`; cart keeps
 * `keptBytes` of heap for each call of mobile and nothing for the others. Collection draws a sawtooth over it.
 */
import type { Random } from '../../component/env.ts'
import type { KeyValue, Metric, ResourceSpans, Span } from '../../proto/otlp.ts'
import { encodeMetrics, encodeTraces } from '../proto/oracle.ts'

const MINUTE_MS = 60_000
const MIB = 2 ** 20
const CYCLE_MINUTES = 6

export interface Minute {
  readonly traces: Uint8Array
  readonly metrics: Uint8Array
}

export interface Story {
  /** Everything that the shop's SDKs send in this minute. */
  minute(at: number): Minute
}

export function shopStory(random: Random, startMs: number, keptBytes: number): Story {
  const total = { mobile: 0, frontend: 0 }
  return {
    minute(at) {
      const calls = { mobile: around(random, 60, at, 37), frontend: around(random, 60, at, 53) }
      total.mobile += calls.mobile
      total.frontend += calls.frontend
      const beginMs = startMs + at * MINUTE_MS
      const garbage = ((at % CYCLE_MINUTES) / CYCLE_MINUTES) * 12 * MIB + random.next() * MIB
      const heap = Math.round(40 * MIB + total.mobile * keptBytes + garbage)
      return {
        traces: encodeTraces({ resourceSpans: spansOf(random, beginMs, calls) }),
        metrics: encodeMetrics({
          resourceMetrics: [
            {
              resource: resourceOf('cart'),
              scopeMetrics: [{ scope: { name: 'runtime' }, metrics: cartMetrics(startMs, beginMs, heap, total) }],
            },
          ],
        }),
      }
    },
  }
}

/** A rate that wanders: each caller in its own rhythm, so that they can be told apart. */
function around(random: Random, mean: number, at: number, periodMinutes: number): number {
  return Math.round(mean * (1 + 0.7 * Math.sin((2 * Math.PI * at) / periodMinutes)) * (0.8 + 0.4 * random.next()))
}

function cartMetrics(
  startMs: number,
  beginMs: number,
  heapBytes: number,
  total: { readonly mobile: number; readonly frontend: number },
): Metric[] {
  const timeUnixNano = nanos(beginMs + 30_000)
  const gauge = (name: string, value: number): Metric => ({
    name,
    unit: 'By',
    gauge: {
      dataPoints: [{ timeUnixNano, asDouble: value, attributes: [text('v8js.heap.space.name', 'old_space')] }],
    },
  })
  return [
    gauge('v8js.memory.heap.used', heapBytes),
    gauge('v8js.memory.heap.limit', 1024 * MIB),
    {
      name: 'http.server.request.duration',
      unit: 's',
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            startTimeUnixNano: nanos(startMs),
            timeUnixNano,
            count: String(total.mobile + total.frontend),
            sum: (total.mobile + total.frontend) * 0.01,
            attributes: [text('http.request.method', 'POST'), text('http.route', '/cart')],
          },
        ],
      },
    },
  ]
}

function spansOf(
  random: Random,
  beginMs: number,
  calls: { readonly mobile: number; readonly frontend: number },
): ResourceSpans[] {
  const byService: Record<string, Span[]> = { cart: [], mobile: [], frontend: [] }
  for (const caller of ['mobile', 'frontend'] as const) {
    for (let call = 0; call < calls[caller]; call++) {
      const atMs = beginMs + random.next() * 50_000
      const trace = hex(random, 16)
      const [entry, client, server] = [hex(random, 8), hex(random, 8), hex(random, 8)]
      const span = (spanId: string, parentSpanId: string, kind: number, name: string, lasts: number): Span => ({
        traceId: trace,
        spanId,
        ...(parentSpanId !== '' && { parentSpanId }),
        kind,
        name,
        startTimeUnixNano: nanos(atMs),
        endTimeUnixNano: nanos(atMs + lasts),
        ...(name !== 'POST' && {
          attributes: [text('http.request.method', 'POST'), text('http.route', name.slice('POST '.length))],
        }),
      })
      byService[caller]!.push(span(entry, '', 2, 'POST /checkout', 20), span(client, entry, 3, 'POST', 15))
      byService.cart!.push(span(server, client, 2, 'POST /cart', 10))
    }
  }
  return Object.entries(byService).map(([service, spans]) => ({
    resource: resourceOf(service),
    scopeSpans: [{ scope: { name: 'http' }, spans }],
  }))
}

function resourceOf(service: string): { attributes: KeyValue[] } {
  return { attributes: [text('service.name', service), text('service.instance.id', `${service}-1`)] }
}

function text(key: string, value: string): KeyValue {
  return { key, value: { stringValue: value } }
}

function nanos(ms: number): string {
  return String(BigInt(Math.round(ms * 1_000)) * 1_000n)
}

function hex(random: Random, bytes: number): string {
  return Array.from({ length: bytes }, () =>
    Math.floor(random.next() * 256)
      .toString(16)
      .padStart(2, '0'),
  ).join('')
}

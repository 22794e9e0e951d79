import fc from 'fast-check'
import type { Signal } from '../../../component/payload.ts'
import { decodeRequest, encodeRequest, type Requests } from '../../../proto/messages.ts'

/** Generated requests, and what is in them, for tests that cut and join. */

const name = fc.string({ maxLength: 5 })
const resource = fc.record({
  attributes: fc.array(fc.record({ key: name, value: fc.record({ stringValue: name }) }), { maxLength: 2 }),
})
const scope = fc.record({ name })
const few = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 4 })
const number = fc.record({ timeUnixNano: fc.nat(), asDouble: fc.double({ noNaN: true }) })
const histogram = fc.record({
  timeUnixNano: fc.nat(),
  count: fc.nat(),
  bucketCounts: few(fc.nat()),
  explicitBounds: few(fc.nat()),
})
const temporality = { aggregationTemporality: fc.constantFrom(1, 2) }
const metric = fc.oneof(
  fc.record({ name, unit: name, gauge: fc.record({ dataPoints: few(number) }) }),
  fc.record({
    name,
    unit: name,
    sum: fc.record({ dataPoints: few(number), ...temporality, isMonotonic: fc.boolean() }),
  }),
  fc.record({ name, description: name, histogram: fc.record({ dataPoints: few(histogram), ...temporality }) }),
  fc.record({
    name,
    exponentialHistogram: fc.record({
      dataPoints: few(fc.record({ count: fc.nat(), scale: fc.nat() })),
      ...temporality,
    }),
  }),
  fc.record({ name, summary: fc.record({ dataPoints: few(fc.record({ count: fc.nat(), sum: fc.nat() })) }) }),
  fc.record({ name }),
)
const span = fc.record({ name, kind: fc.constantFrom(1, 2, 3), spanId: fc.uint8Array({ minLength: 8, maxLength: 8 }) })
const logRecord = fc.record({
  timeUnixNano: fc.nat(),
  body: fc.record({ stringValue: name }),
  severityNumber: fc.nat(24),
})

/** Requests of any shape, empty resources, scopes and metrics among them. */
export const ANY_REQUEST: { readonly [S in Signal]: fc.Arbitrary<Uint8Array> } = {
  traces: fc
    .record({
      resourceSpans: few(
        fc.record({
          resource,
          schemaUrl: name,
          scopeSpans: few(fc.record({ scope, schemaUrl: name, spans: few(span) })),
        }),
      ),
    })
    .map((request) => encodeRequest('traces', request)),
  metrics: fc
    .record({
      resourceMetrics: few(
        fc.record({ resource, schemaUrl: name, scopeMetrics: few(fc.record({ scope, metrics: few(metric) })) }),
      ),
    })
    .map((request) => encodeRequest('metrics', request as Requests['metrics'])),
  logs: fc
    .record({
      resourceLogs: few(fc.record({ resource, scopeLogs: few(fc.record({ scope, logRecords: few(logRecord) })) })),
    })
    .map((request) => encodeRequest('logs', request)),
}

/** Every item as text together with all it hangs on, in order; a metric without points counts as an item. */
export function itemsOf(signal: Signal, request: Uint8Array): readonly string[] {
  return leaves('', decodeRequest(signal, Uint8Array.from(request)), [])
}

const DRAWERS = ['resourceSpans', 'scopeSpans', 'resourceMetrics', 'scopeMetrics', 'resourceLogs', 'scopeLogs']
const DATA = ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary']
const ITEMS = ['spans', 'logRecords', 'dataPoints']

function leaves(name: string, message: object, above: readonly unknown[]): readonly string[] {
  if (ITEMS.includes(name)) return [JSON.stringify([...above, message])]
  const isInner = ([key, value]: [string, unknown]) =>
    typeof value === 'object' && [...DRAWERS, 'metrics', ...DATA, ...ITEMS].includes(key)
  const inner = Object.entries(message).filter(isInner)
  const labels = Object.fromEntries(Object.entries(message).filter((entry) => !isInner(entry)))
  if (inner.length === 0 && (name === 'metrics' || DATA.includes(name))) return [JSON.stringify([...above, message])]
  return inner.flatMap(([key, value]) =>
    [value].flat().flatMap((child: object) => leaves(key, child, [...above, labels, key])),
  )
}

/** `count` spans named `name-0`, `name-1` …, of one service. */
export function spans(name: string, count: number): Uint8Array {
  const list = Array.from({ length: count }, (_, i) => ({ name: `${name}-${i}` }))
  const attributes = [{ key: 'service.name', value: { stringValue: name } }]
  return encodeRequest('traces', {
    resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 's' }, spans: list }] }],
  })
}

/** Names of the spans in these parts, in order. */
export function spanNames(parts: readonly Uint8Array[]): readonly string[] {
  return parts.flatMap((part) =>
    (decodeRequest('traces', part).resourceSpans ?? []).flatMap((of) =>
      (of.scopeSpans ?? []).flatMap((scoped) => (scoped.spans ?? []).map((each) => each.name ?? '')),
    ),
  )
}

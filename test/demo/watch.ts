/**
 * What the live table shows, read from the telemetry that leakmesh passed on, as any backend behind it would read it:
 * the old generation of V8's heap draws a sawtooth, and its low points are the floor.
 */

import type { DataPoint, KeyValue, MetricsRequest } from '../../proto/otlp.ts'

/** Cumulative calls and used bytes of the old generation at one moment. */
interface Sample {
  readonly atMs: number
  readonly value: number
}

interface ServiceSamples {
  readonly heap: Sample[]
  readonly calls: Sample[]
}

export type Watch = Map<string, ServiceSamples>

export interface Row {
  readonly service: string
  /** Least size of the old generation lately, bytes. */
  readonly floorBytes: number
  /** How the floor moved, bytes a minute; undefined until there is an earlier floor to compare with. */
  readonly growthBytesPerMinute: number | undefined
  readonly callsPerSecond: number
}

/** The floor is the least of so much time: longer than V8 usually takes from one major collection to the next. */
const FLOOR_MS = 25_000
/** Growth compares the floor with that of so long ago. */
const GROWTH_MS = 40_000
const RATE_MS = 6_000
const SAMPLES_MAX = 600

/** Learns from one request. Everything but the two metrics that the table needs is passed over. */
export function observe(watch: Watch, request: MetricsRequest): void {
  for (const { resource, scopeMetrics } of request.resourceMetrics ?? []) {
    const service = textOf(resource?.attributes, 'service.name')
    if (service === undefined) continue
    const samples = watch.get(service) ?? { heap: [], calls: [] }
    watch.set(service, samples)
    for (const { name, gauge, histogram } of (scopeMetrics ?? []).flatMap(({ metrics }) => metrics ?? [])) {
      if (name === 'v8js.memory.heap.used') {
        const point = gauge?.dataPoints?.find((p) => textOf(p.attributes, 'v8js.heap.space.name') === 'old_space')
        if (point !== undefined) push(samples.heap, point, Number(point.asDouble ?? point.asInt))
      } else if (name === 'http.server.request.duration') {
        const points = histogram?.dataPoints ?? []
        const calls = points.reduce((sum, { count }) => sum + Number(count), 0)
        if (points[0] !== undefined) push(samples.calls, points[0], calls)
      }
    }
  }
}

/** One row a service, in order of name. */
export function rows(watch: Watch): readonly Row[] {
  const services = [...watch].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return services.map(([service, { heap, calls }]) => {
    const nowMs = heap.at(-1)?.atMs ?? 0
    const floorBytes = least(heap, nowMs - FLOOR_MS, nowMs)
    const earlier = least(heap, nowMs - GROWTH_MS - FLOOR_MS, nowMs - GROWTH_MS)
    const growth = ((floorBytes - earlier) / GROWTH_MS) * 60_000
    return {
      service,
      floorBytes,
      growthBytesPerMinute: Number.isFinite(growth) ? growth : undefined,
      callsPerSecond: rate(calls),
    }
  })
}

/** The value of a text attribute. */
export function textOf(attributes: readonly KeyValue[] | undefined, key: string): string | undefined {
  return attributes?.find((attribute) => attribute.key === key)?.value?.stringValue
}

function push(samples: Sample[], point: DataPoint, value: number): void {
  samples.push({ atMs: Number(BigInt(point.timeUnixNano ?? 0) / 1_000_000n), value })
  if (samples.length > SAMPLES_MAX) samples.shift()
}

function least(samples: readonly Sample[], fromMs: number, toMs: number): number {
  const within = samples.filter(({ atMs }) => atMs > fromMs && atMs <= toMs)
  return Math.min(...within.map(({ value }) => value))
}

function rate(calls: readonly Sample[]): number {
  const last = calls.at(-1)
  const first = calls.find(({ atMs }) => last !== undefined && atMs >= last.atMs - RATE_MS)
  if (last === undefined || first === undefined || first === last) return 0
  return ((last.value - first.value) / (last.atMs - first.atMs)) * 1_000
}

/** Telemetry for tests, from plain descriptions to what the observer is handed: through real bytes and the walker. */

import assert from 'node:assert/strict'
import type { Batch } from '../../../../processor/leak_detector/batch/batch.ts'
import { createObserver, type Observer } from '../../../../processor/leak_detector/batch/observe.ts'
import { METRIC_NAMES, recogniseMetrics } from '../../../../processor/leak_detector/tensor/resources.ts'
import { encodeRequest } from '../../../../proto/messages.ts'
import type { KeyValue, Metric, Span } from '../../../../proto/otlp.ts'
import { createWalker } from '../../../../proto/walker.ts'

export type Labels = Readonly<Record<string, string | number>>

/** One point of one metric. */
export interface Sample {
  readonly name: string
  readonly value: number
  readonly labels?: Labels
  readonly unit?: string
  /** Default: a gauge. `histogram` takes `value` as the count and `sum` as the sum. */
  readonly as?: 'gauge' | 'updown' | 'counter' | 'delta' | 'histogram' | 'deltaHistogram'
  readonly sum?: number
  readonly startMs?: number
}

/** A span by its role in a trace: ids are made of small numbers. */
export interface SpanOf {
  readonly service: string
  readonly trace: number
  readonly id: number
  readonly parent?: number
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  readonly name: string
  readonly startMs: number
  readonly endMs?: number
  readonly failed?: boolean
  readonly labels?: Labels
  readonly instance?: string
  readonly tracestate?: string
}

const KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const

export function attributesFrom(labels: Labels): KeyValue[] {
  return Object.entries(labels).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: value },
  }))
}

export function nanos(ms: number): bigint {
  return BigInt(Math.round(ms * 1000)) * 1000n
}

/** A request of metrics in protobuf. */
export function metricsBytes(resource: Labels, timeMs: number, samples: readonly Sample[]): Uint8Array {
  return encodeRequest('metrics', {
    resourceMetrics: [
      {
        resource: { attributes: attributesFrom(resource) },
        scopeMetrics: [{ metrics: samples.map((sample) => metricOf(sample, timeMs)) }],
      },
    ],
  })
}

function metricOf(
  { name, value, labels = {}, unit = '', as = 'gauge', sum = 0, startMs = 0 }: Sample,
  timeMs: number,
): Metric {
  const times = { timeUnixNano: nanos(timeMs), startTimeUnixNano: nanos(startMs), attributes: attributesFrom(labels) }
  const dataPoints = [{ ...times, asDouble: value }]
  switch (as) {
    case 'gauge':
      return { name, unit, gauge: { dataPoints } }
    case 'updown':
      return { name, unit, sum: { dataPoints, aggregationTemporality: 2, isMonotonic: false } }
    case 'counter':
      return { name, unit, sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true } }
    case 'delta':
      return { name, unit, sum: { dataPoints, aggregationTemporality: 1, isMonotonic: false } }
    default: {
      const aggregationTemporality = as === 'histogram' ? 2 : 1
      return { name, unit, histogram: { dataPoints: [{ ...times, count: value, sum }], aggregationTemporality } }
    }
  }
}

/** A request of spans in protobuf. */
export function spansBytes(spans: readonly SpanOf[]): Uint8Array {
  const byService = Map.groupBy(spans, ({ service, instance = '' }) => `${service}\u0000${instance}`)
  return encodeRequest('traces', {
    resourceSpans: [...byService.values()].map((own) => ({
      resource: { attributes: attributesFrom(resourceOf(own[0]!)) },
      scopeSpans: [{ spans: own.map(spanOf) }],
    })),
  })
}

function resourceOf({ service, instance }: SpanOf): Labels {
  return { 'service.name': service, 'service.instance.id': instance ?? `${service}-1` }
}

function spanOf({
  trace,
  id,
  parent,
  kind,
  name,
  startMs,
  endMs = startMs + 5,
  failed,
  labels = {},
  tracestate,
}: SpanOf): Span {
  return {
    traceId: hex(trace, 32),
    spanId: hex(id, 16),
    ...(parent !== undefined && { parentSpanId: hex(parent, 16) }),
    ...(tracestate !== undefined && { traceState: tracestate }),
    kind: KINDS[kind],
    name,
    startTimeUnixNano: nanos(startMs),
    endTimeUnixNano: nanos(endMs),
    status: { code: failed === true ? 2 : 0 },
    attributes: attributesFrom(labels),
  }
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0')
}

/** Where invented telemetry goes. */
export interface TestSink {
  metrics(resource: Labels, timeMs: number, samples: readonly Sample[]): void
  spans(spans: readonly SpanOf[]): void
}

/** An ingest thread for tests. */
export interface TestIngest extends TestSink {
  readonly observer: Observer
  drain(): Batch
}

export function createTestIngest(stepMs: number, thread = 0, limits: object = {}, incarnation = 1): TestIngest {
  const walker = createWalker()
  const origin = { node: 'test', thread, incarnation }
  const observer = createObserver({ origin, stepMs, recognise: recogniseMetrics, ...limits })
  return {
    observer,
    metrics(resource, timeMs, samples) {
      const points = walker.metrics(metricsBytes(resource, timeMs, samples), (name) =>
        METRIC_NAMES.has(walker.text(name)),
      )
      assert(points.ok)
      observer.metrics(points, walker)
    },
    spans(spans) {
      const columns = walker.traces(spansBytes(spans))
      assert(columns.ok)
      observer.traces(columns, walker)
    },
    drain() {
      const batch = observer.drain()
      assert(batch !== undefined, 'nothing was observed')
      return batch
    },
  }
}

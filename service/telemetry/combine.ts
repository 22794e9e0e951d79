/**
 * One set of metrics out of several threads'. Each thread counts for itself; the process is their sum, which for the
 * gauges we have (queue lengths, bytes held, heaps) is true as well.
 */

import type { Attributes, HrTime } from '@opentelemetry/api'
import {
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics'

/** Metrics of one name joined into one, points with the same attributes added up. Exponential histograms are not. */
export function combine(threads: readonly (readonly ScopeMetrics[])[]): readonly MetricData[] {
  const byName = new Map<string, MetricData>()
  for (const scopes of threads) {
    for (const metric of scopes.flatMap((scope) => scope.metrics)) {
      const before = byName.get(metric.descriptor.name)
      byName.set(metric.descriptor.name, added(before, metric))
    }
  }
  return [...byName.values()]
}

/** `into` absent still joins points of `more` whose attributes are equal. */
function added(into: MetricData | undefined, more: MetricData): MetricData {
  if (more.dataPointType === DataPointType.HISTOGRAM) {
    const before = into?.dataPointType === DataPointType.HISTOGRAM ? into.dataPoints : []
    return { ...more, dataPoints: joined([...before, ...more.dataPoints], addHistograms) }
  }
  if (more.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return more
  const before = into !== undefined && 'isMonotonic' in into === 'isMonotonic' in more ? into.dataPoints : []
  const points = joined([...(before as DataPoint<number>[]), ...more.dataPoints], (a, b) => a + b)
  return { ...more, dataPoints: points }
}

function joined<T>(points: readonly DataPoint<T>[], add: (a: T, b: T) => T): DataPoint<T>[] {
  const byAttributes = new Map<string, DataPoint<T>>()
  for (const point of points) {
    const key = attributesKey(point.attributes)
    const before = byAttributes.get(key)
    byAttributes.set(key, before === undefined ? point : both(before, point, add))
  }
  return [...byAttributes.values()]
}

function both<T>(a: DataPoint<T>, b: DataPoint<T>, add: (a: T, b: T) => T): DataPoint<T> {
  return {
    attributes: a.attributes,
    startTime: earlier(a.startTime, b.startTime) ? a.startTime : b.startTime,
    endTime: earlier(a.endTime, b.endTime) ? b.endTime : a.endTime,
    value: add(a.value, b.value),
  }
}

function earlier(a: HrTime, b: HrTime): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1])
}

function attributesKey(attributes: Attributes): string {
  return JSON.stringify(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Both must have the same boundaries, as instruments of one name have. */
function addHistograms(a: Histogram, b: Histogram): Histogram {
  const counts = a.buckets.counts.map((count, i) => count + (b.buckets.counts[i] ?? 0))
  return {
    buckets: { boundaries: a.buckets.boundaries, counts },
    count: a.count + b.count,
    sum: (a.sum ?? 0) + (b.sum ?? 0),
    min: Math.min(a.min ?? Number.POSITIVE_INFINITY, b.min ?? Number.POSITIVE_INFINITY),
    max: Math.max(a.max ?? Number.NEGATIVE_INFINITY, b.max ?? Number.NEGATIVE_INFINITY),
  }
}

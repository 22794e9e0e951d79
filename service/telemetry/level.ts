import type { MetricData } from '@opentelemetry/sdk-metrics'
import type { MetricsConfig } from '../config/telemetry_schema.ts'

/** How much is told, from nothing to everything. */
export type MetricsLevel = MetricsConfig['level']

/** The Collector's metrics that appear only at `detailed`; everything unnamed here appears from `basic` on. */
const DETAILED = [
  /^otelcol_exporter_enqueue_size/,
  /^otelcol_exporter_queue_batch_send_size/,
  /^otelcol_processor_batch_batch_send_size_bytes$/,
  /^(?:http|rpc)[._](?:client|server)[._]/,
]
const NORMAL = [/^otelcol_processor_batch_/]

/** Attributes that tell more than the lower levels want to. */
const DETAILED_ATTRIBUTES = ['error.type', 'error.permanent']

/** Whether a metric is to be told at this level. */
export function toldAt(level: MetricsLevel, name: string): boolean {
  if (level === 'none') return false
  if (level === 'detailed') return true
  if (DETAILED.some((pattern) => pattern.test(name))) return false
  return level === 'normal' || !NORMAL.some((pattern) => pattern.test(name))
}

/** A metric with the attributes that its level allows; points may have equal attributes afterwards. */
export function trimmed(level: MetricsLevel, metric: MetricData): MetricData {
  if (level === 'detailed') return metric
  const dataPoints = metric.dataPoints.map((point) => {
    if (!DETAILED_ATTRIBUTES.some((name) => name in point.attributes)) return point
    const kept = Object.entries(point.attributes).filter(([name]) => !DETAILED_ATTRIBUTES.includes(name))
    return { ...point, attributes: Object.fromEntries(kept) }
  })
  return { ...metric, dataPoints } as MetricData
}

import type { Attributes, Meter } from '@opentelemetry/api'
import type { Signal } from './payload.ts'

/** How the Collector's own metrics call the items of each signal. */
export const ITEM_NAMES: Readonly<Record<Signal, string>> = {
  traces: 'spans',
  metrics: 'metric_points',
  logs: 'log_records',
}

/** Adds up items of one signal under the Collector's name for them. */
export type ItemCounter = (items: number) => void

/**
 * @param attributes what tells this component from others, e.g. `{ exporter: 'file' }`.
 * @example const sent = itemCounter(env.meter, 'otelcol_exporter_sent', 'traces', { exporter: 'file' })
 * // counts into otelcol_exporter_sent_spans
 */
export function itemCounter(meter: Meter, name: string, signal: Signal, attributes: Attributes): ItemCounter {
  const counter = meter.createCounter(`${name}_${ITEM_NAMES[signal]}`)
  return (items) => counter.add(items, attributes)
}

import type { Attributes, Meter } from '@opentelemetry/api'
import { ITEMS_OF } from './measure.ts'
import type { Signal } from './payload.ts'

/** Adds up items of one signal under the Collector's name for them. */
export type ItemCounter = (items: number) => void

/**
 * @param attributes what tells this component from others, e.g. `{ exporter: 'file' }`.
 * @example const sent = itemCounter(env.meter, 'otelcol_exporter_sent', 'traces', { exporter: 'file' })
 * // counts into otelcol_exporter_sent_spans
 */
export function itemCounter(meter: Meter, name: string, signal: Signal, attributes: Attributes): ItemCounter {
  const counter = meter.createCounter(`${name}_${ITEMS_OF[signal]}`)
  return (items) => counter.add(items, attributes)
}

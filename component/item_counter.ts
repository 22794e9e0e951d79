import type { Attributes, Meter } from '@opentelemetry/api'
import { ITEMS_OF } from './measure.ts'
import type { Signal } from './payload.ts'

/** Adds up items of one signal under the Collector's name for them. */
export type ItemCounter = (items: number) => void

/** What the counters count, `#` standing for the items; one place, because several components make the same counter. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  otelcol_exporter_sent: 'Number of # successfully sent to destination.',
  otelcol_exporter_send_failed: 'Number of # in failed attempts to send to destination.',
  otelcol_exporter_enqueue_failed: 'Number of # failed to be added to the sending queue.',
  otelcol_processor_memory_limiter_accepted: 'Number of # successfully pushed into the next component in the pipeline.',
  otelcol_processor_memory_limiter_refused: 'Number of # that were refused because memory was short.',
  leakmesh_processor_batch_refused: 'Number of # that were sent back because the processor was full or waiting.',
  leakmesh_processor_batch_dropped: 'Number of # that were taken and could not be handed on.',
}

/**
 * @param attributes what tells this component from others, e.g. `{ exporter: 'file' }`.
 * @example const sent = itemCounter(env.meter, 'otelcol_exporter_sent', 'traces', { exporter: 'file' })
 * // counts into otelcol_exporter_sent_spans
 */
export function itemCounter(meter: Meter, name: string, signal: Signal, attributes: Attributes): ItemCounter {
  const items = ITEMS_OF[signal]
  const description = (DESCRIPTIONS[name] ?? 'Number of #.').replace('#', items.replace('_', ' '))
  const counter = meter.createCounter(`${name}_${items}`, { description, unit: `{${items}}` })
  return (count) => counter.add(count, attributes)
}

import type { Consumer, Settings } from '../../component/component.ts'
import type { Signal } from '../../component/payload.ts'

/** What a processor is given and what it gives on, counted from outside, so that every processor has it. */
export interface Through {
  /** `otelcol_processor_incoming_items` */
  incoming(to: Consumer): Consumer
  /** `otelcol_processor_outgoing_items` */
  outgoing(to: Consumer): Consumer
}

/** Counts under the Collector's names, whatever becomes of the items: refused ones were passed as well. */
export function countThrough({ id, env: { meter } }: Settings, signal: Signal): Through {
  const attributes = { processor: id, 'otel.signal': signal }
  const counted = (name: string, description: string) => (to: Consumer) => {
    const counter = meter.createCounter(name, { description, unit: '{item}' })
    return {
      consume(payload) {
        counter.add(payload.items, attributes)
        return to.consume(payload)
      },
    } satisfies Consumer
  }
  return {
    incoming: counted('otelcol_processor_incoming_items', 'Number of items passed to the processor.'),
    outgoing: counted('otelcol_processor_outgoing_items', 'Number of items emitted from the processor.'),
  }
}

import type { Attributes, Meter, ObservableCallback } from '@opentelemetry/api'
import { type ItemCounter, itemCounter } from '../../component/item_counter.ts'
import type { Payload, Signal } from '../../component/payload.ts'

/** What the batch processor counts: the Collector's metrics, and our own for what the Collector does not count. */
export interface BatchMetrics {
  sent(batch: Payload, trigger: 'size' | 'timeout'): void
  /** Items that were taken and could not be handed on: the only loss there is. */
  dropped(items: number, reason: 'permanent' | 'shutdown'): void
  /** Items that were sent back to whoever brought them. */
  readonly refused: ItemCounter
  /** A batch that is to be handed on once more. */
  retried(): void
  /** Stops observing. */
  close(): void
}

/** What is asked when somebody looks. */
export interface BatchState {
  shards(): number
  heldBytes(): number
}

/** @param id the processor's, as configured. */
export function batchMetrics(meter: Meter, id: string, signal: Signal, state: BatchState): BatchMetrics {
  const processor = { processor: id }
  const sizes = meter.createHistogram('otelcol_processor_batch_batch_send_size')
  const sizesBytes = meter.createHistogram('otelcol_processor_batch_batch_send_size_bytes')
  const triggers = {
    size: meter.createCounter('otelcol_processor_batch_batch_size_trigger_send'),
    timeout: meter.createCounter('otelcol_processor_batch_timeout_trigger_send'),
  }
  const retries = meter.createCounter('leakmesh_processor_batch_retries')
  const dropped = {
    permanent: itemCounter(meter, 'leakmesh_processor_batch_dropped', signal, { ...processor, reason: 'permanent' }),
    shutdown: itemCounter(meter, 'leakmesh_processor_batch_dropped', signal, { ...processor, reason: 'shutdown' }),
  }
  const shards = meter.createObservableUpDownCounter('otelcol_processor_batch_metadata_cardinality')
  const held = meter.createObservableGauge('leakmesh_processor_batch_held_bytes')
  const observeShards = observer(state.shards, processor)
  const observeHeld = observer(state.heldBytes, { ...processor, data_type: signal })
  shards.addCallback(observeShards)
  held.addCallback(observeHeld)
  return {
    sent(batch, trigger) {
      sizes.record(batch.items, processor)
      sizesBytes.record(batch.sizeBytes, processor)
      triggers[trigger].add(1, processor)
    },
    dropped: (items, reason) => dropped[reason](items),
    refused: itemCounter(meter, 'leakmesh_processor_batch_refused', signal, processor),
    retried: () => retries.add(1, processor),
    close() {
      shards.removeCallback(observeShards)
      held.removeCallback(observeHeld)
    },
  }
}

function observer(ask: () => number, attributes: Attributes): ObservableCallback {
  return (result) => result.observe(ask(), attributes)
}

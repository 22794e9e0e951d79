import type { Attributes, Counter, Meter, ObservableCallback } from '@opentelemetry/api'
import { type ItemCounter, itemCounter } from '../../component/item_counter.ts'
import type { Payload, Signal } from '../../component/payload.ts'

/** The Collector's buckets: dashboards that compare the two stay right. */
const BOUNDARIES = [10, 25, 50, 75, 100, 250, 500, 750]
  .concat([1, 2, 3, 4, 5, 6, 7, 8, 9].map((thousands) => thousands * 1_000))
  .concat([10_000, 20_000, 30_000, 50_000, 100_000])
const BYTE_BOUNDARIES = [2, 3, 4, 5, 6, 7, 8, 9]
  .map((hundreds) => hundreds * 100_000)
  .concat([1, 2, 3, 4, 5, 6, 7, 8, 9].map((millions) => millions * 1_000_000))

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
  const sizes = meter.createHistogram('otelcol_processor_batch_batch_send_size', {
    description: 'Number of units in the batch',
    advice: { explicitBucketBoundaries: [...BOUNDARIES] },
  })
  const sizesBytes = meter.createHistogram('otelcol_processor_batch_batch_send_size_bytes', {
    description: 'Number of bytes in batch that was sent',
    unit: 'By',
    advice: { explicitBucketBoundaries: [...BOUNDARIES, ...BYTE_BOUNDARIES] },
  })
  const triggers = {
    size: counter(
      meter,
      'otelcol_processor_batch_batch_size_trigger_send',
      'Batches sent because they were big enough',
    ),
    timeout: counter(meter, 'otelcol_processor_batch_timeout_trigger_send', 'Batches sent because their time was over'),
  }
  const retries = counter(meter, 'leakmesh_processor_batch_retries', 'Batches that were refused and are tried again')
  const dropped = {
    permanent: itemCounter(meter, 'leakmesh_processor_batch_dropped', signal, { ...processor, reason: 'permanent' }),
    shutdown: itemCounter(meter, 'leakmesh_processor_batch_dropped', signal, { ...processor, reason: 'shutdown' }),
  }
  const shards = meter.createObservableUpDownCounter('otelcol_processor_batch_metadata_cardinality', {
    description: 'Number of distinct metadata value combinations being processed',
  })
  const held = meter.createObservableGauge('leakmesh_processor_batch_held_bytes', {
    description: 'Bytes that wait or are on their way',
    unit: 'By',
  })
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

function counter(meter: Meter, name: string, description: string): Counter {
  return meter.createCounter(name, { description })
}

function observer(ask: () => number, attributes: Attributes): ObservableCallback {
  return (result) => result.observe(ask(), attributes)
}

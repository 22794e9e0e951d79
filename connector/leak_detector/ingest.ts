import type { Consumer } from '../../component/component.ts'
import { accepted, type Outcome } from '../../component/outcome.ts'
import type { Payload, Signal } from '../../component/payload.ts'
import type { Batch, Origin } from '../../processor/leak_detector/batch/batch.ts'
import { createObserver, type Observer } from '../../processor/leak_detector/batch/observe.ts'
import { METRIC_NAMES, recogniseMetrics } from '../../processor/leak_detector/tensor/resources.ts'
import { createWalker } from '../../proto/walker.ts'

/** Reads telemetry into batches: one for each ingest thread. */
export interface Ingest {
  readonly inputs: Record<'traces' | 'metrics', Consumer>
  /** Hands on what changed since the last time. */
  drain(): void
  readonly counts: Observer['counts']
  /** Look-ups that found a dictionary of the walker full. */
  readonly overflow: number
}

export interface IngestSettings {
  readonly origin: Origin
  readonly stepMs: number
}

/** Rows after which a batch is handed on without waiting. */
const ROWS_MAX = 8_192

/** @param take the batch is valid until `take` returns. */
export function createIngest({ origin, stepMs }: IngestSettings, take: (batch: Batch) => void): Ingest {
  const walker = createWalker()
  const observer = createObserver({ origin, stepMs, recognise: recogniseMetrics })
  const wants = (metric: number) => METRIC_NAMES.has(walker.text(metric))

  function drain(): void {
    const batch = observer.drain()
    if (batch !== undefined) take(batch)
  }

  function observe(signal: Signal, bytes: Uint8Array): Outcome {
    if (signal === 'traces') {
      const spans = walker.traces(bytes)
      if (!spans.ok) return spans
      observer.traces(spans, walker)
    } else {
      const points = walker.metrics(bytes, wants)
      if (!points.ok) return points
      observer.metrics(points, walker)
    }
    if (observer.pending >= ROWS_MAX) drain()
    return accepted
  }

  const consumer: Consumer = {
    async consume({ signal, parts }: Payload) {
      let outcome: Outcome = accepted
      for (const part of parts) {
        const next = observe(signal, part)
        if (!next.ok) outcome = next
      }
      return outcome
    },
  }
  return {
    inputs: { traces: consumer, metrics: consumer },
    drain,
    counts: observer.counts,
    get overflow() {
      return walker.overflow
    },
  }
}

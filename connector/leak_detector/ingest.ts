import type { Consumer } from '../../component/component.ts'
import type { Look } from '../../component/first_look.ts'
import { accepted, type Outcome } from '../../component/outcome.ts'
import type { Payload, Signal } from '../../component/payload.ts'
import type { Batch, Origin } from '../../processor/leak_detector/batch/batch.ts'
import { createObserver, type Observer } from '../../processor/leak_detector/batch/observe.ts'
import { METRIC_NAMES, recogniseMetrics } from '../../processor/leak_detector/tensor/resources.ts'
import type { PointColumns, SpanColumns } from '../../proto/columns.ts'
import type { Malformed } from '../../proto/malformed.ts'
import { createWalker } from '../../proto/walker.ts'

/** Reads telemetry into batches: one for each ingest thread. */
export interface Ingest {
  readonly inputs: Record<'traces' | 'metrics', Consumer>
  /** Checks and counts as the receiver must, and keeps what it saw for when the same bytes come to be observed. */
  readonly looks: Record<'traces' | 'metrics', Look>
  /** Hands on what changed since the last time. */
  drain(): void
  readonly counts: Observer['counts']
  /** Look-ups that found a dictionary of the walker full. */
  readonly overflow: number
  /** Times the walker's dictionaries began anew. */
  readonly renewals: number
}

/** Who reads, and in which steps. */
export interface IngestSettings {
  readonly origin: Origin
  readonly stepMs: number
}

/** Rows after which a batch is handed on without waiting. */
const ROWS_MAX = 32_768

/** @param take the batch is valid until `take` returns. */
export function createIngest({ origin, stepMs }: IngestSettings, take: (batch: Batch) => void): Ingest {
  const walker = createWalker()
  const observer = createObserver({ origin, stepMs, recognise: recogniseMetrics })
  const wants = (metric: number) => METRIC_NAMES.has(walker.text(metric))

  function drain(): void {
    const batch = observer.drain()
    if (batch !== undefined) take(batch)
  }

  /** The walker's columns hold what it walked last: bytes and columns of one request. */
  let walked: Uint8Array | undefined
  let spans: SpanColumns | Malformed | undefined
  let points: PointColumns | Malformed | undefined

  function walkTraces(bytes: Uint8Array): SpanColumns | Malformed {
    if (walked !== bytes || spans === undefined) spans = walker.traces(bytes)
    walked = bytes
    points = undefined
    return spans
  }

  function walkMetrics(bytes: Uint8Array): PointColumns | Malformed {
    if (walked !== bytes || points === undefined) points = walker.metrics(bytes, wants)
    walked = bytes
    spans = undefined
    return points
  }

  function observe(signal: Signal, bytes: Uint8Array): Outcome {
    const columns = signal === 'traces' ? walkTraces(bytes) : walkMetrics(bytes)
    if (!columns.ok) return columns
    if (spans?.ok) observer.traces(spans, walker)
    else if (points?.ok) observer.metrics(points, walker)
    walked = undefined
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
    looks: {
      traces: (bytes) => itemsOf(walkTraces(bytes)),
      metrics: (bytes) => itemsOf(walkMetrics(bytes)),
    },
    drain,
    counts: observer.counts,
    get overflow() {
      return walker.overflow
    },
    get renewals() {
      return walker.generation
    },
  }
}

function itemsOf(columns: SpanColumns | PointColumns | Malformed): number | Malformed {
  return columns.ok ? columns.items : columns
}

import type { Malformed as MalformedBytes, SignalName } from '../proto/malformed.ts'
import type { Refusal } from './outcome.ts'

/** The three kinds of telemetry, named as in a pipeline id. */
export type Signal = SignalName

/** All of them, in the order in which things are listed. */
export const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs']

/** A compression as HTTP's Content-Encoding and gRPC's grpc-encoding name it. */
export type Encoding = 'gzip' | 'deflate' | 'zstd'

/**
 * One export request on its way through the pipelines. Nothing here is decoded: `parts` are the bytes that
 * came, each a whole `Export<Signal>ServiceRequest` in protobuf. A message whose only field is repeated may be
 * appended to another of its kind, so several parts, one after the other, are one valid request: batching is
 * concatenation.
 *
 * Nobody may write into `parts` or `compressed`; they are shared by every branch of the pipeline.
 */
export interface Payload {
  readonly signal: Signal
  /** Uncompressed protobuf, one or more whole requests. */
  readonly parts: readonly Uint8Array[]
  /** Sum of the lengths of `parts`. */
  readonly sizeBytes: number
  /** Spans, data points or log records, counted once when the bytes came in. */
  readonly items: number
  /** The same bytes still compressed, as they came: what leaves in this encoding need not be compressed again. */
  readonly compressed?: { readonly encoding: Encoding; readonly bytes: Uint8Array }
  /** Request headers of the sender, lower-case names; only with `include_metadata`. */
  readonly metadata?: ReadonlyMap<string, readonly string[]>
}

/** Bytes that are not what they should be; found at the door: a refusal that no repetition cures. */
export type Malformed = MalformedBytes & Refusal

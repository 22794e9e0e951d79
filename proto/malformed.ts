/**
 * Bytes or text that are not what they should be: told to the sender, who must not send them again as they are.
 * Structurally a permanent refusal of `component/outcome.ts`.
 */
export interface Malformed {
  readonly ok: false
  readonly retryable: false
  /** What is wrong and where, one line. Starts with the Collector's own words where it has any. */
  readonly message: string
  /** Offset of the offending byte; for JSON text that parsed but means nothing, 0. */
  readonly atByte: number
}

/** @example malformed('unexpected EOF: a length needs 3 more bytes', 17) */
export function malformed(message: string, atByte: number): Malformed {
  return { ok: false, retryable: false, message, atByte }
}

/** The three kinds of telemetry that OTLP carries here, named as in a pipeline id. */
export type SignalName = 'traces' | 'metrics' | 'logs'

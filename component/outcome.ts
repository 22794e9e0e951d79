/**
 * What became of a payload, told back to whoever handed it over.
 *
 * Three kinds of wrong: a bug throws and crashes; bad input and a bad day are values of this type. `retryable` says
 * whether sending the same bytes again can help, which is all that a sender needs to know.
 */
export type Outcome = Accepted | Refusal

/** Taken: whoever took it answers for it from now on. */
export interface Accepted {
  readonly ok: true
}

/** Not taken: it is still the sender's. */
export interface Refusal {
  readonly ok: false
  readonly retryable: boolean
  /** One line for the sender and the log. */
  readonly message: string
  /** gRPC status code to answer with, where the default for `retryable` (14, 13) is not the right one. */
  readonly grpcCode?: number
  /** When to come back, milliseconds: RetryInfo and Retry-After. */
  readonly retryAfterMs?: number
}

/** The answer of nearly always. */
export const accepted: Accepted = { ok: true }

/** A refusal that may be cured by trying again: full queue, memory pressure, backend away. */
export function unavailable(message: string, retryAfterMs?: number): Refusal {
  return { ok: false, retryable: true, message, ...(retryAfterMs !== undefined && { retryAfterMs }) }
}

/** A refusal that no repetition cures. `grpcCode` as in google.rpc.Code, e.g. 3 INVALID_ARGUMENT. */
export function permanent(message: string, grpcCode?: number): Refusal {
  return { ok: false, retryable: false, message, ...(grpcCode !== undefined && { grpcCode }) }
}

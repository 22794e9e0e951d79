import { check, REQUEST_TYPE } from './check.ts'
import type { Malformed, SignalName } from './malformed.ts'
import { refusal } from './wire.ts'

/**
 * Checks a whole request and counts what is in it: spans, data points or log records. For pipelines that only pass on.
 * @example countItems('logs', new Uint8Array(0)) // => 0
 */
export function countItems(signal: SignalName, bytes: Uint8Array): number | Malformed {
  try {
    return check(plainBytes(bytes), 0, bytes.length, REQUEST_TYPE[signal], 0)
  } catch (thrown) {
    return refusal(thrown)
  }
}

/** The same bytes as a bare Uint8Array: with one class of input, the engine's code for the loops stays simple. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

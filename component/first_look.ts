/**
 * The first look at a request's bytes. Whoever takes bytes in has to check and count them; whoever observes them walks
 * them in any case, which checks and counts as well. In one thread, one walk does for both: an observer offers its own
 * look here, the receiver takes it, and the observer, when it is handed the very same bytes next, knows them already.
 */
import { countItems } from '../proto/count.ts'
import type { Malformed } from '../proto/malformed.ts'
import type { Signal } from './payload.ts'

/** Checks a whole request and counts its spans, data points or log records. */
export type Look = (bytes: Uint8Array) => number | Malformed

/** Who looks first at the bytes of each signal, in one ingest thread. */
export interface FirstLook {
  /** The look of the observer that offered one for this signal; else a bare check. */
  take(signal: Signal, bytes: Uint8Array): number | Malformed
  /** Offers a look; the latest offer counts. Returns what withdraws it. */
  offer(signal: Signal, look: Look): () => void
}

/**
 * @example
 * const firstLook = createFirstLook()
 * firstLook.take('logs', new Uint8Array(0)) // => 0
 */
export function createFirstLook(): FirstLook {
  const offered = new Map<Signal, Look>()
  return {
    take(signal, bytes) {
      const look = offered.get(signal)
      return look === undefined ? countItems(signal, bytes) : look(bytes)
    },
    offer(signal, look) {
      offered.set(signal, look)
      return () => {
        if (offered.get(signal) === look) offered.delete(signal)
      }
    },
  }
}

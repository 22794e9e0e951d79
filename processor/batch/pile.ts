import type { Payload } from '../../component/payload.ts'
import { type Divisible, divisible } from './split.ts'

/** How big a batch is taken from a pile. */
export interface Measure {
  /** Whole payloads are taken until there are so many items. */
  readonly enoughItems: number
  /** Never more than this: payloads are cut. 0 = payloads are never cut. */
  readonly maxItems: number
}

/**
 * Payloads of one signal that wait to become batches, oldest first. Batching is concatenation: nothing is decoded, and
 * nothing is copied unless a payload has to be cut.
 */
export interface Pile {
  /** Items that wait. */
  readonly items: number
  /** Bytes of memory that the pile keeps from being freed. */
  readonly heldBytes: number
  add(payload: Payload): void
  /** Takes the oldest items as one payload. The pile must not be empty. */
  take(measure: Measure): Payload
}

/** @param metadata headers that every batch carries; those of the payloads are not handed on. */
export function createPile(metadata?: Payload['metadata']): Pile {
  const waiting: Payload[] = []
  /** Set while the oldest payload is taken in pieces: its parts, and how many of its items are gone. */
  let opened: Opened | undefined
  let items = 0
  let heldBytes = 0

  function takeWhole(): Payload {
    const payload = waiting.shift()!
    heldBytes -= memoryOf(payload)
    items -= payload.items
    return payload
  }

  /** The next `atMost` items of the oldest payload; all of it when it cannot be cut. */
  function takePiece(atMost: number): Payload {
    const payload = waiting[0]!
    if (opened === undefined) {
      opened = openPayload(payload)
      if (opened === undefined) return takeWhole()
      items += opened.items - payload.items
    }
    const from = opened.gone
    opened.gone = Math.min(opened.items, from + atMost)
    const piece = pieceOf(payload, opened, from)
    items -= piece.items
    if (opened.gone === opened.items) {
      opened = undefined
      waiting.shift()
      heldBytes -= memoryOf(payload)
    }
    return piece
  }

  return {
    get items() {
      return items
    },
    get heldBytes() {
      return heldBytes
    },
    add(payload) {
      waiting.push(payload)
      items += payload.items
      heldBytes += memoryOf(payload)
    },
    take({ enoughItems, maxItems }) {
      const target = maxItems > 0 ? maxItems : enoughItems
      const taken: Payload[] = []
      let count = 0
      do {
        const room = maxItems > 0 ? maxItems - count : Number.POSITIVE_INFINITY
        const fits = opened === undefined && waiting[0]!.items <= room
        const piece = fits ? takeWhole() : takePiece(room)
        taken.push(piece)
        count += piece.items
      } while (waiting.length > 0 && count < target)
      return join(taken, metadata)
    },
  }
}

/** Bytes that a payload keeps from being freed: as it came, and still compressed. */
export function memoryOf({ sizeBytes, compressed }: Payload): number {
  return sizeBytes + (compressed?.bytes.length ?? 0)
}

interface Opened {
  readonly parts: readonly Divisible[]
  readonly items: number
  gone: number
}

/** Undefined when some part is malformed, or when there is nothing to cut. */
function openPayload(payload: Payload): Opened | undefined {
  const parts = payload.parts.map((part) => divisible(payload.signal, part))
  const whole = parts.filter((part) => part !== undefined)
  const items = whole.reduce((sum, part) => sum + part.items, 0)
  return whole.length === parts.length && items > 0 ? { parts: whole, items, gone: 0 } : undefined
}

/** The items `[from, gone)` of an opened payload. */
function pieceOf(payload: Payload, opened: Opened, from: number): Payload {
  const to = opened.gone
  const parts: Uint8Array[] = []
  let first = 0
  for (const part of opened.parts) {
    const low = Math.max(from - first, 0)
    const high = Math.min(to - first, part.items)
    if (low < high) parts.push(part.cut(low, high))
    first += part.items
  }
  return { signal: payload.signal, parts, sizeBytes: sizeOf(parts), items: to - from }
}

/** One payload stays what it is, its compressed bytes included; several become their parts, one after the other. */
function join(payloads: readonly Payload[], metadata: Payload['metadata']): Payload {
  const [first] = payloads
  if (payloads.length === 1 && first!.metadata === metadata) return first!
  const { signal } = first!
  const parts = payloads.flatMap((payload) => payload.parts)
  const compressed = payloads.length === 1 ? first!.compressed : undefined
  return {
    signal,
    parts,
    sizeBytes: sizeOf(parts),
    items: payloads.reduce((sum, payload) => sum + payload.items, 0),
    ...(compressed && { compressed }),
    ...(metadata && { metadata }),
  }
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

/**
 * A dictionary of byte strings: bytes in, small number out, the same number for the same bytes.
 *
 * Open addressing over one arena, so that a look-up makes no object. Bounded in entries, in bytes and in steps of one
 * search: whoever sends strings that all hash alike makes the table say "full", not the process slow.
 */
import type { Crowd } from './crowd.ts'

/** How much a table may hold. */
export interface ByteTableLimits {
  /** Numbers given out, at most. */
  readonly entriesMax: number
  /** Bytes kept, at most. */
  readonly bytesMax: number
}

/** The number of the empty string. */
export const EMPTY = 0
/** The number of everything that came when the table was full. */
export const FULL = 1

const FIRST = 2
const PROBES_MAX = 64
const SLOTS_AT_START = 1024
const ARENA_AT_START = 16_384

/** Owns the arena. Invariant: entry `id` is `arena[starts[id], starts[id + 1])`, and its slot holds `id`. */
export class ByteTable {
  readonly #limits: ByteTableLimits
  readonly #crowd: Crowd | undefined
  #slots = new Uint32Array(SLOTS_AT_START)
  #hashes = new Int32Array(SLOTS_AT_START / 2 + 1)
  #starts = new Uint32Array(SLOTS_AT_START / 2 + 2)
  #arena: Uint8Array = new Uint8Array(ARENA_AT_START)
  #arenaView = viewOf(this.#arena)
  /** The bytes of the last look-up, as words. */
  #bytes = this.#arena
  #view = this.#arenaView
  /** Which entry was looked up after each: telemetry repeats itself, so it is tried first, without hashing. */
  #followers = new Uint32Array(SLOTS_AT_START / 2 + 1)
  #last = 0
  #next = FIRST
  #overflow = 0

  /** @param crowd is told of everything that is added. */
  constructor(limits: ByteTableLimits, crowd?: Crowd) {
    this.#limits = limits
    this.#crowd = crowd
  }

  /** Look-ups that were answered `FULL` since the table was made. */
  get overflow(): number {
    return this.#overflow
  }

  /** The number of `b[start, start + length)`, given out now if it is new. */
  intern(b: Uint8Array, start: number, length: number): number {
    const id = this.find(b, start, length)
    return id >= 0 ? id : this.add(b, start, length)
  }

  /** The number of these bytes, or -1 when they have none. */
  find(b: Uint8Array, start: number, length: number): number {
    if (length === 0) return EMPTY
    if (b !== this.#bytes) this.#look(b)
    const guess = this.#followers[this.#last]!
    const isGuessed = guess >= FIRST && this.#holds(guess, start, length)
    const id = isGuessed ? guess : this.#search(start, length)
    if (id < FIRST) return id
    if (!isGuessed) this.#followers[this.#last] = id
    this.#last = id
    return id
  }

  #search(start: number, length: number): number {
    const hash = hashOf(this.#view, start, length)
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = hash & mask
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const id = slots[slot]!
      if (id === 0) return -1
      if (this.#hashes[id] === hash && this.#holds(id, start, length)) return id
      slot = (slot + 1) & mask
    }
    return -1
  }

  /** A number for bytes of which `find` has just said that they have none; `FULL` at a limit. */
  add(b: Uint8Array, start: number, length: number): number {
    if (b !== this.#bytes) this.#look(b)
    const hash = hashOf(this.#view, start, length)
    const slot = freeSlot(this.#slots, hash)
    const id = this.#next
    const from = id === FIRST ? 0 : this.#starts[id]!
    if (slot < 0 || id >= this.#limits.entriesMax || from + length > this.#limits.bytesMax) {
      this.#overflow += 1
      return FULL
    }
    if (from + length > this.#arena.length) this.#growArena(from + length)
    this.#arena.set(b.subarray(start, start + length), from)
    this.#starts[id] = from
    this.#starts[id + 1] = from + length
    this.#hashes[id] = hash
    this.#slots[slot] = id
    this.#next = id + 1
    this.#crowd?.add(hash)
    if (this.#next * 2 > this.#slots.length) this.#growSlots()
    return id
  }

  /** Where entry `id` lies in `arena`; both 0 for the empty string and the full table. */
  start(id: number): number {
    return id < FIRST ? 0 : this.#starts[id]!
  }

  end(id: number): number {
    return id < FIRST ? 0 : this.#starts[id + 1]!
  }

  /** All entries, one after the other. Read only; another array after the next `intern`. */
  get arena(): Uint8Array {
    return this.#arena
  }

  /** Lets go of the bytes of the last look-up, so that a large request does not stay in memory. */
  release(): void {
    this.#bytes = this.#arena
    this.#view = this.#arenaView
  }

  /** Forgets all entries; numbers start again. The memory stays for the next ones. */
  reset(): void {
    this.#slots.fill(0)
    this.#followers.fill(0)
    this.#last = 0
    this.#next = FIRST
  }

  #look(b: Uint8Array): void {
    this.#bytes = b
    this.#view = viewOf(b)
  }

  #holds(id: number, start: number, length: number): boolean {
    const from = this.#starts[id]!
    if (this.#starts[id + 1]! - from !== length) return false
    return areEqual(this.#arenaView, from, this.#view, start, length)
  }

  #growArena(needed: number): void {
    let size = this.#arena.length
    while (size < needed) size *= 2
    const arena = new Uint8Array(Math.min(size, this.#limits.bytesMax))
    arena.set(this.#arena)
    this.#arena = arena
    this.#arenaView = viewOf(arena)
  }

  /** Twice the slots; an entry whose search would be too long now stays in the arena and is added anew when it comes. */
  #growSlots(): void {
    const size = this.#slots.length * 2
    const hashes = new Int32Array(size / 2 + 1)
    hashes.set(this.#hashes)
    const starts = new Uint32Array(size / 2 + 2)
    starts.set(this.#starts)
    const slots = new Uint32Array(size)
    for (let id = FIRST; id < this.#next; id++) {
      const slot = freeSlot(slots, hashes[id]!)
      if (slot >= 0) slots[slot] = id
    }
    const followers = new Uint32Array(size / 2 + 1)
    followers.set(this.#followers)
    this.#followers = followers
    this.#hashes = hashes
    this.#starts = starts
    this.#slots = slots
  }
}

/** The first free slot of a search, or -1 when the search would be too long. */
function freeSlot(slots: Uint32Array, hash: number): number {
  const mask = slots.length - 1
  for (let probe = 0; probe < PROBES_MAX; probe++) {
    const slot = (hash + probe) & mask
    if (slots[slot] === 0) return slot
  }
  return -1
}

function viewOf(b: Uint8Array): DataView {
  return new DataView(b.buffer, b.byteOffset, b.byteLength)
}

/** Eight bytes a step, then four, then one. */
function areEqual(a: DataView, from: number, b: DataView, start: number, length: number): boolean {
  let i = 0
  for (; i + 8 <= length; i += 8) {
    const first = a.getInt32(from + i, true) ^ b.getInt32(start + i, true)
    const second = a.getInt32(from + i + 4, true) ^ b.getInt32(start + i + 4, true)
    if ((first | second) !== 0) return false
  }
  for (; i + 4 <= length; i += 4) if (a.getInt32(from + i, true) !== b.getInt32(start + i, true)) return false
  for (; i < length; i++) if (a.getUint8(from + i) !== b.getUint8(start + i)) return false
  return true
}

/** Four bytes a step, mixed so that low bits depend on all (the multiplier is 2^32 over the golden ratio). */
function hashOf(b: DataView, start: number, length: number): number {
  const stop = start + length
  let hash = length
  let pos = start
  for (; pos + 4 <= stop; pos += 4) {
    hash = Math.imul(hash ^ b.getInt32(pos, true), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  for (; pos < stop; pos++) hash = Math.imul(hash ^ b.getUint8(pos), 0x9e3779b1)
  hash ^= hash >>> 15
  return Math.imul(hash, 0x85ebca6b) ^ (hash >>> 13)
}

/** What the numbers of a byte table stand for: read from an entry's bytes when somebody first asks, and then kept. */
import { ByteTable, type ByteTableLimits } from './byte_table.ts'
import type { Crowd } from './crowd.ts'

/** A table with what its numbers stand for. */
export interface Meanings<T> {
  readonly table: ByteTable
  /** What the number stands for; nothing for the empty string and for the full table. */
  of(id: number): T
  /** Look-ups that found the table full, since the start. */
  readonly overflow: number
  /** Lets go of the request that was read last. */
  release(): void
  /** Forgets everything; numbers start again. */
  reset(): void
}

/**
 * @param nothing what the empty string and the full table stand for.
 * @param read what the entry `[start, end)` stands for.
 * @param crowd is told of new entries.
 */
export function createMeanings<T extends object | string>(
  limits: ByteTableLimits,
  nothing: T,
  read: (b: Uint8Array, start: number, end: number) => T,
  crowd?: Crowd,
): Meanings<T> {
  const table = new ByteTable(limits, crowd)
  const known: T[] = [nothing, nothing]
  return {
    table,
    of(id) {
      const before = known[id]
      if (before !== undefined) return before
      const meaning = read(table.arena, table.start(id), table.end(id))
      known[id] = meaning
      return meaning
    },
    get overflow() {
      return table.overflow
    },
    release: () => table.release(),
    reset() {
      table.reset()
      known.length = 2
    },
  }
}

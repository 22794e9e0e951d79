/** Who came: a bit map of hashes, and the one before it. A stranger may be taken for one who came, never the reverse. */
export interface Marks {
  mark(hash: number): void
  /** Marked since the last turn. */
  isNew(hash: number): boolean
  /** Marked between the last turn and the one before. */
  isOld(hash: number): boolean
  /** The map is laid aside, and the one before it forgotten. */
  turn(): void
}

/**
 * @param bits of each map, a power of two.
 * @example
 * const marks = createMarks(1 << 20)
 * marks.mark(7)
 * marks.turn()
 * marks.isOld(7) // => true
 */
export function createMarks(bits: number): Marks {
  let now = new Uint8Array(bits / 8)
  let before = new Uint8Array(bits / 8)
  const byteOf = (hash: number): number => (hash & (bits - 1)) >>> 3
  const bitOf = (hash: number): number => 1 << (hash & 7)
  return {
    mark(hash) {
      now[byteOf(hash)]! |= bitOf(hash)
    },
    isNew: (hash) => (now[byteOf(hash)]! & bitOf(hash)) !== 0,
    isOld: (hash) => (before[byteOf(hash)]! & bitOf(hash)) !== 0,
    turn() {
      ;[now, before] = [before.fill(0), now]
    },
  }
}

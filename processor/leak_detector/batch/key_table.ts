/** Finds a number by a few small numbers, without objects: open addressing, linear probing. */
export interface KeyTable {
  /** The slot of a key, taken for it if it is new. Valid until the next `find`. */
  find(a: number, b: number, c: number, d: number): number
  /** Has the key a slot? */
  has(a: number, b: number, c: number, d: number): boolean
  /** What was set at the slot; 0xffffffff when nothing was. */
  value(slot: number): number
  set(slot: number, value: number): void
  /** Keys that have a slot. A function: V8 does not inline the others of an object that has a getter. */
  size(): number
  clear(): void
}

const EMPTY = 0xffffffff

/** A table that grows by doubling at half load; its owner bounds the number of keys. @param slots a power of two. */
export function createKeyTable(width: 4, slots = 1024): KeyTable {
  let capacity = slots
  let keys = new Uint32Array(capacity * width)
  let values = new Uint32Array(capacity).fill(EMPTY)
  let isTaken = new Uint8Array(capacity)
  let size = 0

  function probe(a: number, b: number, c: number, d: number): number {
    let slot = hash(a, b, c, d) & (capacity - 1)
    while (isTaken[slot] === 1) {
      const at = slot * width
      if (keys[at] === a && keys[at + 1] === b && keys[at + 2] === c && keys[at + 3] === d) return slot
      slot = (slot + 1) & (capacity - 1)
    }
    return slot
  }

  function grow(): void {
    const [oldKeys, oldValues, oldTaken] = [keys, values, isTaken]
    capacity *= 2
    keys = new Uint32Array(capacity * width)
    values = new Uint32Array(capacity).fill(EMPTY)
    isTaken = new Uint8Array(capacity)
    for (let old = 0; old < oldTaken.length; old++) {
      if (oldTaken[old] === 0) continue
      const at = old * width
      const slot = probe(oldKeys[at]!, oldKeys[at + 1]!, oldKeys[at + 2]!, oldKeys[at + 3]!)
      keys.set(oldKeys.subarray(at, at + width), slot * width)
      values[slot] = oldValues[old]!
      isTaken[slot] = 1
    }
  }

  return {
    find(a, b, c, d) {
      let slot = probe(a, b, c, d)
      if (isTaken[slot] === 1) return slot
      if (size * 2 >= capacity) {
        grow()
        slot = probe(a, b, c, d)
      }
      size += 1
      isTaken[slot] = 1
      keys[slot * width] = a
      keys[slot * width + 1] = b
      keys[slot * width + 2] = c
      keys[slot * width + 3] = d
      return slot
    },
    size: () => size,
    has: (a, b, c, d) => isTaken[probe(a, b, c, d)] === 1,
    value: (slot) => values[slot]!,
    set(slot, value) {
      values[slot] = value
    },
    clear() {
      isTaken.fill(0)
      values.fill(EMPTY)
      size = 0
    },
  }
}

function hash(a: number, b: number, c: number, d: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 15) ^ b, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 13) ^ c, 0x27d4eb2f)
  h = Math.imul(h ^ (h >>> 16) ^ d, 0x165667b1)
  return (h ^ (h >>> 15)) >>> 0
}

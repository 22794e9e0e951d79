/** Bits of each map: a bit map that a flood fills tells no stranger from who comes back. */
const DOOR_BITS = 1 << 20

/** Who was turned away, for as long as a step and the one after it. */
export interface Door {
  /** Was the key turned away in this step's predecessor? A stranger may be taken for one who was, never the reverse. */
  cameBefore(key: string | number, step: number): boolean
  turnAway(key: string | number, step: number): void
}

/** Remembers, in two bit maps, who was turned away in this step and in the one before. */
export function createDoor(): Door {
  let step = Number.NEGATIVE_INFINITY
  let now = new Uint8Array(DOOR_BITS / 8)
  let before = new Uint8Array(DOOR_BITS / 8)
  const turn = (to: number) => {
    if (to <= step) return
    step = to
    const spare = before
    before = now
    now = spare.fill(0)
  }
  return {
    cameBefore(key: string | number, at: number): boolean {
      turn(at)
      const bit = hashOf(key) % DOOR_BITS
      return (before[bit >> 3]! & (1 << (bit & 7))) !== 0
    },
    turnAway(key: string | number, at: number): void {
      turn(at)
      const bit = hashOf(key) % DOOR_BITS
      now[bit >> 3]! |= 1 << (bit & 7)
    },
  }
}

/** A key as 32 bits. */
export function hashOf(key: string | number): number {
  if (typeof key === 'number') {
    const mixed = Math.imul(((key % 0x1_0000_0000) | 0) ^ Math.floor(key / 0x1_0000_0000), 0x9e3779b1)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

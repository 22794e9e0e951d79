import { createMarks } from '../../../proto/marks.ts'
import { keyHash } from './key_hash.ts'

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
  const marks = createMarks(DOOR_BITS)
  let step = Number.NEGATIVE_INFINITY
  const turn = (to: number) => {
    if (to <= step) return
    step = to
    marks.turn()
  }
  return {
    cameBefore(key: string | number, at: number): boolean {
      turn(at)
      return marks.isOld(keyHash(key))
    },
    turnAway(key: string | number, at: number): void {
      turn(at)
      marks.mark(keyHash(key))
    },
  }
}

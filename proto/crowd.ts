/**
 * Are those in a dictionary worth its room? Think of a cloakroom that gives out a hook to everyone and never asks for it
 * back: sooner or later all hooks are taken by people who came once. So the keeper marks in a bit map who was ever given
 * one; when most of the hooks went to people without a mark, all are taken back, and who belongs here gets another at the
 * next visit. Those are marked, so that a house full of regulars is never emptied, however many they are.
 */

import { createMarks } from './marks.ts'

/** Bits of each map: enough to tell regulars from strangers in a dictionary of 131,072. */
const BITS = 1 << 20
/** Marks after which a map is laid aside: with both full, not quite a quarter of the strangers is taken for regulars. */
const MARKS_MAX = BITS / 8

/** Counts who was added to a dictionary, strangers and those who had been in it before. */
export interface Crowd {
  /** Somebody known by this hash of 32 bits was not in the dictionary and now is. */
  add(hash: number): void
  /** There are more strangers in the dictionary than regulars, and more than are allowed. */
  readonly isCrowded: boolean
  /** The dictionary was emptied; who was in it is a regular when it comes again. */
  clear(): void
}

/**
 * @example
 * const crowd = createCrowd(2)
 * for (const hash of [11, 12, 13]) crowd.add(hash)
 * crowd.isCrowded // => true
 */
export function createCrowd(strangersMax: number): Crowd {
  const marks = createMarks(BITS)
  let marked = 0
  let strangers = 0
  let regulars = 0
  return {
    get isCrowded() {
      return strangers > strangersMax && strangers > regulars
    },
    add(hash) {
      const isMarked = marks.isNew(hash)
      if (isMarked || marks.isOld(hash)) regulars += 1
      else strangers += 1
      if (isMarked) return
      if (marked >= MARKS_MAX) {
        marks.turn()
        marked = 0
      }
      marks.mark(hash)
      marked += 1
    },
    clear() {
      strangers = 0
      regulars = 0
    },
  }
}

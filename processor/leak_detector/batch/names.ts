/**
 * Strings as small numbers, for as long as somebody uses them. When too many are known, the owner sweeps: it marks those
 * still in use, and the others' numbers go to whoever comes next. Between sweeps a full table gives everyone the number
 * of `_other`.
 */

import { OTHER } from './operation.ts'

/** A bounded dictionary that can be swept. */
export interface Names {
  /** The number of `text`; `OTHER_NAME` when there is no room. */
  id(text: string): number
  text(id: number): string
  readonly size: number
  /** Look-ups that found the table full. */
  readonly overflow: number
  /** Half of the room is taken: worth a sweep. */
  readonly isCrowded: boolean
  /** Forgets every number that `markAll` does not mark. */
  sweep(markAll: (mark: (id: number) => void) => void): void
}

/** Number of ''. */
export const NO_NAME = 0
/** Number of `_other`, which stands for all names beyond the limit. */
export const OTHER_NAME = 1

/** @param max strings known at the same time, those of `''` and `_other` included. */
export function createNames(max: number): Names {
  const ids = new Map<string, number>([
    ['', NO_NAME],
    [OTHER, OTHER_NAME],
  ])
  const texts: (string | undefined)[] = ['', OTHER]
  const free: number[] = []
  let overflow = 0
  return {
    get size() {
      return ids.size
    },
    get overflow() {
      return overflow
    },
    get isCrowded() {
      return ids.size * 2 > max
    },
    id(text) {
      const known = ids.get(text)
      if (known !== undefined) return known
      if (ids.size >= max) {
        overflow += 1
        return OTHER_NAME
      }
      const id = free.pop() ?? texts.length
      ids.set(text, id)
      texts[id] = text
      return id
    },
    text: (id) => texts[id] ?? OTHER,
    sweep(markAll) {
      const used = new Uint8Array(texts.length)
      used[NO_NAME] = 1
      used[OTHER_NAME] = 1
      markAll((id) => {
        used[id] = 1
      })
      for (let id = 2; id < texts.length; id++) {
        const text = texts[id]
        if (used[id] === 1 || text === undefined) continue
        ids.delete(text)
        texts[id] = undefined
        free.push(id)
      }
    },
  }
}

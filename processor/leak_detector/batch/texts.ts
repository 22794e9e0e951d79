import type { Crowd } from '../../../proto/crowd.ts'
import { keyHash } from './key_hash.ts'

/** Strings as small numbers. 0 is ''. */
export interface Texts {
  /** The number of `text`, given on first use. */
  id(text: string): number
  /** The text of a number that `id` gave. */
  text(id: number): string
  /** How many numbers are in use. */
  readonly size: number
  clear(): void
}

/**
 * A dictionary that only grows; whoever owns it watches `size` and begins a new one.
 *
 * @param crowd is told of every new text.
 * @example
 * const texts = createTexts()
 * texts.id('cart') // => 1
 * texts.text(1) // => 'cart'
 */
export function createTexts(crowd?: Crowd): Texts {
  const ids = new Map<string, number>([['', 0]])
  let all = ['']
  return {
    get size() {
      return all.length
    },
    id(text) {
      const known = ids.get(text)
      if (known !== undefined) return known
      const id = all.length
      ids.set(text, id)
      all.push(text)
      crowd?.add(keyHash(text))
      return id
    },
    text: (id) => all[id]!,
    clear() {
      ids.clear()
      ids.set('', 0)
      all = ['']
    },
  }
}

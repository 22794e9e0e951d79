import type { ByteTableLimits } from './byte_table.ts'
import type { Crowd } from './crowd.ts'
import { createMeanings, type Meanings } from './meanings.ts'

/** How many texts are told apart, and how long they may be. */
export interface InternerLimits extends ByteTableLimits {
  /** Longer texts are cut to so many bytes, at a character's edge: they are names, nobody needs their tail. */
  readonly textBytesMax: number
}

/** Room for the names of a large cluster; 4 MiB of text at the most. */
export const INTERNER_LIMITS: InternerLimits = { entriesMax: 65_536, bytesMax: 4_194_304, textBytesMax: 256 }

/**
 * Texts as small numbers: 0 is '', 1 stands for every text that came when the table was full. Bytes become a string
 * when somebody first asks for it, and only then are they looked at as UTF-8: what is none reads as U+FFFD.
 */
export interface Interner extends Omit<Meanings<string>, 'of' | 'table'> {
  /** The number of a text given as UTF-8 bytes. */
  intern(b: Uint8Array, start: number, length: number): number
  /** The number of a text, e.g. of a metric's name that is waited for. */
  internText(text: string): number
  /** What the number stands for; '' for 0 and 1. */
  text(id: number): string
}

/**
 * @example
 * const strings = createInterner()
 * const id = strings.internText('GET /cart')
 * strings.text(id) // => 'GET /cart'
 */
export function createInterner(limits: InternerLimits = INTERNER_LIMITS, crowd?: Crowd): Interner {
  const texts = createMeanings(limits, '', decode, crowd)
  const { table } = texts
  const { textBytesMax } = limits
  return Object.assign(texts, {
    intern(b: Uint8Array, start: number, length: number) {
      return table.intern(b, start, length <= textBytesMax ? length : cut(b, start, textBytesMax))
    },
    internText(text: string) {
      const bytes = new Uint8Array(Buffer.from(text))
      return this.intern(bytes, 0, bytes.length)
    },
    text: texts.of,
  })
}

/** The bytes as text. */
export function decode(b: Uint8Array, start: number, end: number): string {
  return Buffer.from(b.buffer, b.byteOffset + start, end - start).toString('utf8')
}

/** The greatest length up to `max` that does not end inside a character. */
function cut(b: Uint8Array, start: number, max: number): number {
  let length = max
  while (length > max - 4 && (b[start + length]! & 0xc0) === 0x80) length -= 1
  return length
}

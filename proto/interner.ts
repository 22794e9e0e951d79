import { ByteTable, type ByteTableLimits, EMPTY, FULL } from './byte_table.ts'

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
export interface Interner {
  /** The number of a text given as UTF-8 bytes. */
  intern(b: Uint8Array, start: number, length: number): number
  /** The number of a text, e.g. of a metric's name that is waited for. */
  internText(text: string): number
  /** What the number stands for; '' for 0 and 1. */
  text(id: number): string
  /** Numbers in use: ids are below it. */
  readonly size: number
  /** Look-ups that found the table full, since the start. */
  readonly overflow: number
  /** Forgets all texts; numbers start again. */
  reset(): void
  /** Lets go of the request that was read last. */
  release(): void
}

/**
 * @example
 * const strings = createInterner()
 * const id = strings.internText('GET /cart')
 * strings.text(id) // => 'GET /cart'
 */
export function createInterner(limits: InternerLimits = INTERNER_LIMITS): Interner {
  const table = new ByteTable(limits)
  const texts: string[] = ['', '']
  const { textBytesMax } = limits
  return {
    intern(b, start, length) {
      return table.intern(b, start, length <= textBytesMax ? length : cut(b, start, textBytesMax))
    },
    internText(text) {
      const bytes = new Uint8Array(Buffer.from(text))
      return this.intern(bytes, 0, bytes.length)
    },
    text(id) {
      if (id === EMPTY || id === FULL) return ''
      const known = texts[id]
      if (known !== undefined) return known
      const text = decode(table.arena, table.start(id), table.end(id))
      texts[id] = text
      return text
    },
    get size() {
      return table.size
    },
    get overflow() {
      return table.overflow
    },
    release: () => table.release(),
    reset() {
      table.reset()
      texts.length = 2
    },
  }
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

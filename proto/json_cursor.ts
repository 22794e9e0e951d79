/**
 * A place in JSON's bytes, for a reader that knows what it expects: no objects are made and hardly any strings. It takes
 * JSON as programs write it, without white space; all else is unusual, and whoever asked reads the text another way. It
 * never takes what JSON.parse would refuse.
 */
import type { Halves } from './back_writer.ts'

/** Thrown at what is not as programs usually write it, right or wrong. Does not leave this folder. */
export const UNUSUAL = Symbol('unusual')

/** Says so. */
export function unusual(): never {
  throw UNUSUAL
}

/** `,` */
export const COMMA = 0x2c
/** `{`: an object begins. */
export const BRACE = 0x7b
/** `}` */
export const BRACE_END = 0x7d
/** `[`: an array begins. */
export const BRACKET = 0x5b
/** `]` */
export const BRACKET_END = 0x5d
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const LETTER_U = 0x75
const SPACE = 0x20
/** What may stand behind a backslash, but for `u`. */
const ESCAPED: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'))
const WORDS = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')] as const

/** So many digits are exact in a double, as are the powers of ten up to it: one division rounds as JSON.parse does. */
const EXACT_DIGITS = 15
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power)
/** So many digits are always below 2^64. */
const WHOLE_DIGITS_MAX = 19
const WORD = 4_294_967_296
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** Owns nothing but its place. What lies beyond the end is no character of JSON. */
export class JsonCursor {
  bytes: Buffer = Buffer.alloc(0)
  /** Bytes before this one are read. */
  at = 0
  /** Of the text or key that was read last, without its quotes. */
  textStart = 0
  textEnd = 0
  /** It holds backslashes. */
  isEscaped = false

  reset(bytes: Buffer): void {
    this.bytes = bytes
    this.at = 0
  }

  /** Passes this character, which must come next. */
  take(character: number): void {
    if (this.bytes[this.at] !== character) unusual()
    this.at++
  }

  /** Passes this character if it comes next. */
  takes(character: number): boolean {
    if (this.bytes[this.at] !== character) return false
    this.at++
    return true
  }

  /** Passes a text in quotes. */
  text(): void {
    this.take(QUOTE)
    const { bytes } = this
    let { at } = this
    this.textStart = at
    this.isEscaped = false
    for (let byte = bytes[at]!; byte !== QUOTE; byte = bytes[at]!) {
      // Also false beyond the end.
      if (!(byte >= SPACE)) unusual()
      if (byte === BACKSLASH) {
        at += this.#escapeLength(at)
        this.isEscaped = true
      } else at++
    }
    this.textEnd = at
    this.at = at + 1
  }

  /** The text that was read last, as it is meant. */
  textMeant(): string {
    return JSON.parse(this.bytes.toString('utf8', this.textStart - 1, this.textEnd + 1))
  }

  /** Passes a key and its colon. @returns its hash by `hashOf`. */
  key(): number {
    this.take(QUOTE)
    const { bytes } = this
    let { at } = this
    this.textStart = at
    let hash = 0
    for (let byte = bytes[at]!; byte !== QUOTE; byte = bytes[++at]!) {
      if (!(byte >= SPACE) || byte === BACKSLASH) unusual()
      hash = hashed(hash, byte)
    }
    this.textEnd = at
    this.at = at + 1
    this.take(COLON)
    return hash
  }

  /** Whether the text or key that was read last is this one. */
  isText(text: Uint8Array): boolean {
    const { bytes, textStart } = this
    if (this.textEnd - textStart !== text.length) return false
    for (let i = 0; i < text.length; i++) if (bytes[textStart + i] !== text[i]) return false
    return true
  }

  /** A whole number of 64 bits, bare or in quotes; a bare one of so many digits only as a double holds. */
  whole(signed: boolean, into: Halves): void {
    const isQuoted = this.takes(QUOTE)
    const isNegative = this.takes(MINUS)
    const start = this.at
    const head = this.#digits(EXACT_DIGITS)
    const headEnd = this.at
    const tail = isQuoted ? this.#digits(WHOLE_DIGITS_MAX - EXACT_DIGITS) : 0
    if (headEnd === start || (this.bytes[start] === ZERO && this.at > start + 1)) unusual()
    const scale = POWERS[this.at - headEnd]!
    const high = Math.floor(head / WORD)
    const product = (head - high * WORD) * scale + tail
    into.low = product >>> 0
    into.high = high * scale + Math.floor(product / WORD)
    if (signed && into.high > 0x7fff_ffff) unusual()
    if (isNegative) negate(into, signed)
    if (isQuoted) this.take(QUOTE)
  }

  /** A bare whole number from 0 to 2^31 − 1. */
  small(): number {
    const start = this.at
    const number = this.#digits(10)
    const digits = this.at - start
    if (digits === 0 || (digits > 1 && this.bytes[start] === ZERO) || number > 0x7fff_ffff) unusual()
    return number
  }

  /** A bare number. */
  number(): number {
    const start = this.at
    const isNegative = this.takes(MINUS)
    const first = this.at
    const head = this.#digits(EXACT_DIGITS)
    const headDigits = this.at - first
    if (headDigits === 0 || (headDigits > 1 && this.bytes[first] === ZERO)) unusual()
    let value = head
    if (this.takes(DOT)) {
      const dotEnd = this.at
      const tail = this.#digits(EXACT_DIGITS - headDigits)
      const digits = this.at - dotEnd
      value = (head * POWERS[digits]! + tail) / POWERS[digits]!
      if (digits === 0) return this.#longNumber(start)
    }
    if (isPartOfNumber(this.bytes[this.at]!)) return this.#longNumber(start)
    return isNegative ? -value : value
  }

  bool(): boolean {
    const isTrue = this.#takesWord(WORDS[0])
    if (!isTrue && !this.#takesWord(WORDS[1])) unusual()
    return isTrue
  }

  /** Passes any value. @param depth values that may be in one another. */
  skip(depth: number): void {
    if (depth <= 0) unusual()
    const next = this.bytes[this.at]!
    if (next === QUOTE) this.text()
    else if (next === BRACKET) this.#skipArray(depth - 1)
    else if (next === BRACE) this.#skipObject(depth - 1)
    else if (next === MINUS || isDigit(next)) this.number()
    else if (!WORDS.some((word) => this.#takesWord(word))) unusual()
  }

  #skipArray(depth: number): void {
    this.take(BRACKET)
    if (this.takes(BRACKET_END)) return
    do this.skip(depth)
    while (this.takes(COMMA))
    this.take(BRACKET_END)
  }

  #skipObject(depth: number): void {
    this.take(BRACE)
    if (this.takes(BRACE_END)) return
    do {
      this.text()
      this.take(COLON)
      this.skip(depth)
    } while (this.takes(COMMA))
    this.take(BRACE_END)
  }

  /** Digits from here, at most so many, as a number. */
  #digits(most: number): number {
    const { bytes } = this
    const end = this.at + most
    let { at } = this
    let number = 0
    for (; at < end && isDigit(bytes[at]!); at++) number = number * 10 + (bytes[at]! - ZERO)
    this.at = at
    return number
  }

  #longNumber(start: number): number {
    let { at } = this
    while (isPartOfNumber(this.bytes[at]!)) at++
    this.at = at
    const text = this.bytes.toString('latin1', start, at)
    return NUMBER.test(text) ? Number(text) : unusual()
  }

  #takesWord(word: Uint8Array): boolean {
    for (let i = 0; i < word.length; i++) if (this.bytes[this.at + i] !== word[i]) return false
    this.at += word.length
    return true
  }

  #escapeLength(at: number): number {
    const letter = this.bytes[at + 1]!
    if (letter !== LETTER_U) return ESCAPED.has(letter) ? 2 : unusual()
    return /^[\da-fA-F]{4}$/.test(this.bytes.toString('latin1', at + 2, at + 6)) ? 6 : unusual()
  }
}

/** Of a key, such that few of one message have the same. */
export function hashOf(name: Uint8Array): number {
  return name.reduce(hashed, 0)
}

function hashed(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0
}

function negate(into: Halves, signed: boolean): void {
  if (!signed || (into.high === 0 && into.low === 0)) unusual()
  into.high = (into.low === 0 ? -into.high : ~into.high) >>> 0
  into.low = -into.low >>> 0
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39
}

/** Digits, `.`, `-`, `+`, `e` and `E`. */
function isPartOfNumber(byte: number): boolean {
  return isDigit(byte) || byte === DOT || byte === MINUS || byte === 0x2b || (byte | 0x20) === 0x65
}

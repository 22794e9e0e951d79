/** 64-bit whole numbers from decimal text or from JavaScript numbers, exactly and without BigInt. */
import type { Halves } from './back_writer.ts'

const DIGITS_MAX = 20
const CHUNK_DIGITS = 9
const WORD = 4_294_967_296
const BILLION = 1e9

/** What was wrong, in words for the sender. */
type DecimalFault = 'a whole number expected' | 'a number of 64 bits expected'

/**
 * Parses `-?[0-9]+` into `into`.
 * @param signed whether negative numbers are legal; then the range is that of int64, else of uint64.
 * @returns what is wrong, or undefined.
 * @example parseDecimal('1764000000000000001', false, halves)
 */
export function parseDecimal(text: string, signed: boolean, into: Halves): DecimalFault | undefined {
  const negative = text.charCodeAt(0) === 45
  const start = negative ? 1 : 0
  const { length } = text
  if (length === start) return 'a whole number expected'
  into.high = 0
  into.low = 0
  let first = start
  while (length - first > DIGITS_MAX && text.charCodeAt(first) === 48) first++
  if (length - first > DIGITS_MAX)
    return allDigits(text, first) ? 'a number of 64 bits expected' : 'a whole number expected'
  for (let pos = first; pos < length; ) {
    const stop = Math.min(length, pos + CHUNK_DIGITS)
    let chunk = 0
    let scale = 1
    for (; pos < stop; pos++) {
      const digit = text.charCodeAt(pos) - 48
      if (digit < 0 || digit > 9) return 'a whole number expected'
      chunk = chunk * 10 + digit
      scale *= 10
    }
    if (!multiplyAdd(into, scale, chunk)) return 'a number of 64 bits expected'
  }
  return negative
    ? negate(into, signed)
    : into.high > 0x7fff_ffff && signed
      ? 'a number of 64 bits expected'
      : undefined
}

/** A safe integer taken apart; negative ones as two's complement. */
export function halvesOf(value: number, into: Halves): void {
  const high = Math.floor(value / WORD)
  into.low = value - high * WORD
  into.high = high >>> 0
}

/** `into * scale + add`, in pieces of 16 bits so that products stay exact. @returns false beyond 64 bits. */
function multiplyAdd(into: Halves, scale: number, add: number): boolean {
  const low = (into.low & 0xffff) * scale + add
  const middle = (into.low >>> 16) * scale + Math.floor(low / 65_536)
  const high = into.high * scale + Math.floor(middle / 65_536)
  into.low = ((middle & 0xffff) * 65_536 + (low & 0xffff)) >>> 0
  into.high = high
  return high < WORD
}

function negate(into: Halves, signed: boolean): DecimalFault | undefined {
  if (!signed) return into.high === 0 && into.low === 0 ? undefined : 'a number of 64 bits expected'
  if (into.high > 0x8000_0000 || (into.high === 0x8000_0000 && into.low > 0)) return 'a number of 64 bits expected'
  into.high = (into.low === 0 ? -into.high : ~into.high) >>> 0
  into.low = -into.low >>> 0
  return undefined
}

function allDigits(text: string, from: number): boolean {
  return /^[0-9]+$/.test(text.slice(from))
}

/** 64 unsigned bits as decimal text. @example unsignedText(1, 0) // => '4294967296' */
export function unsignedText(high: number, low: number): string {
  if (high < 0x20_0000) return String(high * WORD + low)
  const billions = Math.floor(high / BILLION)
  const upper = (high - billions * BILLION) * 65_536 + (low >>> 16)
  const upperQuotient = Math.floor(upper / BILLION)
  const lower = (upper - upperQuotient * BILLION) * 65_536 + (low & 0xffff)
  const lowerQuotient = Math.floor(lower / BILLION)
  const quotient = billions * WORD + upperQuotient * 65_536 + lowerQuotient
  return quotient + String(lower - lowerQuotient * BILLION).padStart(9, '0')
}

/** 64 bits of two's complement as decimal text. */
export function signedText(high: number, low: number): string {
  if (high < 0x8000_0000) return unsignedText(high, low)
  return `-${unsignedText((low === 0 ? -high : ~high) >>> 0, -low >>> 0)}`
}

/**
 * Protobuf written from its end to its start: when a message is done its length is known and goes in front of it, so
 * nothing is measured beforehand and nothing is moved afterwards.
 */

const SIZE_AT_START = 65_536
/** A buffer that grew beyond this is not kept for the next message. */
const SIZE_KEPT_MAX = 8_388_608
/** Below, a loop in JavaScript is faster than a call into the engine. */
const SHORT_TEXT = 32

/** 64 bits as two halves, where numbers of that size are taken apart. */
export interface Halves {
  high: number
  low: number
}

/** Owns the buffer. Invariant: what was written is `buffer[at, buffer.length)`. */
export class BackWriter {
  #buffer = Buffer.allocUnsafeSlow(SIZE_AT_START)
  #at = SIZE_AT_START

  /** Bytes written so far: remember it before a message, to know its length after. */
  get written(): number {
    return this.#buffer.length - this.#at
  }

  /** Begins anew. */
  reset(): void {
    if (this.#buffer.length > SIZE_KEPT_MAX) this.#buffer = Buffer.allocUnsafeSlow(SIZE_AT_START)
    this.#at = this.#buffer.length
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(this.#at))
  }

  /** An unsigned number below 2^32. */
  varint(value: number): void {
    this.#room(5)
    const buffer = this.#buffer
    if (value < 128) buffer[--this.#at] = value
    else if (value < 16_384) {
      buffer[--this.#at] = value >>> 7
      buffer[--this.#at] = (value & 127) | 128
    } else this.#longVarint(0, value)
  }

  varint64({ high, low }: Halves): void {
    this.#room(10)
    if (high === 0 && low < 128) this.#buffer[--this.#at] = low
    else this.#longVarint(high, low)
  }

  fixed32(value: number): void {
    this.#room(4)
    this.#at -= 4
    this.#word(this.#at, value)
  }

  fixed64({ high, low }: Halves): void {
    this.#room(8)
    this.#at -= 8
    this.#word(this.#at, low)
    this.#word(this.#at + 4, high)
  }

  double(value: number): void {
    this.#room(8)
    this.#at -= 8
    this.#buffer.writeDoubleLE(value, this.#at)
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#at -= bytes.length
    this.#buffer.set(bytes, this.#at)
  }

  /** A text as UTF-8, without its length. */
  text(text: string): void {
    const { length } = text
    if (length <= SHORT_TEXT && this.#shortText(text)) return
    const size = Buffer.byteLength(text)
    this.#room(size)
    this.#at -= size
    this.#buffer.write(text, this.#at, size)
  }

  /** Hex digits of either case as bytes. @returns false when they are none, or an odd number. */
  hex(digits: string): boolean {
    const { length } = digits
    if (length % 2 !== 0) return false
    this.#room(length / 2)
    for (let i = length - 2; i >= 0; i -= 2) {
      const byte = (hexValue(digits.charCodeAt(i)) << 4) | hexValue(digits.charCodeAt(i + 1))
      if (byte < 0) return false
      this.#buffer[--this.#at] = byte
    }
    return true
  }

  #shortText(text: string): boolean {
    const { length } = text
    this.#room(length)
    const buffer = this.#buffer
    let at = this.#at
    for (let i = length - 1; i >= 0; i--) {
      const code = text.charCodeAt(i)
      if (code > 127) return false
      buffer[--at] = code
    }
    this.#at = at
    return true
  }

  #longVarint(high: number, low: number): void {
    const start = this.#at
    let size = 1
    for (let h = high, l = low; h !== 0 || l > 127; size++) {
      l = ((l >>> 7) | (h << 25)) >>> 0
      h >>>= 7
    }
    const at = start - size
    this.#at = at
    for (let i = 0, h = high, l = low; i < size; i++) {
      this.#buffer[at + i] = (l & 127) | (i < size - 1 ? 128 : 0)
      l = ((l >>> 7) | (h << 25)) >>> 0
      h >>>= 7
    }
  }

  #word(at: number, value: number): void {
    const buffer = this.#buffer
    buffer[at] = value
    buffer[at + 1] = value >>> 8
    buffer[at + 2] = value >>> 16
    buffer[at + 3] = value >>> 24
  }

  #room(size: number): void {
    if (this.#at < size) this.#grow(size)
  }

  #grow(size: number): void {
    const { written } = this
    let length = this.#buffer.length * 2
    while (length - written < size) length *= 2
    const larger = Buffer.allocUnsafeSlow(length)
    this.#buffer.copy(larger, length - written, this.#at)
    this.#buffer = larger
    this.#at = length - written
  }
}

/** Negative for what is no hex digit, such that it stays negative when shifted and joined. */
function hexValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

/**
 * Protobuf written from its start to its end, for readers that go forward: a message's length gets one byte before it is
 * known, and the few messages that are longer than 127 bytes are moved up to make room.
 */
import type { Halves } from './back_writer.ts'

const SIZE_AT_START = 65_536
/** A buffer that grew beyond this is not kept for the next message. */
const SIZE_KEPT_MAX = 8_388_608
/** Below, a loop in JavaScript is faster than a call into the engine. */
const SHORT_TEXT = 32

/** Owns the buffer. Invariant: what was written is `buffer[0, at)`. */
export class FrontWriter {
  #buffer = Buffer.allocUnsafeSlow(SIZE_AT_START)
  #view = new DataView(this.#buffer.buffer)
  #at = 0

  /** Begins anew. @param sizeMax more will not be written: nothing looks for room on the way. */
  reset(sizeMax: number): void {
    this.#at = 0
    const { length } = this.#buffer
    if (sizeMax <= length && length <= SIZE_KEPT_MAX) return
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(sizeMax, SIZE_AT_START))
    this.#view = new DataView(this.#buffer.buffer)
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    if (this.#at > this.#buffer.length) throw new Error('more was written than announced')
    return new Uint8Array(this.#buffer.subarray(0, this.#at))
  }

  /** Begins what has its length in front of it. @returns where, for `end`. */
  begin(): number {
    this.#at++
    return this.#at
  }

  /** Ends what began there. */
  end(start: number): void {
    const size = this.#at - start
    if (size < 128) {
      this.#buffer[start - 1] = size
      return
    }
    const more = size < 2 ** 14 ? 1 : size < 2 ** 21 ? 2 : size < 2 ** 28 ? 3 : 4
    this.#buffer.copyWithin(start + more, start, this.#at)
    this.#at = start - 1
    this.varint(size)
    this.#at += size
  }

  /** An unsigned number below 2^32. */
  varint(value: number): void {
    let rest = value
    for (; rest > 127; rest >>>= 7) this.#buffer[this.#at++] = (rest & 127) | 128
    this.#buffer[this.#at++] = rest
  }

  varint64({ high, low }: Halves): void {
    let [h, l] = [high, low]
    while (h !== 0 || l > 127) {
      this.#buffer[this.#at++] = (l & 127) | 128
      l = ((l >>> 7) | (h << 25)) >>> 0
      h >>>= 7
    }
    this.#buffer[this.#at++] = l
  }

  byte(value: number): void {
    this.#buffer[this.#at++] = value
  }

  fixed32(value: number): void {
    this.#view.setUint32(this.#at, value, true)
    this.#at += 4
  }

  fixed64({ high, low }: Halves): void {
    this.fixed32(low)
    this.fixed32(high)
  }

  double(value: number): void {
    this.#view.setFloat64(this.#at, value, true)
    this.#at += 8
  }

  /** Some of `bytes`, without their length. */
  bytes(bytes: Buffer, start: number, end: number): void {
    if (end - start > SHORT_TEXT) {
      bytes.copy(this.#buffer, this.#at, start, end)
      this.#at += end - start
      return
    }
    const buffer = this.#buffer
    let at = this.#at
    for (let i = start; i < end; i++) buffer[at++] = bytes[i]!
    this.#at = at
  }

  /** A text as UTF-8, without its length. */
  text(text: string): void {
    this.#at += this.#buffer.write(text, this.#at)
  }
}

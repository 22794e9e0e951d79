/**
 * The protobuf wire format, read in place: a message is a row of (tag, value) pairs, a tag is the field's number and
 * one of four ways to lay out a value, and numbers of either are varints: seven bits a byte, low bits first.
 *
 * Readers hold the position in a local variable and read the one-byte case themselves; what is longer comes here. Where
 * the bytes are wrong, a `Fault` is thrown: it never leaves `proto`, whose public functions turn it into `Malformed`.
 * Nothing here reads past `end`, since an access out of bounds would make the engine's code slower for ever after.
 */
import { type Malformed, malformed } from './malformed.ts'

/** The layouts of values. 3 and 4 are groups, which OTLP never had: refused. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** Messages nested in one another, at most: what protobuf's own readers in C++ and Java allow. */
export const DEPTH_MAX = 100

const VARINT_BYTES_MAX = 10

/** Wrong bytes. Carries no stack, for senders may produce millions of them. */
export class Fault {
  readonly message: string
  readonly atByte: number
  constructor(message: string, atByte: number) {
    this.message = message
    this.atByte = atByte
  }
}

/** Turns what a reader threw into the answer for the sender; a bug stays an exception. */
export function refusal(thrown: unknown): Malformed {
  if (thrown instanceof Fault) return malformed(`${thrown.message} at byte ${thrown.atByte}`, thrown.atByte)
  throw thrown
}

/** @param what was expected here: `4 bytes of fixed32`. */
export function endOfInput(at: number, what: string): never {
  throw new Fault(`unexpected EOF: ${what} expected`, at)
}

/** Position after the varint that starts at `at`. */
export function afterVarint(b: Uint8Array, at: number, end: number): number {
  for (let pos = at; pos < end; pos++) {
    if (pos - at === VARINT_BYTES_MAX)
      throw new Fault('proto: integer overflow: a varint of at most 10 bytes expected', at)
    if (b[pos]! < 128) return pos + 1
  }
  if (end - at >= VARINT_BYTES_MAX)
    throw new Fault('proto: integer overflow: a varint of at most 10 bytes expected', at)
  return endOfInput(end, 'the rest of a varint')
}

/** The varint at `at` as an exact number up to 2^53; higher bits lose precision. */
export function varintAt(b: Uint8Array, at: number, end: number): number {
  let value = 0
  let scale = 1
  for (let pos = at; pos < end; pos++) {
    const byte = b[pos]!
    value += (byte & 127) * scale
    if (byte < 128) return value
    scale *= 128
    if (pos - at === VARINT_BYTES_MAX - 1) break
  }
  afterVarint(b, at, end)
  return value
}

/** The length at `at`, checked against what is left behind it. */
export function lengthAt(b: Uint8Array, at: number, end: number): number {
  if (at >= end) endOfInput(at, 'a length')
  const length = varintAt(b, at, end)
  if (length >= 2 ** 63) throw new Fault('proto: negative length found during unmarshaling', at)
  const from = afterVarint(b, at, end)
  if (length > end - from) endOfInput(at, `${length} bytes, of which ${end - from} are there,`)
  return length
}

/** Position after a varint that is mostly a byte long. */
export function afterShort(b: Uint8Array, at: number, end: number): number {
  return at < end && b[at]! < 128 ? at + 1 : afterVarint(b, at, end)
}

/** The length at `at`, mostly a byte long, checked against what is left behind it. */
export function shortLengthAt(b: Uint8Array, at: number, end: number): number {
  if (at < end) {
    const length = b[at]!
    if (length < 128 && length < end - at) return length
  }
  return lengthAt(b, at, end)
}

/** The tag at `at`. */
export function tagAt(b: Uint8Array, at: number, end: number): number {
  const tag = varintAt(b, at, end)
  if (tag > 0xffff_ffff) throw new Fault('proto: illegal tag: a field number below 2^29 expected', at)
  return tag
}

/** Position after a value of a field that nobody here knows: legal, and passed on as it is. */
export function afterUnknown(b: Uint8Array, tag: number, at: number, end: number): number {
  if (tag < 8) throw new Fault('proto: illegal tag: a field number above 0 expected', at)
  switch (tag & 7) {
    case WIRE.varint:
      return afterVarint(b, at, end)
    case WIRE.fixed64:
      return after(at, 8, end)
    case WIRE.bytes:
      return afterVarint(b, at, end) + lengthAt(b, at, end)
    case WIRE.fixed32:
      return after(at, 4, end)
    default:
      throw new Fault(`proto: illegal wireType ${tag & 7}: no groups expected`, at)
  }
}

/** Position after `size` bytes. */
export function after(at: number, size: number, end: number): number {
  if (end - at < size) endOfInput(at, `${size} bytes, of which ${end - at} are there,`)
  return at + size
}

/** Bytes put together from `count` parts: `bytes[0, length)`. */
export interface Parts {
  bytes: Uint8Array
  length: number
  count: number
}

/**
 * A message that comes in several fields means all of them: its parts, one after the other, are the message. One part
 * alone is not copied; of many, the copy grows by doubling, so that millions of tiny ones cost no more than their bytes.
 */
export function addPart(parts: Parts | undefined, part: Uint8Array): Parts {
  if (parts === undefined) return { bytes: part, length: part.length, count: 1 }
  const length = parts.length + part.length
  if (length > parts.bytes.length) {
    const larger = new Uint8Array(length * 2)
    larger.set(parts.bytes.subarray(0, parts.length))
    parts.bytes = larger
  }
  parts.bytes.set(part, parts.length)
  parts.length = length
  parts.count += 1
  return parts
}

/** 32 bits, low byte first, as a signed number. */
export function int32At(b: Uint8Array, at: number): number {
  return b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16) | (b[at + 3]! << 24)
}

/** Nanoseconds since 1970 as milliseconds, within a quarter of a microsecond. */
export function millisecondsAt(words: DataView, at: number): number {
  return (words.getUint32(at + 4, true) * 4_294_967_296 + words.getUint32(at, true)) / 1e6
}

const doubleBits = new Int32Array(2)
const doubleValue = new Float64Array(doubleBits.buffer)

/** A double. The words are swapped on machines of the other byte order, of which Node has none left that matter. */
export function doubleAt(b: Uint8Array, at: number): number {
  doubleBits[0] = int32At(b, at)
  doubleBits[1] = int32At(b, at + 4)
  return doubleValue[0]!
}

/**
 * Small protobuf messages by hand: the handful of fields in answers (google.rpc.Status, partial success). Whole
 * requests are the walker's business, in `proto/`; answers are cold, short, and may be garbage from anybody's server, so
 * reading gives `undefined` for what is not well-formed, instead of throwing.
 */

/** A field to write: numbers as varints, strings and bytes with their length. Empty and 0 are left out, as proto3 does. */
export type FieldToWrite = readonly [field: number, value: number | string | Uint8Array]

/** @example encodeMessage([[1, 3], [2, 'no']]) // => 08 03 12 02 6e 6f */
export function encodeMessage(fields: readonly FieldToWrite[]): Buffer {
  const parts: Uint8Array[] = []
  for (const [field, value] of fields) {
    if (value === 0 || value === '') continue
    if (typeof value === 'number') {
      parts.push(varint(field * 8), varint(value))
      continue
    }
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    parts.push(varint(field * 8 + 2), varint(bytes.length), bytes)
  }
  return Buffer.concat(parts)
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}

/** A field as read: varints and fixed numbers as numbers (exact up to 2^53), length-delimited as a view of the input. */
export interface FieldRead {
  readonly field: number
  readonly value: number | Uint8Array
}

/** At most so many fields are read of one message; more is treated as malformed. */
const FIELDS_MAX = 1_000

/** Reads the fields of one message in their order; `undefined` when the bytes are not a message. */
export function decodeMessage(bytes: Uint8Array): readonly FieldRead[] | undefined {
  const fields: FieldRead[] = []
  const cursor = { bytes, at: 0 }
  while (cursor.at < bytes.length) {
    if (fields.length >= FIELDS_MAX) return undefined
    const tag = readVarint(cursor)
    if (tag === undefined || tag < 8) return undefined
    const value = readValue(cursor, tag % 8)
    if (value === undefined) return undefined
    fields.push({ field: Math.floor(tag / 8), value })
  }
  return fields
}

interface Cursor {
  readonly bytes: Uint8Array
  at: number
}

function readValue(cursor: Cursor, wireType: number): number | Uint8Array | undefined {
  switch (wireType) {
    case 0:
      return readVarint(cursor)
    case 1:
      return readBytes(cursor, 8)
    case 2: {
      const length = readVarint(cursor)
      return length === undefined ? undefined : readBytes(cursor, length)
    }
    case 5:
      return readBytes(cursor, 4)
    default:
      return undefined
  }
}

function readBytes(cursor: Cursor, length: number): Uint8Array | undefined {
  if (length > cursor.bytes.length - cursor.at) return undefined
  const value = cursor.bytes.subarray(cursor.at, cursor.at + length)
  cursor.at += length
  return value
}

function readVarint(cursor: Cursor): number | undefined {
  let value = 0
  let scale = 1
  for (let count = 0; count < 10; count++) {
    const byte = cursor.bytes[cursor.at]
    if (byte === undefined) return undefined
    cursor.at += 1
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    scale *= 0x80
  }
  return undefined
}

/** The last length-delimited value of this field, as proto3 wants it; empty when there is none. */
export function bytesOf(fields: readonly FieldRead[], field: number): Uint8Array {
  const found = fields.findLast((entry) => entry.field === field)?.value
  return found instanceof Uint8Array ? found : new Uint8Array(0)
}

/** As `bytesOf`, read as UTF-8. */
export function textOf(fields: readonly FieldRead[], field: number): string {
  return Buffer.from(bytesOf(fields, field)).toString('utf8')
}

/** The last varint of this field; 0 when there is none. */
export function numberOf(fields: readonly FieldRead[], field: number): number {
  const found = fields.findLast((entry) => entry.field === field)?.value
  return typeof found === 'number' ? found : 0
}

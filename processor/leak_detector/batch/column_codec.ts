/**
 * A column in bytes: one byte says how, then the values. Columns of one value take ten bytes however long they are;
 * whole numbers go as varints of their differences, since times and row numbers change little from row to row; what is
 * neither goes as it lies in memory.
 */

import type { ByteReader } from './byte_reader.ts'
import type { ByteWriter } from './byte_writer.ts'

const FORM = { constant: 0, differences: 1, raw: 2 } as const

/** Whole numbers of 32 bits. Hashes and ids, whose differences are as long as they are, go raw. */
export function writeU32(writer: ByteWriter, column: Uint32Array, isRandom: boolean): void {
  if (isConstant(column)) {
    writer.u8(FORM.constant)
    writer.varint(column[0] ?? 0)
    return
  }
  writer.u8(isRandom ? FORM.raw : FORM.differences)
  if (isRandom) writer.bytes(bytesOf(column))
  else writeDifferences(writer, column)
}

/** Small numbers: kinds, flags. */
export function writeU8(writer: ByteWriter, column: Uint8Array): void {
  const constant = isConstant(column)
  writer.u8(constant ? FORM.constant : FORM.raw)
  if (constant) writer.varint(column[0] ?? 0)
  else writer.bytes(column)
}

/** Times, sums and values. */
export function writeF64(writer: ByteWriter, column: Float64Array): void {
  if (isConstant(column)) {
    writer.u8(FORM.constant)
    writer.f64(column[0] ?? 0)
    return
  }
  const whole = isWhole(column)
  writer.u8(whole ? FORM.differences : FORM.raw)
  if (whole) writeDifferences(writer, column)
  else writer.bytes(bytesOf(column))
}

/** Reads `count` values; values of `limit` or above fail the reader: a column must not point beyond its table. */
export function readU32(reader: ByteReader, count: number, limit = 0x1_0000_0000): Uint32Array {
  const column = new Uint32Array(roomFor(reader, count))
  const form = reader.u8()
  if (form === FORM.constant) column.fill(reader.varint())
  else if (form === FORM.differences) readDifferences(reader, column)
  else if (form === FORM.raw) copyInto(column, reader.bytes(column.byteLength))
  else reader.fail()
  for (let row = 0; row < column.length; row++) if (column[row]! >= limit) reader.fail()
  return column
}

/** Reads what `writeU8` wrote. */
export function readU8(reader: ByteReader, count: number): Uint8Array {
  const column = new Uint8Array(roomFor(reader, count))
  const form = reader.u8()
  if (form === FORM.constant) column.fill(reader.varint())
  else if (form === FORM.raw) copyInto(column, reader.bytes(column.byteLength))
  else reader.fail()
  return column
}

/** Reads what `writeF64` wrote. */
export function readF64(reader: ByteReader, count: number): Float64Array {
  const column = new Float64Array(roomFor(reader, count))
  const form = reader.u8()
  if (form === FORM.constant) column.fill(reader.f64())
  else if (form === FORM.differences) readDifferences(reader, column)
  else if (form === FORM.raw) copyInto(column, reader.bytes(column.byteLength))
  else reader.fail()
  return column
}

/** Rows that one batch may have: a lying length must not make us ask for memory. */
export const ROWS_MAX = 1_048_576

function roomFor(reader: ByteReader, count: number): number {
  if (!reader.failed && count <= ROWS_MAX) return count
  reader.fail()
  return 0
}

function isConstant(column: Uint32Array | Uint8Array | Float64Array): boolean {
  for (let row = 1; row < column.length; row++) if (!Object.is(column[row], column[0])) return false
  return true
}

function isWhole(column: Float64Array): boolean {
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!
    if (!Number.isInteger(value) || Math.abs(value) > 2 ** 50 || Object.is(value, -0)) return false
  }
  return true
}

function writeDifferences(writer: ByteWriter, column: Uint32Array | Float64Array): void {
  let before = 0
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!
    const difference = value - before
    writer.varint(difference < 0 ? -2 * difference - 1 : 2 * difference)
    before = value
  }
}

function readDifferences(reader: ByteReader, column: Uint32Array | Float64Array): void {
  let before = 0
  for (let row = 0; row < column.length && !reader.failed; row++) {
    const folded = reader.varint()
    before += folded % 2 === 1 ? -(folded + 1) / 2 : folded / 2
    column[row] = before
  }
}

function bytesOf(column: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
}

function copyInto(column: Uint32Array | Uint8Array | Float64Array, bytes: Uint8Array): void {
  if (bytes.length !== column.byteLength) return
  new Uint8Array(column.buffer, column.byteOffset, column.byteLength).set(bytes)
}

/**
 * Attributes as text, read once from bytes that were checked before: those of a resource or of a data point.
 * A key that comes twice keeps its first value, as in the Collector.
 */
import type { Attributes } from './columns.ts'
import { decode } from './interner.ts'
import { afterUnknown, afterVarint, doubleAt, lengthAt, tagAt, varintAt, WIRE } from './wire.ts'

/** Further attributes of one set are left out. */
export const ATTRIBUTES_MAX = 256

/** `number`: the field; `[start, end)`: its value, without the length where there is one. */
type Visit = (number: number, start: number, end: number) => void

/** The `KeyValue`s in field `field` of the message in `[start, end)`. */
export function readAttributes(b: Uint8Array, start: number, end: number, field: number): Attributes {
  const attributes = new Map<string, string>()
  eachField(b, start, end, (number, from, to) => {
    if (number !== field || attributes.size >= ATTRIBUTES_MAX) return
    const [key, value] = readKeyValue(b, from, to)
    if (!attributes.has(key))
      attributes.set(key, typeof value === 'string' ? value : value === null ? '' : jsonOf(value))
  })
  return attributes
}

/** A value as plain JSON has it, null when there is none; whole numbers as bigint, since a double may not hold them. */
type Plain = string | number | bigint | boolean | null | Plain[] | { [key: string]: Plain }

function readKeyValue(b: Uint8Array, start: number, end: number): readonly [string, Plain] {
  let key = ''
  let value: Plain = null
  eachField(b, start, end, (number, from, to) => {
    if (number === 1) key = decode(b, from, to)
    else if (number === 2) value = readValue(b, from, to)
  })
  return [key, value]
}

function readValue(b: Uint8Array, start: number, end: number): Plain {
  let value: Plain = null
  eachField(b, start, end, (number, from, to) => {
    if (number === 1) value = decode(b, from, to)
    else if (number === 2) value = varintAt(b, from, to) !== 0
    else if (number === 3) value = bigVarint(b, from, to)
    else if (number === 4) value = doubleAt(b, from)
    else if (number === 5) value = readArray(b, from, to)
    else if (number === 6) value = readMap(b, from, to)
    else if (number === 7) value = Buffer.from(b.subarray(from, to)).toString('base64')
  })
  return value
}

function readArray(b: Uint8Array, start: number, end: number): Plain[] {
  const values: Plain[] = []
  eachField(b, start, end, (number, from, to) => {
    if (number === 1) values.push(readValue(b, from, to))
  })
  return values
}

function readMap(b: Uint8Array, start: number, end: number): { [key: string]: Plain } {
  const entries: (readonly [string, Plain])[] = []
  eachField(b, start, end, (number, from, to) => {
    if (number === 1) entries.push(readKeyValue(b, from, to))
  })
  return Object.fromEntries(entries)
}

/** JSON with bigints as numbers and what JSON has no number for (NaN, infinities) as its name. */
function jsonOf(value: Plain): string {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${jsonOf(item)}`)
    .join(',')}}`
}

/** A signed 64-bit varint. */
function bigVarint(b: Uint8Array, start: number, end: number): bigint {
  let value = 0n
  for (let pos = start; pos < end; pos++) value |= BigInt(b[pos]! & 127) << BigInt(7 * (pos - start))
  return BigInt.asIntN(64, value)
}

/** Calls `visit` for each field of a message. For cold roads. @throws Fault on bytes that are no message. */
export function eachField(b: Uint8Array, start: number, end: number, visit: Visit): void {
  for (let pos = start; pos < end; ) {
    const tag = tagAt(b, pos, end)
    const from = afterVarint(b, pos, end)
    pos = afterUnknown(b, tag, from, end)
    visit(tag >>> 3, (tag & 7) === WIRE.bytes ? pos - lengthAt(b, from, end) : from, pos)
  }
}

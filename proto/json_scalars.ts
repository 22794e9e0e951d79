/** Numbers, texts and bytes of OTLP/JSON, each written as its field wants it. */
import type { BackWriter, Halves } from './back_writer.ts'
import { halvesOf, parseDecimal } from './decimal.ts'
import type { Field } from './schema.ts'

/** JSON that means nothing here: what was expected, and, as it travels outwards, where. */
export class JsonFault {
  readonly #expected: string
  /** A bare number was too long for a double: the text has to be read again. */
  readonly needsSource: boolean
  #path = ''

  constructor(expected: string, needsSource = false) {
    this.#expected = expected
    this.needsSource = needsSource
  }

  /** It happened under this name or index. */
  under(step: string | number): void {
    const here = typeof step === 'number' ? `[${step}]` : step
    this.#path = this.#path === '' || this.#path.startsWith('[') ? here + this.#path : `${here}.${this.#path}`
  }

  get text(): string {
    return this.#path === '' ? this.#expected : `${this.#path}: ${this.#expected}`
  }
}

const halves: Halves = { high: 0, low: 0 }

/**
 * Writes the value, without its tag.
 * @returns false when nothing was written, since the value is what an absent field means.
 */
export function writeScalar(writer: BackWriter, field: Field, value: unknown): boolean {
  const bare = field.presence || field.repeated
  switch (field.kind) {
    case 'string':
      return writeText(writer, value, bare)
    case 'trace':
      return writeId(writer, value, 32)
    case 'span':
      return writeId(writer, value, 16)
    case 'double': {
      const number = doubleOf(value)
      if (!bare && Object.is(number, 0)) return false
      writer.double(number)
      return true
    }
    case 'fixed64':
    case 'sfixed64':
      wholeNumber(value, field.kind === 'sfixed64')
      if (!bare && halves.high === 0 && halves.low === 0) return false
      writer.fixed64(halves)
      return true
    case 'int64':
    case 'uint64':
      wholeNumber(value, field.kind === 'int64')
      writer.varint64(halves)
      return true
    case 'bool':
      if (typeof value !== 'boolean') throw new JsonFault('true or false expected')
      if (!bare && !value) return false
      writer.varint(value ? 1 : 0)
      return true
    case 'bytes':
      return writeBytes(writer, value)
    default:
      return writeSmall(writer, field, value, bare)
  }
}

function writeText(writer: BackWriter, value: unknown, bare: boolean): boolean {
  if (typeof value !== 'string') throw new JsonFault('a string expected')
  if (!bare && value === '') return false
  const before = writer.written
  writer.text(value)
  writer.varint(writer.written - before)
  return true
}

function writeId(writer: BackWriter, value: unknown, digits: 16 | 32): boolean {
  if (value === '') return false
  if (typeof value !== 'string' || value.length !== digits || !writer.hex(value)) {
    throw new JsonFault(`${digits} hex digits expected`)
  }
  writer.varint(digits / 2)
  return true
}

function writeBytes(writer: BackWriter, value: unknown): boolean {
  if (typeof value !== 'string' || !/^[\w+/-]*={0,2}$/.test(value)) throw new JsonFault('base64 expected')
  const bytes = Buffer.from(value, 'base64')
  writer.bytes(bytes)
  writer.varint(bytes.length)
  return true
}

/** The kinds of 32 bits, and enums. */
function writeSmall(writer: BackWriter, { kind, names }: Field, value: unknown, bare: boolean): boolean {
  const number = typeof value === 'string' && names?.has(value) ? names.get(value)! : smallNumber(kind, value)
  if (!bare && number === 0) return false
  if (kind === 'fixed32') writer.fixed32(number)
  else if (kind === 'sint32') writer.varint(((number << 1) ^ (number >> 31)) >>> 0)
  else if (number >= 0) writer.varint(number)
  else {
    halvesOf(number, halves)
    writer.varint64(halves)
  }
  return true
}

function smallNumber(kind: string, value: unknown): number {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  const unsigned = kind === 'uint32' || kind === 'fixed32'
  const fits = typeof number === 'number' && (unsigned ? number >>> 0 : number | 0) === number
  if (!fits)
    throw new JsonFault(unsigned ? 'a number of 32 bits without sign expected' : 'a number of 32 bits expected')
  return number
}

/** Into `halves`. */
function wholeNumber(value: unknown, signed: boolean): void {
  if (typeof value === 'number') {
    if (!Number.isInteger(value) || (value < 0 && !signed)) throw new JsonFault('a whole number expected')
    if (!Number.isSafeInteger(value)) throw new JsonFault('a number of 64 bits expected', true)
    halvesOf(value, halves)
    return
  }
  if (typeof value !== 'string' && typeof value !== 'bigint') throw new JsonFault('a whole number expected')
  const fault = parseDecimal(String(value), signed, halves)
  if (fault !== undefined) throw new JsonFault(fault)
}

function doubleOf(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value === 'NaN') return Number.NaN
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  if (Number.isNaN(number)) throw new JsonFault('a number expected')
  return number
}

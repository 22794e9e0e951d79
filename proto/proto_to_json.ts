/**
 * Protobuf to OTLP/JSON as the Collector's file exporter writes it: one line, fields in the order of the definitions,
 * what is absent left out (but for messages that are always there, like a span's status), unknown fields dropped.
 */
import { signedText, unsignedText } from './decimal.ts'
import { decode } from './interner.ts'
import type { SignalName } from './malformed.ts'
import { type Field, type Message, messageNamed } from './schema.ts'
import { addPart, afterShort, afterUnknown, afterVarint, doubleAt, int32At, type Parts, tagAt, WIRE } from './wire.ts'

const REQUESTS: Readonly<Record<SignalName, Message>> = {
  traces: messageNamed('ExportTraceServiceRequest'),
  metrics: messageNamed('ExportMetricsServiceRequest'),
  logs: messageNamed('ExportLogsServiceRequest'),
}

/**
 * One request as JSON text without a line break. The bytes must have passed `countItems` or a walker before; others
 * make it throw.
 * @example protoToJson('traces', new Uint8Array(0)) // => '{}'
 */
export function protoToJson(signal: SignalName, bytes: Uint8Array): string {
  return messageText(REQUESTS[signal], bytes, 0, bytes.length)
}

function messageText(message: Message, b: Uint8Array, start: number, end: number): string {
  const { fields } = message
  const values = readFields(message, b, start, end)
  let text = ''
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i]!
    const value = values[i] ?? (field.always ? messageText(field.message!, b, 0, 0) : undefined)
    if (value === undefined) continue
    text += `${text === '' ? '' : ','}"${field.name}":${typeof value === 'string' ? value : `[${value.join(',')}]`}`
  }
  return `{${text}}`
}

/** The fields' values as JSON, in the order of the definitions; a list for repeated ones. */
type Values = (string | string[] | undefined)[]

function readFields(message: Message, b: Uint8Array, start: number, end: number): Values {
  const values: Values = new Array(message.fields.length)
  let parts: Map<Field, Parts> | undefined
  for (let pos = start; pos < end; ) {
    const tag = tagAt(b, pos, end)
    const at = afterShort(b, pos, end)
    pos = afterUnknown(b, tag, at, end)
    const field = message.byNumber[tag >>> 3]
    if (field === undefined) continue
    const hasLength = (tag & 7) === WIRE.bytes
    const from = hasLength ? afterShort(b, at, end) : at
    if (field.repeated) {
      const list = (values[field.order] as string[] | undefined) ?? []
      values[field.order] = list
      if (hasLength && field.packed) readPacked(field, b, from, pos, list)
      else list.push(valueText(field, b, from, pos))
    } else if (field.always) {
      parts ??= new Map()
      parts.set(field, addPart(parts.get(field), b.subarray(from, pos)))
    } else {
      if (field.oneof) dropOthers(message, values)
      values[field.order] = isDefault(field, b, from, pos) ? undefined : valueText(field, b, from, pos)
    }
  }
  for (const [field, { bytes, length }] of parts ?? []) {
    values[field.order] = messageText(field.message!, bytes, 0, length)
  }
  return values
}

/** Members of a oneof exclude each other; the last one counts. No message has more than one oneof. */
function dropOthers(message: Message, values: Values): void {
  for (const other of message.fields) if (other.oneof) values[other.order] = undefined
}

/** Zero, false, empty or an all-zero id, of a field that then counts as absent. */
function isDefault({ kind, presence }: Field, b: Uint8Array, start: number, end: number): boolean {
  if (presence) return false
  if (kind === 'double') return doubleAt(b, start) === 0
  if (kind === 'string') return start === end
  for (let pos = start; pos < end; pos++) if ((b[pos]! & (isVarint(kind) ? 127 : 255)) !== 0) return false
  return true
}

function isVarint(kind: Field['kind']): boolean {
  return kind === 'bool' || kind === 'int32' || kind === 'uint32' || kind === 'sint32'
}

function readPacked(field: Field, b: Uint8Array, start: number, end: number, list: string[]): void {
  const isFixed = field.kind !== 'uint64'
  for (let pos = start; pos < end; ) {
    const next = isFixed ? pos + 8 : afterVarint(b, pos, end)
    list.push(valueText(field, b, pos, next))
    pos = next
  }
}

function valueText(field: Field, b: Uint8Array, start: number, end: number): string {
  switch (field.kind) {
    case 'message':
      return messageText(field.message!, b, start, end)
    case 'string':
      return quoted(decode(b, start, end))
    case 'trace':
    case 'span':
      return `"${bufferOf(b, start, end).toString('hex')}"`
    case 'bytes':
      return `"${bufferOf(b, start, end).toString('base64')}"`
    case 'double':
      return doubleText(doubleAt(b, start))
    case 'fixed32':
      return String(int32At(b, start) >>> 0)
    case 'fixed64':
      return `"${unsignedText(int32At(b, start + 4) >>> 0, int32At(b, start) >>> 0)}"`
    case 'sfixed64':
      return `"${signedText(int32At(b, start + 4) >>> 0, int32At(b, start) >>> 0)}"`
    default:
      return varintText(field.kind, b, start, end)
  }
}

function varintText(kind: Field['kind'], b: Uint8Array, start: number, end: number): string {
  let high = 0
  let low = 0
  for (let pos = start; pos < end; pos++) {
    const shift = 7 * (pos - start)
    const bits = b[pos]! & 127
    if (shift < 32) low |= bits << shift
    if (shift > 28) high |= bits << (shift - 32)
    else if (shift === 28) high |= bits >>> 4
  }
  if (kind === 'uint64') return `"${unsignedText(high >>> 0, low >>> 0)}"`
  if (kind === 'int64') return `"${signedText(high >>> 0, low >>> 0)}"`
  if (kind === 'bool') return high === 0 && low === 0 ? 'false' : 'true'
  if (kind === 'uint32') return String(low >>> 0)
  return String(kind === 'sint32' ? (low >>> 1) ^ -(low & 1) : low)
}

/** Backspace and form feed have no short form in Go. */
function quoted(text: string): string {
  const json = JSON.stringify(text)
  return json.includes('\\') ? json.replace(/\\(.)/g, (pair, letter) => ESCAPES[letter] ?? pair) : json
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\\u0008', f: '\\u000c' }

/** As Go writes them: exponents have two digits, and what JSON has no number for is a string. */
function doubleText(value: number): string {
  if (Number.isNaN(value)) return '"NaN"'
  if (!Number.isFinite(value)) return value > 0 ? '"Infinity"' : '"-Infinity"'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2')
}

function bufferOf(b: Uint8Array, start: number, end: number): Buffer {
  return Buffer.from(b.buffer, b.byteOffset + start, end - start)
}

/**
 * OTLP/JSON to protobuf bytes, so that everything behind the receiver knows one form only.
 *
 * JSON.parse makes the objects, the schema says what each must be, and the bytes are written back to front. Quirks by
 * the specification ("JSON Protobuf Encoding"): ids are hex, other bytes base64, 64-bit numbers text or number, doubles
 * may be "NaN" and "Infinity", enums number or name, unknown fields are ignored, null means absent. A 64-bit number that
 * stands there bare and is too long for a double is read again from the text, digit by digit.
 */
import { BackWriter } from './back_writer.ts'
import { JsonFault, writeScalar } from './json_scalars.ts'
import { type Malformed, malformed, type SignalName } from './malformed.ts'
import { type Field, type Message, messageNamed } from './schema.ts'
import { DEPTH_MAX } from './wire.ts'

const REQUESTS: Readonly<Record<SignalName, Message>> = {
  traces: messageNamed('ExportTraceServiceRequest'),
  metrics: messageNamed('ExportMetricsServiceRequest'),
  logs: messageNamed('ExportLogsServiceRequest'),
}
const KEY_VALUE = messageNamed('KeyValue')
const [KEY, VALUE, KEY_STRINDEX] = KEY_VALUE.fields as [Field, Field, Field]

type Json = Readonly<Record<string, unknown>>

const writer = new BackWriter()

/**
 * An export request in JSON as the same request in protobuf; or what is wrong and where:
 * `resourceSpans[0].scopeSpans[0].spans[3].traceId: 32 hex digits expected`.
 * @param request what to write of it, narrower than the signal's own message where not all is wanted (`narrow.ts`).
 * @example jsonToProto('traces', '{}') // => Uint8Array []
 */
export function jsonToProto(
  signal: SignalName,
  json: string | Uint8Array,
  request: Message = REQUESTS[signal],
): Uint8Array | Malformed {
  const text = typeof json === 'string' ? json : textOf(json)
  try {
    return encode(request, JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) return malformed(`JSON: ${error.message}`, positionIn(error.message))
    if (!(error instanceof JsonFault)) throw error
    if (!error.needsSource) return malformed(error.text, 0)
  }
  return again(request, text)
}

/** With the longest numbers as bigint: slower by half, and hardly ever needed. */
function again(request: Message, text: string): Uint8Array | Malformed {
  try {
    return encode(request, JSON.parse(text, exactly))
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error
    return malformed(error.text, 0)
  }
}

function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !/^-?\d+$/.test(context?.source ?? '')) return value
  return BigInt(context!.source!)
}

function encode(message: Message, value: unknown): Uint8Array {
  writer.reset()
  if (value !== null) writeMessage(message, value, 0)
  return writer.finish()
}

/** The fields of a message, without its length. */
function writeMessage(message: Message, value: unknown, depth: number): void {
  if (depth > DEPTH_MAX) throw new JsonFault(`at most ${DEPTH_MAX} objects in one another expected`)
  if (!isObject(value)) throw new JsonFault('an object expected')
  if (message === KEY_VALUE) {
    writeKeyValue(value, depth)
    return
  }
  const keys = Object.keys(value)
  for (let i = keys.length - 1; i >= 0; i--) {
    const field = message.byName.get(keys[i]!)
    if (field !== undefined) writeField(field, value[keys[i]!], depth)
  }
}

/** Attributes are most of all telemetry: no list of keys is made for them, and the key always goes first. */
function writeKeyValue(value: Json, depth: number): void {
  writeField(KEY_STRINDEX, value.keyStrindex, depth)
  writeField(VALUE, value.value, depth)
  writeField(KEY, value.key, depth)
}

function writeField(field: Field, value: unknown, depth: number): void {
  if (value === null || value === undefined) return
  try {
    if (field.repeated) writeRepeated(field, value, depth)
    else if (field.message !== undefined) writeNested(field, field.message, value, depth)
    else if (writeScalar(writer, field, value)) writer.varint(field.tag)
  } catch (error) {
    if (error instanceof JsonFault) error.under(field.name)
    throw error
  }
}

function writeNested(field: Field, message: Message, value: unknown, depth: number): void {
  const before = writer.written
  writeMessage(message, value, depth + 1)
  writer.varint(writer.written - before)
  writer.varint(field.tag)
}

function writeRepeated(field: Field, value: unknown, depth: number): void {
  if (!Array.isArray(value)) throw new JsonFault('an array expected')
  const { message } = field
  const before = writer.written
  let i = value.length - 1
  try {
    for (; i >= 0; i--) {
      if (message !== undefined) writeNested(field, message, value[i] ?? {}, depth)
      else {
        writeScalar(writer, field, value[i])
        if (!field.packed) writer.varint(field.tag)
      }
    }
  } catch (error) {
    if (error instanceof JsonFault) error.under(i)
    throw error
  }
  if (!field.packed || value.length === 0) return
  writer.varint(writer.written - before)
  writer.varint(field.tag)
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
}

/** Where V8 says that the text went wrong. */
function positionIn(message: string): number {
  return Number(/at position (\d+)/.exec(message)?.[1] ?? 0)
}

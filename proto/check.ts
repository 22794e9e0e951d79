/**
 * Is this a message, all the way down? A table says for each message and field what must stand there; one recursive
 * function follows it and counts the spans, points or records on its way.
 *
 * The check has to be complete, because requests of several senders are later joined into one: one with a lying length
 * inside would spoil its neighbours'.
 */
import type { SignalName } from './malformed.ts'
import { type Field, MESSAGES, messageNamed } from './schema.ts'
import { afterUnknown, afterVarint, DEPTH_MAX, endOfInput, Fault, lengthAt, tagAt, WIRE } from './wire.ts'

/** What stands in a field; from `MESSAGE` on, a message: its index + `MESSAGE`. */
const UNKNOWN = 0
const VARINT = 1
const FIXED64 = 2
const FIXED32 = 3
const OPAQUE = 4
const TRACE_ID = 5
const SPAN_ID = 6
const PACKED_FIXED64 = 7
const PACKED_VARINT = 8
const MESSAGE = 16

const FIELDS_MAX = 32
const EXPECTED = new Uint8Array(MESSAGES.length * FIELDS_MAX)
for (const { index, fields } of MESSAGES) {
  for (const field of fields) EXPECTED[index * FIELDS_MAX + field.number] = expectation(field)
}

const IS_ITEM = new Uint8Array(MESSAGES.length)
for (const { index, name } of MESSAGES) IS_ITEM[index] = /^(Span|LogRecord|\w+DataPoint)$/.test(name) ? 1 : 0

/** Messages that the walkers have checked, by index. */
export const TYPE = {
  keyValue: messageNamed('KeyValue').index,
  scope: messageNamed('InstrumentationScope').index,
  resource: messageNamed('Resource').index,
  span: messageNamed('Span').index,
  status: messageNamed('Status').index,
  metric: messageNamed('Metric').index,
  gauge: messageNamed('Gauge').index,
  sum: messageNamed('Sum').index,
  histogram: messageNamed('Histogram').index,
  exponentialHistogram: messageNamed('ExponentialHistogram').index,
  summary: messageNamed('Summary').index,
  numberPoint: messageNamed('NumberDataPoint').index,
  histogramPoint: messageNamed('HistogramDataPoint').index,
  exponentialHistogramPoint: messageNamed('ExponentialHistogramDataPoint').index,
  summaryPoint: messageNamed('SummaryDataPoint').index,
} as const

/** The request message of each signal, by index. */
export const REQUEST_TYPE: Readonly<Record<SignalName, number>> = {
  traces: messageNamed('ExportTraceServiceRequest').index,
  metrics: messageNamed('ExportMetricsServiceRequest').index,
  logs: messageNamed('ExportLogsServiceRequest').index,
}

/**
 * Checks the message of `type` in `[start, end)`, at `depth` below the request.
 * @returns the spans, data points or log records in it.
 * @throws Fault with the first byte that is wrong.
 */
export function check(b: Uint8Array, start: number, end: number, type: number, depth: number): number {
  if (depth > DEPTH_MAX)
    throw new Fault(`proto: nested too deep: at most ${DEPTH_MAX} messages in one another expected`, start)
  let items = IS_ITEM[type]!
  let pos = start
  while (pos < end) {
    const at = pos
    let tag = b[pos++]!
    if (tag > 127) {
      tag = tagAt(b, at, end)
      pos = afterVarint(b, at, end)
    }
    const number = tag >>> 3
    const expected = number < FIELDS_MAX ? EXPECTED[type * FIELDS_MAX + number]! : UNKNOWN
    if (expected < OPAQUE) {
      pos = afterScalar(b, tag, expected, at, pos, end, type)
      continue
    }
    if ((tag & 7) !== WIRE.bytes) {
      pos = afterUnpacked(b, tag, expected, at, pos, end, type)
      continue
    }
    if (pos >= end) endOfInput(pos, 'a length')
    let length = b[pos++]!
    if (length > 127) {
      length = lengthAt(b, pos - 1, end)
      pos = afterVarint(b, pos - 1, end)
    } else if (length > end - pos) endOfInput(pos - 1, `${length} bytes, of which ${end - pos} are there,`)
    if (expected >= MESSAGE) {
      const inner = expected - MESSAGE
      if (inner !== TYPE.keyValue || !isPlainAttribute(b, pos, pos + length)) {
        items += check(b, pos, pos + length, inner, depth + 1)
      }
    } else if (expected > OPAQUE) checkContent(b, expected, pos, length)
    pos += length
  }
  return items
}

/** Checks the one field at `at` of a message of `type` and gives the position after it. */
export function afterField(b: Uint8Array, at: number, end: number, type: number, depth: number): number {
  const stop = afterUnknown(b, tagAt(b, at, end), afterVarint(b, at, end), end)
  check(b, at, stop, type, depth)
  return stop
}

/** A known or unknown field whose value is one number. */
function afterScalar(
  b: Uint8Array,
  tag: number,
  expected: number,
  at: number,
  pos: number,
  end: number,
  type: number,
): number {
  if (expected === UNKNOWN) return afterUnknown(b, tag, pos, end)
  const wire = expected === VARINT ? WIRE.varint : expected === FIXED64 ? WIRE.fixed64 : WIRE.fixed32
  if ((tag & 7) !== wire) wrongWireType(tag, at, type)
  return afterUnknown(b, tag, pos, end)
}

/** A repeated number that stands alone is as good as a packed one; everything else needs a length. */
function afterUnpacked(
  b: Uint8Array,
  tag: number,
  expected: number,
  at: number,
  pos: number,
  end: number,
  type: number,
): number {
  const alone = expected === PACKED_FIXED64 ? WIRE.fixed64 : expected === PACKED_VARINT ? WIRE.varint : WIRE.bytes
  if ((tag & 7) !== alone) wrongWireType(tag, at, type)
  return afterUnknown(b, tag, pos, end)
}

/** Ids have their length or none; packed numbers fill theirs exactly. */
function checkContent(b: Uint8Array, expected: number, pos: number, length: number): void {
  if (expected === TRACE_ID) checkId(length, 16, pos)
  else if (expected === SPAN_ID) checkId(length, 8, pos)
  else if (expected === PACKED_FIXED64) {
    if (length % 8 !== 0) throw new Fault(`proto: invalid field len = ${length}: a multiple of 8 expected`, pos)
  } else {
    const end = pos + length
    for (let at = pos; at < end; ) at = afterVarint(b, at, end)
  }
}

/** @throws Fault unless an id is empty or as long as it has to be. */
export function checkId(length: number, size: 16 | 8, at: number): void {
  if (length === 0 || length === size) return
  throw new Fault(
    `unmarshal: invalid ${size === 16 ? 'TraceID' : 'SpanID'} length: ${size} bytes expected, not ${length},`,
    at,
  )
}

/**
 * Whether `[start, end)` is a KeyValue in its usual form, shorter than 128 bytes: key, then a string, a number or a
 * truth. False says only that it has to be looked at with more patience.
 */
function isPlainAttribute(b: Uint8Array, start: number, end: number): boolean {
  if (end - start < 6 || end - start > 127 || b[start] !== 0x0a) return false
  const value = start + 2 + b[start + 1]!
  if (value + 4 > end || b[value] !== 0x12 || b[value + 1] !== end - value - 2) return false
  return isPlainValue(b, value + 2, end)
}

/** Whether `[start, end)`, two bytes or more, is an AnyValue with one string, number or truth and nothing else. */
export function isPlainValue(b: Uint8Array, start: number, end: number): boolean {
  switch (b[start]) {
    case 0x0a:
      return b[start + 1] === end - start - 2
    case 0x21:
      return end - start === 9
    case 0x10:
    case 0x18: {
      if (end - start > 11) return false
      for (let pos = start + 1; pos < end - 1; pos++) if (b[pos]! < 128) return false
      return b[end - 1]! < 128
    }
    default:
      return false
  }
}

/** @throws Fault naming the field. */
export function wrongWireType(tag: number, at: number, type: number): never {
  const message = MESSAGES[type]!
  const field = message.fields.find(({ number }) => number === tag >>> 3)
  throw new Fault(`proto: wrong wireType = ${tag & 7} for field ${message.name}.${field?.name ?? tag >>> 3}`, at)
}

function expectation({ kind, repeated, message }: Field): number {
  if (message !== undefined) return MESSAGE + message.index
  switch (kind) {
    case 'trace':
      return TRACE_ID
    case 'span':
      return SPAN_ID
    case 'fixed64':
    case 'sfixed64':
    case 'double':
      return repeated ? PACKED_FIXED64 : FIXED64
    case 'fixed32':
      return FIXED32
    case 'string':
    case 'bytes':
      return OPAQUE
    default:
      return repeated ? PACKED_VARINT : VARINT
  }
}

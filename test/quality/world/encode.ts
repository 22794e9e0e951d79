/**
 * OTLP bytes, written straight: a benchmark day holds a million points, and whole messages as objects would cost more
 * than everything that is measured. Field numbers as in `proto/opentelemetry`; protobufjs writes the wire.
 */
import protobuf from 'protobufjs/minimal.js'

/** Attributes as bytes: encoded once, written a million times. */
export type EncodedAttributes = Uint8Array

/** One point of one metric. */
export interface Sample {
  readonly name: string
  readonly unit: string
  readonly kind: 'gauge' | 'sum' | 'counter' | 'histogram'
  /** Value, or the count of a histogram. */
  readonly value: number
  /** Sum of a histogram. */
  readonly sum?: number
  readonly attributes?: EncodedAttributes
  /** Start of the stream, milliseconds since 1970; of counters and histograms. */
  readonly startMs?: number
  readonly isDelta?: boolean
}

/** A span to write; ids are numbers that stay apart within a run. */
export interface SpanSample {
  readonly traceId: number
  readonly spanId: number
  readonly parentId: number
  readonly name: string
  /** 1 internal, 2 server, 3 client. */
  readonly kind: 1 | 2 | 3
  readonly startMs: number
  readonly endMs: number
  readonly attributes: EncodedAttributes
  readonly traceState: string
  readonly failed: boolean
}

const LENGTH = 2
const FIXED64 = 1
const VARINT = 0
const tag = (field: number, wire: number) => field * 8 + wire
const nanos = (ms: number) => Math.round(ms * 1000) * 1000

/** Attributes under the field number that their owner has for them: 1 resource, 7 number, 9 histogram and span. */
export function encodeAttributes(field: number, pairs: Iterable<readonly [string, string]>): EncodedAttributes {
  const writer = protobuf.Writer.create()
  for (const [key, value] of pairs) {
    writer.uint32(tag(field, LENGTH)).fork()
    writer.uint32(tag(1, LENGTH)).string(key)
    writer.uint32(tag(2, LENGTH)).fork().uint32(tag(1, LENGTH)).string(value).ldelim()
    writer.ldelim()
  }
  return writer.finish()
}

/** One `ExportMetricsServiceRequest` of one resource. */
export function encodePoints(resource: EncodedAttributes, timeMs: number, samples: readonly Sample[]): Uint8Array {
  const writer = protobuf.Writer.create()
  writer.uint32(tag(1, LENGTH)).fork()
  writer.uint32(tag(1, LENGTH)).fork()
  writer.raw(resource)
  writer.ldelim()
  writer.uint32(tag(2, LENGTH)).fork()
  for (let at = 0; at < samples.length; ) {
    const first = samples[at]!
    let end = at + 1
    while (end < samples.length && samples[end]!.name === first.name) end += 1
    writeMetric(writer, samples, at, end, timeMs)
    at = end
  }
  return writer.ldelim().ldelim().finish()
}

function writeMetric(
  writer: protobuf.Writer,
  samples: readonly Sample[],
  from: number,
  to: number,
  timeMs: number,
): void {
  const { name, unit, kind, isDelta = false } = samples[from]!
  writer.uint32(tag(2, LENGTH)).fork()
  writer.uint32(tag(1, LENGTH)).string(name)
  writer.uint32(tag(3, LENGTH)).string(unit)
  writer.uint32(tag(kind === 'gauge' ? 5 : kind === 'histogram' ? 9 : 7, LENGTH)).fork()
  for (let at = from; at < to; at++) writePoint(writer, samples[at]!, timeMs)
  if (kind !== 'gauge') writer.uint32(tag(2, VARINT)).int32(isDelta ? 1 : 2)
  if (kind === 'counter') writer.uint32(tag(3, VARINT)).bool(true)
  writer.ldelim().ldelim()
}

function writePoint(writer: protobuf.Writer, { kind, value, sum, attributes, startMs }: Sample, timeMs: number): void {
  writer.uint32(tag(1, LENGTH)).fork()
  if (startMs !== undefined) writer.uint32(tag(2, FIXED64)).fixed64(nanos(startMs))
  writer.uint32(tag(3, FIXED64)).fixed64(nanos(timeMs))
  if (kind === 'histogram') {
    writer.uint32(tag(4, FIXED64)).fixed64(value)
    writer.uint32(tag(5, FIXED64)).double(sum ?? 0)
  } else writer.uint32(tag(4, FIXED64)).double(value)
  if (attributes !== undefined) writer.raw(attributes)
  writer.ldelim()
}

/** One `ExportTraceServiceRequest` of one resource. */
export function encodeSpans(resource: EncodedAttributes, spans: readonly SpanSample[]): Uint8Array {
  const writer = protobuf.Writer.create()
  writer.uint32(tag(1, LENGTH)).fork()
  writer.uint32(tag(1, LENGTH)).fork()
  writer.raw(resource)
  writer.ldelim()
  writer.uint32(tag(2, LENGTH)).fork()
  for (const span of spans) writeSpan(writer, span)
  return writer.ldelim().ldelim().finish()
}

function writeSpan(writer: protobuf.Writer, span: SpanSample): void {
  writer.uint32(tag(2, LENGTH)).fork()
  writer.uint32(tag(1, LENGTH)).bytes(idBytes(span.traceId, 16))
  writer.uint32(tag(2, LENGTH)).bytes(idBytes(span.spanId, 8))
  if (span.traceState !== '') writer.uint32(tag(3, LENGTH)).string(span.traceState)
  if (span.parentId !== 0) writer.uint32(tag(4, LENGTH)).bytes(idBytes(span.parentId, 8))
  writer.uint32(tag(5, LENGTH)).string(span.name)
  writer.uint32(tag(6, VARINT)).int32(span.kind)
  writer.uint32(tag(7, FIXED64)).fixed64(nanos(span.startMs))
  writer.uint32(tag(8, FIXED64)).fixed64(nanos(span.endMs))
  writer.raw(span.attributes)
  if (span.failed) writer.uint32(tag(15, LENGTH)).fork().uint32(tag(3, VARINT)).int32(2).ldelim()
  writer.ldelim()
}

/** An id that looks drawn and is not: two rounds of multiplication spread the number over its bytes. */
function idBytes(id: number, bytes: number): Uint8Array {
  const out = new Uint8Array(bytes)
  const words = new DataView(out.buffer)
  for (let at = 0; at < bytes; at += 4) {
    let word = Math.imul((id + at * 7919) >>> 0, 0x9e3779b1) ^ Math.floor(id / 4_294_967_296)
    word = Math.imul(word ^ (word >>> 15), 0x85ebca6b)
    words.setUint32(at, (word ^ (word >>> 13)) >>> 0)
  }
  words.setUint32(bytes - 4, id >>> 0)
  out[0]! |= 1
  return out
}

/**
 * A batch as bytes: what an ingest thread posts, a replica sends and the log keeps.
 *
 * `LMB`, version, CRC-32 of the rest, then origin, dictionary and the four tables, column by column. A reader of another
 * version refuses; what was flipped, cut or made up is refused by its checksum or by the first row that points nowhere.
 */

import { crc32 } from 'node:zlib'
import type { Batch, EdgeRows, InstanceRows, SpanRows, WindowRows } from './batch.ts'
import { type ByteReader, createByteReader } from './byte_reader.ts'
import { type ByteWriter, createByteWriter } from './byte_writer.ts'
import { ROWS_MAX, readF64, readU8, readU32, writeF64, writeU8, writeU32 } from './column_codec.ts'

/** Version of the form of bytes: readers refuse any other. */
export const BATCH_VERSION = 1
const MAGIC = [0x4c, 0x4d, 0x42] as const
const HEAD_BYTES = 8

/** A batch, or why bytes are none and about where. */
export type Decoded =
  | { readonly ok: true; readonly batch: Batch }
  | {
      readonly ok: false
      readonly reason: 'not_a_batch' | 'version' | 'checksum' | 'malformed'
      readonly atByte: number
    }

/** The batch in bytes of its own, which may be transferred to another thread. */
export function encodeBatch(batch: Batch): Uint8Array {
  const writer = createByteWriter(1024 + batch.spans.count * 80 + batch.windows.count * 40)
  for (const byte of MAGIC) writer.u8(byte)
  writer.u8(BATCH_VERSION)
  writer.u32(0)
  writer.text(batch.origin.node)
  writer.varint(batch.origin.thread)
  writer.varint(batch.origin.incarnation)
  writer.varint(batch.sequence)
  writer.varint(batch.strings.length)
  for (const text of batch.strings) writer.text(text)
  writeInstances(writer, batch.instances)
  writeSpans(writer, batch.spans)
  writeWindows(writer, batch.windows)
  writeEdges(writer, batch.edges)
  const bytes = writer.finish()
  new DataView(bytes.buffer).setUint32(4, crc32(bytes.subarray(HEAD_BYTES)), true)
  return bytes
}

/** Reads what `encodeBatch` wrote; any other bytes are answered by why they are none. */
export function decodeBatch(bytes: Uint8Array): Decoded {
  const reader = createByteReader(bytes)
  for (const byte of MAGIC) if (reader.u8() !== byte) return { ok: false, reason: 'not_a_batch', atByte: 0 }
  if (reader.u8() !== BATCH_VERSION) return { ok: false, reason: 'version', atByte: 3 }
  const checksum = reader.u32()
  if (reader.failed) return { ok: false, reason: 'malformed', atByte: reader.at }
  if (crc32(bytes.subarray(HEAD_BYTES)) !== checksum) return { ok: false, reason: 'checksum', atByte: 4 }
  const batch = readBody(reader)
  if (reader.failed || reader.left > 0) return { ok: false, reason: 'malformed', atByte: reader.at }
  return { ok: true, batch }
}

function readBody(reader: ByteReader): Batch {
  const origin = { node: reader.text(), thread: reader.varint(), incarnation: reader.varint() }
  const sequence = reader.varint()
  const strings = readStrings(reader)
  const instances = readInstances(reader, strings.length)
  const spans = readSpans(reader, strings.length, instances.count)
  const windows = readWindows(reader, strings.length, instances.count)
  return { origin, sequence, strings, instances, spans, windows, edges: readEdges(reader, strings.length) }
}

function readStrings(reader: ByteReader): string[] {
  const count = reader.varint()
  if (count > reader.left || count < 1) reader.fail()
  const strings: string[] = []
  for (let at = 0; at < count && !reader.failed; at++) strings.push(reader.text())
  if (strings[0] !== '') reader.fail()
  return strings
}

function countOf(reader: ByteReader): number {
  const count = reader.varint()
  if (count <= ROWS_MAX && !reader.failed) return count
  reader.fail()
  return 0
}

function writeInstances(writer: ByteWriter, rows: InstanceRows): void {
  writer.varint(rows.count)
  if (rows.count === 0) return
  writeU32(writer, rows.namespaceText, false)
  writeU32(writer, rows.serviceText, false)
  writeU32(writer, rows.instanceText, false)
  writeU32(writer, rows.versionText, false)
  writeU32(writer, rows.runtimeText, false)
  writeU32(writer, rows.podText, false)
  writeU32(writer, rows.containerText, false)
  writeU32(writer, rows.resourceText, false)
  writeF64(writer, rows.startMs)
  writeF64(writer, rows.firstSeenMs)
  writeF64(writer, rows.lastSeenMs)
}

function readInstances(reader: ByteReader, texts: number): InstanceRows {
  const count = countOf(reader)
  const text = () => (count === 0 ? new Uint32Array(0) : readU32(reader, count, texts))
  const time = () => (count === 0 ? new Float64Array(0) : readF64(reader, count))
  return {
    count,
    namespaceText: text(),
    serviceText: text(),
    instanceText: text(),
    versionText: text(),
    runtimeText: text(),
    podText: text(),
    containerText: text(),
    resourceText: text(),
    startMs: time(),
    firstSeenMs: time(),
    lastSeenMs: time(),
  }
}

function writeSpans(writer: ByteWriter, rows: SpanRows): void {
  writer.varint(rows.count)
  if (rows.count === 0) return
  writeU32(writer, rows.instance, false)
  writeU32(writer, rows.trace, true)
  writeU32(writer, rows.spanHi, true)
  writeU32(writer, rows.spanLo, true)
  writeU32(writer, rows.parentHi, true)
  writeU32(writer, rows.parentLo, true)
  writeU8(writer, rows.kind)
  writeU8(writer, rows.failed)
  writeF64(writer, rows.startMs)
  writeF64(writer, rows.endMs)
  writeU32(writer, rows.operationText, false)
  writeU32(writer, rows.peerText, false)
  writeU8(writer, rows.peerKind)
  writeF64(writer, rows.weight)
}

function readSpans(reader: ByteReader, texts: number, instances: number): SpanRows {
  const count = countOf(reader)
  const u32 = (rows = count, limit?: number) => (count === 0 ? new Uint32Array(0) : readU32(reader, rows, limit))
  const u8 = () => (count === 0 ? new Uint8Array(0) : readU8(reader, count))
  const f64 = () => (count === 0 ? new Float64Array(0) : readF64(reader, count))
  return {
    count,
    instance: u32(count, instances),
    trace: u32(count * 4),
    spanHi: u32(),
    spanLo: u32(),
    parentHi: u32(),
    parentLo: u32(),
    kind: u8(),
    failed: u8(),
    startMs: f64(),
    endMs: f64(),
    operationText: u32(count, texts),
    peerText: u32(count, texts),
    peerKind: u8(),
    weight: f64(),
  }
}

function writeWindows(writer: ByteWriter, rows: WindowRows): void {
  writer.varint(rows.count)
  if (rows.count === 0) return
  writeU32(writer, rows.instance, false)
  writeU32(writer, rows.metricText, false)
  writeU32(writer, rows.componentText, false)
  writeU8(writer, rows.shape)
  writeF64(writer, rows.windowMs)
  writeF64(writer, rows.n)
  writeF64(writer, rows.min)
  writeF64(writer, rows.max)
  writeF64(writer, rows.sum)
  writeF64(writer, rows.last)
  writeF64(writer, rows.lastMs)
  writeF64(writer, rows.streamStartMs)
}

function readWindows(reader: ByteReader, texts: number, instances: number): WindowRows {
  const count = countOf(reader)
  const u32 = (limit: number) => (count === 0 ? new Uint32Array(0) : readU32(reader, count, limit))
  const f64 = () => (count === 0 ? new Float64Array(0) : readF64(reader, count))
  return {
    count,
    instance: u32(instances),
    metricText: u32(texts),
    componentText: u32(texts),
    shape: count === 0 ? new Uint8Array(0) : readU8(reader, count),
    windowMs: f64(),
    n: f64(),
    min: f64(),
    max: f64(),
    sum: f64(),
    last: f64(),
    lastMs: f64(),
    streamStartMs: f64(),
  }
}

function writeEdges(writer: ByteWriter, rows: EdgeRows): void {
  writer.varint(rows.count)
  if (rows.count === 0) return
  writeU32(writer, rows.callerNamespaceText, false)
  writeU32(writer, rows.callerServiceText, false)
  writeU32(writer, rows.callerOperationText, false)
  writeU32(writer, rows.calleeNamespaceText, false)
  writeU32(writer, rows.calleeServiceText, false)
  writeU32(writer, rows.calleeInstanceText, false)
  writeU32(writer, rows.calleeOperationText, false)
  writeU8(writer, rows.kind)
  writeF64(writer, rows.windowMs)
  writeF64(writer, rows.calls)
  writeF64(writer, rows.errors)
  writeF64(writer, rows.durationUs)
  writeU32(writer, rows.exemplarText, false)
}

function readEdges(reader: ByteReader, texts: number): EdgeRows {
  const count = countOf(reader)
  const text = () => (count === 0 ? new Uint32Array(0) : readU32(reader, count, texts))
  const f64 = () => (count === 0 ? new Float64Array(0) : readF64(reader, count))
  return {
    count,
    callerNamespaceText: text(),
    callerServiceText: text(),
    callerOperationText: text(),
    calleeNamespaceText: text(),
    calleeServiceText: text(),
    calleeInstanceText: text(),
    calleeOperationText: text(),
    kind: count === 0 ? new Uint8Array(0) : readU8(reader, count),
    windowMs: f64(),
    calls: f64(),
    errors: f64(),
    durationUs: f64(),
    exemplarText: text(),
  }
}

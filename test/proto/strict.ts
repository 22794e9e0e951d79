/**
 * A second opinion on what a message is: slow, by protobufjs' reflection of the `.proto` files and bigint varints, and
 * written without a look at the walker. True means that every known field is laid out as it has to be, all the way down.
 */
import type * as protobuf from 'protobufjs'
import type { SignalName } from '../../proto/malformed.ts'
import { messageType, requestTypeName } from '../../proto/messages.ts'

const WIRE_OF: Readonly<Record<string, number>> = {
  ...Object.fromEntries(['int32', 'uint32', 'sint32', 'int64', 'uint64', 'bool'].map((type) => [type, 0])),
  ...Object.fromEntries(['fixed64', 'sfixed64', 'double'].map((type) => [type, 1])),
  ...Object.fromEntries(['string', 'bytes'].map((type) => [type, 2])),
  fixed32: 5,
}
const ID_SIZES: Readonly<Record<string, number>> = { trace_id: 16, span_id: 8, parent_span_id: 8 }
const DEPTH_MAX = 100

/** Is it a request of the signal? */
export function isRequest(signal: SignalName, bytes: Uint8Array): boolean {
  try {
    readMessage(messageType(requestTypeName(signal)), Buffer.from(bytes), 0)
    return true
  } catch (error) {
    if (error instanceof NoMessage) return false
    throw error
  }
}

class NoMessage extends Error {}

function readMessage(type: protobuf.Type, bytes: Buffer, depth: number): void {
  if (depth > DEPTH_MAX) throw new NoMessage('too deep')
  for (let rest = bytes; rest.length > 0; ) {
    const [tag, afterTag] = readVarint(rest)
    if (tag >= 2n ** 32n || tag < 8n) throw new NoMessage('tag')
    const [value, next] = readValue(Number(tag & 7n), afterTag)
    rest = next
    const field = type.fieldsById[Number(tag >> 3n)]
    if (field !== undefined) readField(field, Number(tag & 7n), value, depth)
  }
}

function readField(field: protobuf.Field, wire: number, value: Buffer, depth: number): void {
  const isMessage = field.resolvedType !== null && 'fields' in field.resolvedType
  const expected = isMessage ? 2 : field.resolvedType !== null ? 0 : WIRE_OF[field.type]!
  if (field.repeated && expected !== 2 && wire === 2) {
    for (let rest = value; rest.length > 0; ) rest = readValue(expected, rest)[1]
    return
  }
  if (wire !== expected) throw new NoMessage('wire type')
  if (isMessage) readMessage(field.resolvedType as protobuf.Type, value, depth + 1)
  const size = ID_SIZES[snake(field.name)]
  if (size !== undefined && value.length !== 0 && value.length !== size) throw new NoMessage('id')
}

function readValue(wire: number, bytes: Buffer): [value: Buffer, rest: Buffer] {
  if (wire === 0) return cut(bytes, bytes.length - readVarint(bytes)[1].length)
  if (wire === 1) return cut(bytes, 8)
  if (wire === 5) return cut(bytes, 4)
  if (wire !== 2) throw new NoMessage('group')
  const [length, rest] = readVarint(bytes)
  return cut(rest, length > BigInt(rest.length) ? Number.POSITIVE_INFINITY : Number(length))
}

function cut(bytes: Buffer, size: number): [Buffer, Buffer] {
  if (size > bytes.length) throw new NoMessage('end')
  return [bytes.subarray(0, size), bytes.subarray(size)]
}

function readVarint(bytes: Buffer): [bigint, Buffer] {
  let value = 0n
  for (let i = 0; i < 10; i++) {
    if (i >= bytes.length) throw new NoMessage('end')
    value |= BigInt(bytes[i]! & 127) << BigInt(7 * i)
    if (bytes[i]! < 128) return [value, bytes.subarray(i + 1)]
  }
  throw new NoMessage('varint')
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

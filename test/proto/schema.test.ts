import assert from 'node:assert/strict'
import { test } from 'node:test'
import type * as protobuf from 'protobufjs'
import { messageType, requestTypeName } from '../../proto/messages.ts'
import { type Field, type Message, messageNamed } from '../../proto/schema.ts'

const IDS: Readonly<Record<string, string>> = { traceId: 'trace', spanId: 'span', parentSpanId: 'span' }

test('[P6] the table of messages says what the .proto files say', () => {
  const seen = new Set<string>()
  const compare = (message: Message, type: protobuf.Type): void => {
    if (seen.has(message.name)) return
    seen.add(message.name)
    assert.equal(message.name, type.name)
    assert.deepEqual(
      message.fields.map((field) => described(field)),
      type.fieldsArray.map((field) => describedByReflection(field)),
      message.name,
    )
    for (const field of message.fields) {
      const { resolvedType } = type.fields[field.name]!
      if (field.message !== undefined) compare(field.message, resolvedType as protobuf.Type)
      else if (field.names !== undefined) {
        assert.deepEqual(Object.fromEntries(field.names), { ...(resolvedType as protobuf.Enum).values })
      }
    }
  }
  for (const signal of ['traces', 'metrics', 'logs'] as const) {
    const type = messageType(requestTypeName(signal))
    compare(messageNamed(type.name), type)
  }
  assert.ok(seen.size > 25)
})

function described({ name, number, kind, repeated, presence }: Field) {
  return { name, number, kind, repeated, presence }
}

function describedByReflection(field: protobuf.Field) {
  const isMessage = field.resolvedType !== null && 'fields' in field.resolvedType
  const kind = isMessage ? 'message' : field.resolvedType !== null ? 'int32' : (IDS[field.name] ?? field.type)
  const { name, id: number, repeated } = field
  return { name, number, kind, repeated, presence: field.partOf !== null }
}

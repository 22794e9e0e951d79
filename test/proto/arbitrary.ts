/**
 * Any OTLP request: every message and field of the `.proto` files, as protobufjs reflects them, with values at their
 * edges. Objects have the names of OTLP/JSON, ids as hex, 64-bit numbers as decimal text.
 */
import fc from 'fast-check'
import type * as protobuf from 'protobufjs'
import type { SignalName } from '../../proto/malformed.ts'
import { messageType, type Requests, requestTypeName } from '../../proto/messages.ts'

const DEPTH_MAX = 9

const keys = fc.constantFrom(
  ...['service.name', 'http.route', 'http.method', 'http.request.method', 'http.target', 'url.path', 'peer.service'],
  ...['service.peer.name', 'db.name', 'db.namespace', 'db.system', 'db.system.name', 'messaging.system'],
  ...['messaging.destination', 'messaging.destination.name', 'server.address', 'net.peer.name', 'le-key', '', 'ключ'],
)
const texts = fc.oneof(
  fc.constantFrom(
    '',
    'GET',
    '/cart/{id}',
    '/cart/17?x=1',
    'ot=th:8',
    'a=b,ot=rv:01;th:c',
    'ot=th:0',
    'ot=p:8',
    'π≈3.14159',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ minLength: 120, maxLength: 300 }),
)

/** @param max of unsigned, @param min of signed; edges often. */
function bigText(min: bigint, max: bigint): fc.Arbitrary<string> {
  return fc.oneof(fc.constantFrom(min, max, 0n, 1n), fc.bigInt({ min, max })).map(String)
}

const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: texts,
  bool: fc.boolean(),
  double: fc.double(),
  int32: fc.integer(),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  sint32: fc.integer(),
  fixed32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  int64: bigText(-(2n ** 63n), 2n ** 63n - 1n),
  sfixed64: bigText(-(2n ** 63n), 2n ** 63n - 1n),
  uint64: bigText(0n, 2n ** 64n - 1n),
  fixed64: fc.oneof(bigText(0n, 2n ** 64n - 1n), bigText(1_764_000_000_000_000_000n, 1_764_000_100_000_000_000n)),
}

/** Any request of a signal. */
export function requests<S extends SignalName>(signal: S): fc.Arbitrary<Requests[S]> {
  return messageOf(messageType(requestTypeName(signal)), 0) as fc.Arbitrary<Requests[S]>
}

function messageOf(type: protobuf.Type, depth: number): fc.Arbitrary<unknown> {
  const alone = type.fieldsArray.filter(({ partOf }) => partOf === null || partOf.fieldsArray.length === 1)
  const fields = Object.fromEntries(
    alone.filter((field) => reachable(field, depth)).map((f) => [f.name, fieldOf(f, depth)]),
  )
  const own = fc.record(fields, { requiredKeys: [] })
  const groups = type.oneofsArray.filter(({ fieldsArray }) => fieldsArray.length > 1)
  if (groups.length === 0) return own
  const members = groups[0]!.fieldsArray.filter((field) => reachable(field, depth) && !field.name.endsWith('Strindex'))
  const one = members.map((field) => fieldOf(field, depth).map((value) => ({ [field.name]: value })))
  return fc.tuple(own, fc.oneof({ withCrossShrink: true }, ...one, fc.constant({}))).map(([a, b]) => ({ ...a, ...b }))
}

function reachable(field: protobuf.Field, depth: number): boolean {
  return !field.name.endsWith('Strindex') && (depth < DEPTH_MAX || !isMessage(field))
}

function isMessage(field: protobuf.Field): boolean {
  return field.resolvedType !== null && 'fields' in field.resolvedType
}

function fieldOf(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  const one = fc.memo(() => single(field, depth))(1)
  return field.repeated ? fc.array(one, { maxLength: 3 }) : one
}

function single(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  if (isMessage(field)) return messageOf(field.resolvedType as protobuf.Type, depth + 1)
  if (field.resolvedType !== null)
    return fc.constantFrom(...Object.values((field.resolvedType as protobuf.Enum).values))
  if (field.type === 'bytes') return bytesOf(field.name)
  if (field.name === 'key') return keys
  return SCALARS[field.type]!
}

function bytesOf(name: string): fc.Arbitrary<unknown> {
  if (name === 'bytesValue') return fc.uint8Array({ maxLength: 20 })
  const size = name === 'traceId' ? 16 : 8
  const some = fc.uint8Array({ minLength: size, maxLength: size }).map((bytes) => Buffer.from(bytes).toString('hex'))
  return fc.oneof({ weight: 9, arbitrary: some }, { weight: 1, arbitrary: fc.constant('') })
}

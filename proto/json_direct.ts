/**
 * OTLP/JSON to protobuf in one go, without the objects that JSON.parse would make: what the schema names is written as it
 * is met, all else is passed over. Only for JSON as programs usually write it: at white space, fields named twice, nulls,
 * kinds of fields that are rare, anything that is wrong it gives up, and `json_to_proto.ts` reads the text and says what
 * there is to say. What both read comes out as the same bytes; a test holds them against each other.
 */
import { isUtf8 } from 'node:buffer'
import type { Halves } from './back_writer.ts'
import { FrontWriter } from './front_writer.ts'
import { BRACE, BRACE_END, BRACKET, BRACKET_END, COMMA, hashOf, JsonCursor, UNUSUAL, unusual } from './json_cursor.ts'
import { type Field, type Message, messageNamed } from './schema.ts'
import { DEPTH_MAX } from './wire.ts'

const KEY_VALUE = messageNamed('KeyValue')
/** Written bytes for each byte of JSON: `"sum":1` is seven, and nine in protobuf. */
const GROWTH_MAX = 2
const SLOTS_MAX = 65_536

/** How to read a message: its fields by the hashes of their names. */
interface Plan {
  /** Places for a power of two of hashes, no two names in one. */
  readonly slots: readonly (Slot | undefined)[]
  /** Fields must come in the order of the schema: those of attributes are written in it whatever the text's. */
  readonly isOrdered: boolean
}

interface Slot {
  readonly name: Uint8Array
  readonly field: Field
  /** Written although it is what an absent field means. */
  readonly bare: boolean
  readonly bit: number
  readonly plan: Plan | undefined
}

const cursor = new JsonCursor()
const writer = new FrontWriter()
const halves: Halves = { high: 0, low: 0 }
const plans = new WeakMap<Message, Plan>()

/**
 * An export request in JSON as the same bytes that `jsonToProto` would give; undefined when it is unusual or wrong.
 * @example jsonDirectly(messageNamed('ExportTraceServiceRequest'), Buffer.from('{}')) // => Uint8Array []
 */
export function jsonDirectly(request: Message, json: Buffer): Uint8Array | undefined {
  if (!isUtf8(json)) return undefined
  cursor.reset(json)
  writer.reset(json.length * GROWTH_MAX)
  try {
    writeMessage(planFor(request), 0)
  } catch (error) {
    if (error !== UNUSUAL) throw error
    return undefined
  }
  return cursor.at === json.length ? writer.finish() : undefined
}

function writeMessage(plan: Plan, depth: number): void {
  if (depth > DEPTH_MAX) unusual()
  cursor.take(BRACE)
  if (cursor.takes(BRACE_END)) return
  let seen = 0
  do {
    const slot = slotAt(plan)
    if (slot === undefined) {
      cursor.skip(DEPTH_MAX)
      continue
    }
    if (plan.isOrdered ? seen >= slot.bit : (seen & slot.bit) !== 0) unusual()
    seen |= slot.bit
    writeField(slot, depth)
  } while (cursor.takes(COMMA))
  cursor.take(BRACE_END)
}

function slotAt({ slots }: Plan): Slot | undefined {
  const slot = slots[cursor.key() & (slots.length - 1)]
  return slot !== undefined && cursor.isText(slot.name) ? slot : undefined
}

function writeField(slot: Slot, depth: number): void {
  const { field, plan } = slot
  if (plan === undefined) {
    if (field.repeated) unusual()
    writeScalar(slot)
    return
  }
  if (!field.repeated) {
    writeNested(field, plan, depth)
    return
  }
  cursor.take(BRACKET)
  if (cursor.takes(BRACKET_END)) return
  do writeNested(field, plan, depth)
  while (cursor.takes(COMMA))
  cursor.take(BRACKET_END)
}

function writeNested({ tag }: Field, plan: Plan, depth: number): void {
  writer.varint(tag)
  const start = writer.begin()
  writeMessage(plan, depth + 1)
  writer.end(start)
}

function writeScalar({ field, bare }: Slot): void {
  const { kind, tag } = field
  switch (kind) {
    case 'string':
      writeText(tag, bare)
      return
    case 'fixed64':
    case 'sfixed64':
      cursor.whole(kind === 'sfixed64', halves)
      if (!bare && halves.high === 0 && halves.low === 0) return
      writer.varint(tag)
      writer.fixed64(halves)
      return
    case 'double':
      writeDouble(tag, bare)
      return
    case 'int64':
      cursor.whole(true, halves)
      writer.varint(tag)
      writer.varint64(halves)
      return
    case 'trace':
    case 'span':
      writeId(tag, kind === 'trace' ? 16 : 8)
      return
    default:
      writeSmall(field, bare)
  }
}

function writeText(tag: number, bare: boolean): void {
  cursor.text()
  if (!bare && cursor.textStart === cursor.textEnd) return
  writer.varint(tag)
  const start = writer.begin()
  if (cursor.isEscaped) writer.text(cursor.textMeant())
  else writer.bytes(cursor.bytes, cursor.textStart, cursor.textEnd)
  writer.end(start)
}

function writeDouble(tag: number, bare: boolean): void {
  const value = cursor.number()
  if (!bare && Object.is(value, 0)) return
  writer.varint(tag)
  writer.double(value)
}

function writeId(tag: number, size: number): void {
  cursor.text()
  const { bytes, textStart, textEnd } = cursor
  if (textStart === textEnd) return
  if (textEnd - textStart !== size * 2) unusual()
  writer.varint(tag)
  writer.byte(size)
  for (let at = textStart; at < textEnd; at += 2) {
    const byte = (hexValue(bytes[at]!) << 4) | hexValue(bytes[at + 1]!)
    if (byte < 0) unusual()
    writer.byte(byte)
  }
}

function writeSmall({ kind, tag }: Field, bare: boolean): void {
  if (kind !== 'bool' && kind !== 'int32' && kind !== 'uint32' && kind !== 'fixed32') unusual()
  const value = kind === 'bool' ? Number(cursor.bool()) : cursor.small()
  if (!bare && value === 0) return
  writer.varint(tag)
  if (kind === 'fixed32') writer.fixed32(value)
  else writer.varint(value)
}

/** Negative for what is no hex digit, also when shifted and joined. */
function hexValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

function planFor(message: Message): Plan {
  const known = plans.get(message)
  if (known !== undefined) return known
  const slots: (Slot | undefined)[] = []
  const isOrdered = message === KEY_VALUE
  const plan: Plan = { slots, isOrdered }
  // Before its fields: messages contain themselves.
  plans.set(message, plan)
  const names = isOrdered ? message.fields.map((field) => [field.name, field] as const) : [...message.byName]
  const found = names.map(([name, field]) => slotOf(name, field))
  slots.push(...spreadOut(found))
  return plan
}

function slotOf(name: string, field: Field): Slot {
  const { message, order, presence } = field
  const plan = message === undefined ? undefined : planFor(message)
  return { name: Buffer.from(name), field, bare: presence, bit: 1 << order, plan }
}

/** The smallest table in which each name has a place of its own. */
function spreadOut(found: readonly Slot[]): (Slot | undefined)[] {
  for (let size = 8; size <= SLOTS_MAX; size *= 2) {
    const slots = new Array<Slot | undefined>(size).fill(undefined)
    if (found.every((slot) => placed(slots, slot))) return slots
  }
  throw new Error('two names of one message have the same hash')
}

function placed(slots: (Slot | undefined)[], slot: Slot): boolean {
  const at = hashOf(slot.name) & (slots.length - 1)
  if (slots[at] !== undefined) return false
  slots[at] = slot
  return true
}

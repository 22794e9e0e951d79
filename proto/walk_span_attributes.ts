/** The attributes of a span: all are checked, of the few that `span_attributes.ts` knows the place is remembered. */
import { check, isPlainValue, TYPE } from './check.ts'
import { LEAF_DEPTH } from './envelope.ts'
import { rankOf, roleOf, USES, useOf } from './span_attributes.ts'
import { afterShort, afterUnknown, afterVarint, lengthAt, shortLengthAt, tagAt } from './wire.ts'

/** For each `USE`: rank, place and length of the best value so far; rank 0: none. */
export interface Found {
  readonly ranks: Uint8Array
  readonly starts: Uint32Array
  readonly lengths: Uint32Array
}

/** Nothing found yet. */
export function createFound(): Found {
  return { ranks: new Uint8Array(USES), starts: new Uint32Array(USES), lengths: new Uint32Array(USES) }
}

/** A `KeyValue`, its length at `at`. In its usual form it is read here; every other takes the long road. */
export function walkAttribute(found: Found, b: Uint8Array, at: number, end: number): number {
  const length = shortLengthAt(b, at, end)
  const start = afterShort(b, at, end)
  const stop = start + length
  if (length < 6 || b[start] !== 0x0a) return walkOddAttribute(found, b, start, stop)
  const keyLength = b[start + 1]!
  const value = start + 2 + keyLength
  if (keyLength > 127 || value + 4 > stop || b[value] !== 0x12 || b[value + 1] !== stop - value - 2 || length > 127) {
    return walkOddAttribute(found, b, start, stop)
  }
  if (!isPlainValue(b, value + 2, stop)) return walkOddAttribute(found, b, start, stop)
  if (b[value + 2] === 0x0a) note(found, roleOf(b, start + 2, keyLength), value + 4, stop - value - 4)
  return stop
}

/** Remembers where the value of a key with a role is, unless a better one for the same use was there before. */
function note(found: Found, role: number, start: number, length: number): void {
  if (role === 0 || length === 0) return
  const use = useOf(role)
  const rank = rankOf(role)
  if (rank <= found.ranks[use]!) return
  found.ranks[use] = rank
  found.starts[use] = start
  found.lengths[use] = length
}

/** A `KeyValue` that is long, or in another order, or holds lists or nothing. */
function walkOddAttribute(found: Found, b: Uint8Array, start: number, stop: number): number {
  check(b, start, stop, TYPE.keyValue, LEAF_DEPTH + 1)
  let role = 0
  let textAt = 0
  let textLength = 0
  for (let pos = start; pos < stop; ) {
    const tag = tagAt(b, pos, stop)
    const from = afterVarint(b, pos, stop)
    pos = afterUnknown(b, tag, from, stop)
    if (tag === 0x0a) {
      const key = afterVarint(b, from, stop)
      role = roleOf(b, key, pos - key)
    } else if (tag === 0x12) {
      const value = afterVarint(b, from, stop)
      const isText = pos - value >= 2 && b[value] === 0x0a && textEnd(b, value, pos) === pos
      textAt = isText ? afterVarint(b, value + 1, pos) : 0
      textLength = isText ? pos - textAt : 0
    }
  }
  note(found, role, textAt, textLength)
  return stop
}

/** Where the text of an `AnyValue` that starts with one ends. */
function textEnd(b: Uint8Array, at: number, end: number): number {
  return afterVarint(b, at + 1, end) + lengthAt(b, at + 1, end)
}

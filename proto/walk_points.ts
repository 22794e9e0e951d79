/**
 * One data point into one row. Times, value and sum; where its attributes lie; the rest is checked. A tag written longer
 * than it needs to be, which no encoder does, is legal: its field is checked too, but not read.
 */
import { afterField, TYPE } from './check.ts'
import { POINT_TYPE, type PointColumns } from './columns.ts'
import type { AttributeSets } from './resources.ts'
import { addPart, after, afterShort, afterVarint, millisecondsAt, type Parts, shortLengthAt, varintAt } from './wire.ts'

/** Depth of a data point: request 0, resource 1, scope 2, metric 3, its data 4. */
const POINT_DEPTH = 5

const NO_RECORDED_VALUE = 1
const TWO_32 = 4_294_967_296

/** What a walk of points writes to, and where the attributes of the point at hand lie. */
export interface PointWalk {
  readonly columns: PointColumns
  readonly attributeSets: AttributeSets
  /** The request's bytes, where several are read at once. */
  words: DataView
  attributesAt: number
  attributesEnd: number
  /** All runs of attributes, when they do not lie in one piece. */
  pieces: Parts | undefined
}

/** A gauge's or sum's point. */
export function walkNumberPoint(walk: PointWalk, b: Uint8Array, row: number, start: number, end: number): void {
  const { columns: out, words } = walk
  let flags = 0
  let pos = start
  while (pos < end) {
    const at = pos
    switch (b[pos++]!) {
      case 0x3a:
        pos = skipAttributes(walk, b, at, end, 0x3a)
        break
      case 0x11:
        pos = after(pos, 8, end)
        out.startMs[row] = millisecondsAt(words, pos - 8)
        break
      case 0x19:
        pos = after(pos, 8, end)
        out.timeMs[row] = millisecondsAt(words, pos - 8)
        break
      case 0x21:
        pos = after(pos, 8, end)
        out.value[row] = words.getFloat64(pos - 8, true)
        break
      case 0x31:
        pos = after(pos, 8, end)
        out.value[row] = words.getInt32(pos - 4, true) * TWO_32 + words.getUint32(pos - 8, true)
        break
      case 0x40:
        flags = varintAt(b, pos, end)
        pos = afterVarint(b, pos, end)
        break
      default:
        pos = afterField(b, at, end, TYPE.numberPoint, POINT_DEPTH)
    }
  }
  closeRow(walk, b, row, flags)
}

/** Message of a point, its field of attributes and its field of flags, by `POINT_TYPE`. */
export const POINT_MESSAGE: readonly number[] = [
  0,
  TYPE.numberPoint,
  TYPE.numberPoint,
  TYPE.histogramPoint,
  TYPE.exponentialHistogramPoint,
  TYPE.summaryPoint,
]
const ATTRIBUTES_TAG: readonly number[] = [0, 0x3a, 0x3a, 0x4a, 0x0a, 0x3a]
const FLAGS_TAG: readonly number[] = [0, 0x40, 0x40, 0x50, 0x50, 0x40]

/** A point of a histogram of either kind or of a summary: time, count and sum stand in the same fields of all three. */
export function walkDistributionPoint(
  walk: PointWalk,
  b: Uint8Array,
  row: number,
  start: number,
  end: number,
  pointType: number,
): void {
  const { columns: out, words } = walk
  const type = POINT_MESSAGE[pointType]!
  const attributesTag = ATTRIBUTES_TAG[pointType]!
  const flagsTag = FLAGS_TAG[pointType]!
  out.value[row] = 0
  out.sum[row] = pointType === POINT_TYPE.summary ? 0 : Number.NaN
  let flags = 0
  let pos = start
  while (pos < end) {
    const at = pos
    const tag = b[pos++]!
    if (tag === attributesTag) pos = skipAttributes(walk, b, at, end, tag)
    else if (tag === flagsTag) {
      flags = varintAt(b, pos, end)
      pos = afterVarint(b, pos, end)
    } else if (tag === 0x11 || tag === 0x19 || tag === 0x21 || tag === 0x29) {
      pos = after(pos, 8, end)
      if (tag === 0x11) out.startMs[row] = millisecondsAt(words, pos - 8)
      else if (tag === 0x19) out.timeMs[row] = millisecondsAt(words, pos - 8)
      else if (tag === 0x21) out.value[row] = words.getUint32(pos - 4, true) * TWO_32 + words.getUint32(pos - 8, true)
      else out.sum[row] = words.getFloat64(pos - 8, true)
    } else pos = afterField(b, at, end, type, POINT_DEPTH)
  }
  closeRow(walk, b, row, flags)
}

function closeRow(walk: PointWalk, b: Uint8Array, row: number, flags: number): void {
  const { columns: out, attributeSets } = walk
  if ((flags & NO_RECORDED_VALUE) !== 0) {
    out.value[row] = Number.NaN
    out.sum[row] = Number.NaN
  }
  if (walk.pieces === undefined) {
    const length = walk.attributesEnd - walk.attributesAt
    out.attributes[row] = attributeSets.intern(b, walk.attributesAt, length, POINT_DEPTH + 1)
  } else {
    out.attributes[row] = attributeSets.intern(walk.pieces.bytes, 0, walk.pieces.length, POINT_DEPTH + 1)
  }
}

/** The run of attribute fields that starts at `at`; mostly the only one of the point. */
function skipAttributes(walk: PointWalk, b: Uint8Array, at: number, end: number, tag: number): number {
  let pos = at
  while (pos < end && b[pos] === tag) {
    const length = shortLengthAt(b, pos + 1, end)
    pos = afterShort(b, pos + 1, end) + length
  }
  if (walk.attributesEnd === 0) {
    walk.attributesAt = at
    walk.attributesEnd = pos
  } else {
    const before = walk.pieces ?? addPart(undefined, b.subarray(walk.attributesAt, walk.attributesEnd))
    walk.pieces = addPart(before, b.subarray(at, pos))
  }
  return pos
}

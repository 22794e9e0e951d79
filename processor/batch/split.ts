/**
 * Cuts one export request into several without decoding an item.
 *
 * A request is a cabinet: its drawers are resources, in them scopes, in those the sheets (for metrics there is one
 * more floor: scopes hold metrics, metrics hold points). When a cabinet has to fit into smaller ones, the sheets are
 * dealt out in order, and a drawer whose sheets part company is rebuilt, with all its labels, in each cabinet that
 * gets one of them. Labels are all bytes beside the drawers and sheets: the resource, the scope, a metric's name,
 * fields that nobody knows yet. Drawers that stay whole are carried over byte by byte.
 */

import type { Signal } from '../../component/payload.ts'
import { afterUnknown, afterVarint, refusal, tagAt, WIRE } from '../../proto/wire.ts'
import { varintSize, writeVarint } from './varint.ts'

/** Fields that hold the next floor, from the request down; the last floor holds the items. */
const FLOORS: Readonly<Record<Signal, readonly (readonly number[])[]>> = {
  traces: [[1], [2], [2]],
  logs: [[1], [2], [2]],
  // A metric's points lie in its gauge, sum, histogram, exponential histogram or summary.
  metrics: [[1], [2], [2], [5, 7, 9, 10, 11], [1]],
}

/** A request that can be cut. */
export interface Divisible {
  /** How many items it holds. */
  readonly items: number
  /**
   * A request of its own with the items numbered `[from, to)`, in their order. Ranges that follow one another and
   * cover all items hold together all that the request held. `0 <= from < to <= items`.
   */
  cut(from: number, to: number): Uint8Array
}

/** A message that holds drawers or, on the last floor, items. */
interface Drawer {
  /** Field number and wire type under which its parent holds it; 0 for the request itself. */
  readonly tag: number
  /** Its bytes with the tag and length before them. */
  readonly start: number
  readonly end: number
  /** `start, end` of everything that is neither drawer nor item. */
  readonly labels: number[]
  readonly drawers: Drawer[]
  /** `start, end` of the items, their tags included. */
  readonly items: number[]
  /** Items counted over the request: the number of the first in here, and one past that of the last. */
  readonly first: number
  last: number
}

/**
 * Looks where a request can be cut; reads only field numbers and lengths. Pieces are made when they are asked for,
 * because all of them together may be far bigger than the request: every piece repeats the labels.
 *
 * @returns undefined when the bytes are not a well-formed request.
 */
export function divisible(signal: Signal, request: Uint8Array): Divisible | undefined {
  const root: Drawer = { tag: 0, start: 0, end: request.length, labels: [], drawers: [], items: [], first: 0, last: 0 }
  try {
    fill(request, root, 0, FLOORS[signal], 0)
  } catch (thrown) {
    refusal(thrown) // throws on what is not the bytes' fault
    return undefined
  }
  return {
    items: root.last,
    cut(from, to) {
      if (from === 0 && to === root.last) return request
      const piece = new Uint8Array(contentSize(root, from, to))
      writeContent(request, root, from, to, piece, 0)
      return piece
    },
  }
}

/** Finds what is in the drawer, whose content begins at `start`. Throws a `Fault` when that is malformed. */
function fill(
  bytes: Uint8Array,
  drawer: Drawer,
  start: number,
  floors: readonly (readonly number[])[],
  floor: number,
): void {
  const holds = floors[floor]!
  const lowest = floor === floors.length - 1
  for (let at = start; at < drawer.end; ) {
    const tag = tagAt(bytes, at, drawer.end)
    const body = afterVarint(bytes, at, drawer.end)
    const next = afterUnknown(bytes, tag, body, drawer.end)
    if ((tag & 7) !== WIRE.bytes || !holds.includes(tag >>> 3)) drawer.labels.push(at, next)
    else if (lowest) {
      drawer.items.push(at, next)
      drawer.last += 1
    } else {
      const first = drawer.last
      const inner: Drawer = { tag, start: at, end: next, labels: [], drawers: [], items: [], first, last: first }
      fill(bytes, inner, afterVarint(bytes, body, next), floors, floor + 1)
      drawer.drawers.push(inner)
      drawer.last = inner.last
    }
    at = next
  }
}

type Share = 'none' | 'part' | 'whole'

/** How much of an inner drawer goes to the items `[from, to)`. One without items goes with those before it. */
function shareOf(inner: Drawer, parent: Drawer, from: number, to: number): Share {
  if (inner.first === inner.last) {
    const place = Math.min(inner.first, parent.last - 1)
    return place >= from && place < to ? 'whole' : 'none'
  }
  if (inner.first >= from && inner.last <= to) return 'whole'
  return inner.first < to && inner.last > from ? 'part' : 'none'
}

/** Indices into `items` of the sheets numbered `[from, to)`: a range of `start, end` pairs. */
function sheets(drawer: Drawer, from: number, to: number): readonly [low: number, high: number] {
  const count = drawer.items.length / 2
  const clamp = (item: number) => 2 * Math.max(0, Math.min(count, item - drawer.first))
  return [clamp(from), clamp(to)]
}

function contentSize(drawer: Drawer, from: number, to: number): number {
  let size = 0
  for (let i = 0; i < drawer.labels.length; i += 2) size += drawer.labels[i + 1]! - drawer.labels[i]!
  for (const inner of drawer.drawers) {
    const share = shareOf(inner, drawer, from, to)
    if (share === 'whole') size += inner.end - inner.start
    if (share !== 'part') continue
    const innerSize = contentSize(inner, from, to)
    size += varintSize(inner.tag) + varintSize(innerSize) + innerSize
  }
  const [low, high] = sheets(drawer, from, to)
  for (let i = low; i < high; i += 2) size += drawer.items[i + 1]! - drawer.items[i]!
  return size
}

/** Writes the labels and what goes to the items `[from, to)`; returns where the writing ended. */
function writeContent(
  bytes: Uint8Array,
  drawer: Drawer,
  from: number,
  to: number,
  out: Uint8Array,
  start: number,
): number {
  let at = copyRanges(bytes, drawer.labels, 0, drawer.labels.length, out, start)
  for (const inner of drawer.drawers) {
    const share = shareOf(inner, drawer, from, to)
    if (share === 'whole') at = copyRanges(bytes, [inner.start, inner.end], 0, 2, out, at)
    if (share !== 'part') continue
    at = writeVarint(out, at, inner.tag)
    at = writeVarint(out, at, contentSize(inner, from, to))
    at = writeContent(bytes, inner, from, to, out, at)
  }
  const [low, high] = sheets(drawer, from, to)
  return copyRanges(bytes, drawer.items, low, high, out, at)
}

/** Copies the ranges `ranges[low..high)`, neighbours in one go; returns where the writing ended. */
function copyRanges(
  bytes: Uint8Array,
  ranges: readonly number[],
  low: number,
  high: number,
  out: Uint8Array,
  start: number,
): number {
  let at = start
  for (let i = low; i < high; ) {
    const from = ranges[i]!
    let to = ranges[i + 1]!
    for (i += 2; i < high && ranges[i] === to; i += 2) to = ranges[i + 1]!
    out.set(bytes.subarray(from, to), at)
    at += to - from
  }
  return at
}

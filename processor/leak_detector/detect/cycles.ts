/** Climbs that come and go: is this one of them? */

import type { Blocks } from './blocks.ts'
import type { Question, Rise } from './rise.ts'

/**
 * The level was as high before the stretch began, and fell back; or a climb as high was undone, of this copy or of another
 * one: this climb is one of several.
 *
 * @param growth over the stretch, in the unit of the series.
 */
export function isOneOfSeveral(rise: Rise, growth: number, views: readonly Blocks[], { copies }: Question): boolean {
  const { x, y } = rise.points
  const startMs = rise.view.startMs + rise.from * rise.view.blockMs
  const now = y[y.length - 1]!
  const spanMs = (x[x.length - 1]! - x[0]!) * 1000
  // Lows of shorter blocks stand higher by nature: only those of blocks as long, or longer, are compared.
  const isComparable = (view: Blocks): boolean => view.blockMs >= rise.view.blockMs
  const wasUndone = ({ floor, blockMs }: Blocks, end: number): boolean =>
    roseAndFell(floor, end, Math.round(spanMs / blockMs), CLIMB_SHARE * growth)
  const own = views.filter(isComparable).some((view) => {
    const before = Math.max(0, Math.floor((startMs - view.startMs) / view.blockMs) - 1)
    return view.floor.subarray(0, before).some((value) => value >= now - growth / 3) || wasUndone(view, before)
  })
  const isOther = (view: Blocks): boolean => view.instance !== rise.view.instance && isComparable(view)
  return own || copies.some((view) => isOther(view) && wasUndone(view, view.floor.length))
}

/** A former climb counts when it reached this share of the present one in its time: half as high, half as fast. */
const CLIMB_SHARE = 0.5

/** Whether values before `end` ever rose by `rise` within at most `length` blocks, and later lost half of that again. */
function roseAndFell(values: Float64Array, end: number, length: number, rise: number): boolean {
  // Of many copies nearly all only climb, or lie flat: that is seen in one walk.
  if (deepestFall(values) < rise / 2) return false
  for (let from = 0; from < end; from++) {
    let top = from
    for (let at = from + 1; at < values.length; at++) {
      const height = values[top]! - values[from]!
      if (height >= rise && values[at]! <= values[from]! + height / 2) return true
      if (at < end && at - from <= length && values[at]! > values[top]!) top = at
    }
  }
  return false
}

/** The most that values ever lay below an earlier one. */
function deepestFall(values: Float64Array): number {
  let top = Number.NEGATIVE_INFINITY
  let deepest = 0
  for (const value of values) {
    if (value > top) top = value
    if (top - value > deepest) deepest = top - value
  }
  return deepest
}

/** Two collections have shown what survives them; or the heap is so full that one should have. */
export function collectedTwice(rise: Rise, views: readonly Blocks[], question: Question): boolean {
  const { y } = rise.points
  if (question.limit !== undefined && y[y.length - 1]! >= FULL_SHARE * question.limit) return true
  return views.some((view) => falls(view.floor) >= 2)
}

const FULL_SHARE = 0.85

/** How often a series fell, from one block to the next, by a good part of its whole range. */
function falls(values: Float64Array): number {
  const present = values.filter((value) => !Number.isNaN(value))
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of present) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  let count = 0
  // A collection at the edge of a block shows in two of them: one fall.
  let isFalling = false
  for (let i = 1; i < present.length; i++) {
    const falls = present[i - 1]! - present[i]! >= Math.max(FALL_SHARE * (high - low), FALL_OF_LEVEL * high)
    if (falls && !isFalling) count += 1
    isFalling = falls
  }
  return count
}

const FALL_SHARE = 0.04
/** Less than this part of the level is no collection of an old generation, whatever the range. */
const FALL_OF_LEVEL = 0.01

/**
 * Rows for the regression: lows of the floor, and how many calls had been made by then.
 *
 * A leak that a call leaves behind shows in the level: floor = what was there + bytes per call × calls so far. Only the
 * lows count, since what stands above them is not kept; and each low is paired with the calls made until that very
 * step. Every instance, and every life of it, has a level of its own to start from.
 */

import { median } from 'simple-statistics'
import type { Grain, InstanceSeries } from './attribution.ts'

/** One life of one instance: consecutive lows, oldest first. */
export interface Stretch {
  /** Lows, `[rows]`. */
  readonly floor: Float64Array
  /** Seconds since the leak began, `[rows]`. */
  readonly seconds: Float64Array
  /** Calls made since the stretch began, `[candidates][rows]`. */
  readonly calls: readonly Float64Array[]
}

/**
 * Which steps are rows. `blocks`: the low of each of some blocks, right where most blocks hold a collection. `lasting`:
 * lows that were never undercut later, right where collections are few and the floor climbs between them. `changes`:
 * what a collection told last stands until the next; only the steps at which it changes say anything of their time.
 */
export type Rows = 'blocks' | 'lasting' | 'changes'

/** Most steps say again what the one before said. */
export function isStaircase({ instances }: Pick<Grain, 'instances'>): boolean {
  let same = 0
  let pairs = 0
  for (const { floor } of instances) {
    for (let step = 1; step < floor.length; step++) {
      if (Number.isNaN(floor[step]!) || Number.isNaN(floor[step - 1]!)) continue
      pairs += 1
      if (floor[step] === floor[step - 1]) same += 1
    }
  }
  return 2 * same > pairs
}

/** About so many lows a stretch: enough to fit, few enough that each spans a collection or two. */
const ROWS_WANTED = 48
const ROWS_MIN = 6

/**
 * The stretches of all instances since the onset; those too short to say anything are left out.
 *
 * @param share share of a step's calls that had been made when its low was seen, 0..1: nobody says when that was.
 */
export function stretchesOf(grain: Grain, share: number, rows: Rows): Stretch[] {
  const stretches: Stretch[] = []
  for (const instance of grain.instances) {
    const steps = instance.floor.length
    const bounds = [Math.max(0, Math.min(grain.onsetStep, steps)), ...innerCuts(instance, grain.onsetStep), steps]
    for (let i = 0; i + 1 < bounds.length; i++) {
      const stretch = stretchOf(instance, bounds[i]!, bounds[i + 1]!, grain, share, rows)
      if (stretch.floor.length >= ROWS_MIN) stretches.push(stretch)
    }
  }
  return stretches
}

function innerCuts(instance: InstanceSeries, onsetStep: number): number[] {
  const inside = instance.cuts.filter((cut) => cut > onsetStep && cut < instance.floor.length)
  return [...new Set(inside)].toSorted((a, b) => a - b)
}

function stretchOf(
  instance: InstanceSeries,
  from: number,
  to: number,
  grain: Grain,
  share: number,
  kind: Rows,
): Stretch {
  const rows = rowsOf(instance.floor, from, to, kind)
  return {
    floor: Float64Array.from(rows, (step) => instance.floor[step]!),
    seconds: Float64Array.from(rows, (step) => ((step + share - grain.onsetStep) * grain.stepMs) / 1000),
    calls: instance.calls.map((calls) => callsUntil(calls, from, to, rows, share)),
  }
}

function rowsOf(floor: Float64Array, from: number, to: number, kind: Rows): number[] {
  switch (kind) {
    case 'blocks':
      return blockLows(floor, from, to)
    case 'lasting':
      return lastingLows(floor, from, to)
    case 'changes':
      return changes(floor, from, to)
  }
}

function changes(floor: Float64Array, from: number, to: number): number[] {
  const rows: number[] = []
  let before = Number.NaN
  for (let step = from; step < to; step++) {
    if (Number.isNaN(floor[step]!)) continue
    if (!Number.isNaN(before) && floor[step] !== before) rows.push(step)
    before = floor[step]!
  }
  const every = Math.ceil(rows.length / ROWS_WANTED)
  return rows.filter((_, index) => index % every === 0)
}

function blockLows(floor: Float64Array, from: number, to: number): number[] {
  const size = Math.max(1, Math.floor((to - from) / ROWS_WANTED))
  const rows: number[] = []
  for (let start = from; start + size <= to; start += size) {
    const step = lowestStep(floor, start, start + size)
    if (step !== undefined) rows.push(step)
  }
  return rows
}

/**
 * Of a sawtooth only the troughs that last: the last climb has not been collected yet, and each of its steps would look
 * like a low that lasts. A trough that was undercut later by little, compared with what collections take away, counts
 * too: where nothing is kept all troughs are alike, and that says which calls keep nothing.
 */
function lastingLows(floor: Float64Array, from: number, to: number): number[] {
  const troughs: number[] = []
  const falls: number[] = []
  for (let step = from + 1; step < to; step++) {
    if (!(floor[step]! < floor[step - 1]!)) continue
    troughs.push(step)
    falls.push(floor[step - 1]! - floor[step]!)
  }
  if (troughs.length === 0) return []
  const slack = SLACK_SHARE * median(falls)
  const lows: number[] = []
  let least = Number.POSITIVE_INFINITY
  for (const step of troughs.toReversed()) {
    if (floor[step]! <= least + slack) lows.push(step)
    least = Math.min(least, floor[step]!)
  }
  const every = Math.ceil(lows.length / ROWS_WANTED)
  return lows.reverse().filter((_, index) => index % every === 0)
}

/** A trough may be undercut by this share of the middle fall. */
const SLACK_SHARE = 0.15

function lowestStep(floor: Float64Array, from: number, to: number): number | undefined {
  let lowest: number | undefined
  for (let i = from; i < to; i++) {
    const value = floor[i]!
    if (!Number.isNaN(value) && (lowest === undefined || value < floor[lowest]!)) lowest = i
  }
  return lowest
}

/** Calls from `from` to some share of each row's step; steps not known count as the mean of those that are. */
function callsUntil(
  calls: Float64Array,
  from: number,
  to: number,
  rows: readonly number[],
  share: number,
): Float64Array {
  const usual = meanOf(calls, from, to)
  const out = new Float64Array(rows.length)
  let sum = 0
  let step = from
  for (let r = 0; r < rows.length; r++) {
    for (; step < rows[r]!; step++) sum += orUsual(calls[step], usual)
    out[r] = sum + share * orUsual(calls[step], usual)
  }
  return out
}

function orUsual(value: number | undefined, usual: number): number {
  return value === undefined || Number.isNaN(value) ? usual : value
}

function meanOf(values: Float64Array, from: number, to: number): number {
  let sum = 0
  let n = 0
  for (let i = from; i < to; i++) {
    const value = values[i]
    if (value === undefined || Number.isNaN(value)) continue
    sum += value
    n += 1
  }
  return n === 0 ? 0 : sum / n
}

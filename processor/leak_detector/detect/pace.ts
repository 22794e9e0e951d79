/**
 * How fast an instance grows now, and by which clock: time, calls completed where they fit better, or a pace that
 * itself grows.
 */
import { median, sampleStandardDeviation } from 'simple-statistics'
import { secondsToServe } from './call_day.ts'
import type { CloseLook } from './explain.ts'
import { bendsUp, since, speedsUp } from './faster.ts'
import { fitLine, middleSlope } from './line.ts'
import type { Rise, SeriesKind } from './rise.ts'
import { BLOCKS_MIN } from './settings.ts'

/** How fast one instance grows now; units are bytes or items. */
export interface Pace {
  /** Units a second, and its standard error. */
  readonly rate: number
  readonly error: number
  /** The floor now. */
  readonly level: number
  /** How far the mean stands above the floor. */
  readonly aboveFloor: number
  /** Standard deviation of the lows around the line. */
  readonly noise: number
  readonly watchedSeconds: number
  readonly clock: PaceClock
  /** The same, but calls, or a pace that grows, only where they surely are the better clock: for where being early costs. */
  readonly cautiousClock: PaceClock
}

/** What a forecast goes by. */
export interface PaceClock {
  /** Seconds until so much room is used up. */
  secondsFor(room: number): number
  /** Standard error of the pace on this clock, as a share of it. */
  readonly relativeError: number
  /** Standard deviation of the pace between fourths of the climb, as a share of it. */
  readonly spread: number
}

/** The pace of a rise since its onset. */
export function paceOf(rise: Rise, close: CloseLook): Pace {
  const isSurelyFaster = speedsUp(rise.points, close.onset.low)
  const isFaster = isSurelyFaster || bendsUp(rise.points, close.onset.low)
  const start = startOfPace(rise, close, isFaster)
  const x = rise.points.x.subarray(start)
  const y = rise.points.y.subarray(start)
  const line = fitLine(x, y)
  const last = x[x.length - 1]!
  const error = Math.hypot(line.slopeError, deviation(fourthSlopes(x, y)) / 4)
  const rate = Math.max(line.slope, Number.MIN_VALUE)
  const watchedSeconds = last - x[0]!
  const time = byTime(x, y, rate, error)
  const faster = isFaster ? accelerating(rise, close, rate, watchedSeconds) : undefined
  const calls = byCalls(rise, close, start)
  const clockOf = (less: number): PaceClock => (calls !== undefined && calls.noise < less * line.noise ? calls : time)
  return {
    rate,
    error,
    level: line.intercept + line.slope * last,
    aboveFloor: median(Array.from(rise.points.mean.subarray(start), (mean, i) => mean - y[i]!)),
    noise: line.noise,
    watchedSeconds,
    clock: faster ?? clockOf(1),
    cautiousClock: (isSurelyFaster ? faster : undefined) ?? clockOf(SURELY_LESS),
  }
}

/** Units to the limit. A heap is full when its floor is; other memory when what is used is, garbage and all. */
export function roomOf({ level, aboveFloor }: Pace, limit: number, kind: SeriesKind): number {
  return limit - level - (kind.collected ? 0 : aboveFloor)
}

function byTime(x: Float64Array, y: Float64Array, rate: number, error: number): PaceClock {
  const spread = deviation(fourthSlopes(x, y)) / rate
  return { secondsFor: (room) => room / rate, relativeError: error / rate, spread }
}

/** The climb on the clock of calls, and the standard deviation of the lows around it. */
function byCalls(
  { points, view }: Rise,
  { callDay }: CloseLook,
  start: number,
): (PaceClock & { readonly noise: number }) | undefined {
  if (points.work === undefined || callDay === undefined) return undefined
  const work = points.work.subarray(start)
  if (!(work[work.length - 1]! > work[0]!)) return undefined
  const y = points.y.subarray(start)
  const { slope, slopeError, noise } = fitLine(work, y)
  if (!(slope > 0)) return undefined
  const endMs = view.startMs + view.floor.length * view.blockMs
  return {
    secondsFor: (room) => secondsToServe(callDay, room / slope, endMs),
    relativeError: slopeError / slope,
    spread: deviation(fourthSlopes(work, y)) / slope,
    noise,
  }
}

/** Over an hour or two both clocks run alike: by chance alone one of them fits a little better. */
const SURELY_LESS = 0.85

/**
 * A pace that grows as e^(kt): k from the middles of both halves since the onset, half of that time apart. `rate` is
 * that of the later half, whose middle lies half of `watchedSeconds` back.
 */
function accelerating(
  { points }: Rise,
  { onset }: CloseLook,
  rate: number,
  watchedSeconds: number,
): PaceClock | undefined {
  const from = since(points, onset.low)
  const x = points.x.subarray(from)
  const y = points.y.subarray(from)
  const half = x.length >> 1
  if (half < BLOCKS_MIN / 2) return undefined
  const early = middleSlope(x.subarray(0, half), y.subarray(0, half))
  const late = middleSlope(x.subarray(half), y.subarray(half))
  if (!(early > 0 && late > early)) return undefined
  const k = Math.log(late / early) / ((x[x.length - 1]! - x[0]!) / 2)
  const now = rate * Math.exp((k * watchedSeconds) / 2)
  return { secondsFor: (room) => Math.log(1 + (room * k) / now) / k, relativeError: 0.1, spread: 0 }
}

/** The stretch since the onset; of one that accelerates the latter half, which is nearer to the pace of now. */
function startOfPace({ points }: Rise, { onset }: CloseLook, isFaster: boolean): number {
  const count = points.x.length
  const from = Math.max(since(points, onset.seconds), isFaster ? Math.floor(count / 2) : 0)
  return count - from >= BLOCKS_MIN / 2 ? from : 0
}

function fourthSlopes(x: Float64Array, y: Float64Array): number[] {
  const fourth = Math.floor(x.length / 4)
  if (fourth < 4) return []
  return [0, 1, 2, 3].map((k) =>
    middleSlope(x.subarray(k * fourth, (k + 1) * fourth), y.subarray(k * fourth, (k + 1) * fourth)),
  )
}

function deviation(values: readonly number[]): number {
  return values.length < 2 ? 0 : sampleStandardDeviation([...values])
}

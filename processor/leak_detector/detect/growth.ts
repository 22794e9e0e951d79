/** What is said of growth that is established: rate, onset, level, time left, over all instances that grow. */

import { median } from 'simple-statistics'
import { type CallDay, secondsToServe } from './call_day.ts'
import { confidenceOf } from './confidence.ts'
import type { Estimate, Growth } from './evidence.ts'
import type { CloseLook } from './explain.ts'
import { growthFacts } from './facts.ts'
import { timeLeft } from './forecast.ts'
import type { Judgement } from './judge.ts'
import { fitLine, type Line, middleSlope } from './line.ts'
import type { Rise, SeriesKind } from './rise.ts'
import { BLOCKS_MIN } from './settings.ts'

/** An instance that grows. */
export type Rising = Extract<Judgement, { kind: 'rising' }>

/**
 * Puts the affected instances together: mean rate, earliest onset, nearest limit.
 *
 * @param rising by instance, at least one.
 * @param total instances looked at.
 * @param limits by instance. A heap is full when its floor is; other memory when what is used is, garbage and all.
 */
export function growthOf(
  rising: ReadonlyMap<string, Rising>,
  total: number,
  limits: ReadonlyMap<string, number>,
  kind: SeriesKind,
): Growth {
  const each = [...rising].map(([instance, { rise, close }]) => ({ instance, rise, close, pace: paceOf(rise, close) }))
  const surest = each.toSorted((a, b) => b.rise.margin - a.rise.margin)[0]!
  const left = each
    .map(({ instance, pace }) => exhaustionOf(pace, limits.get(instance), kind))
    .filter((estimate) => estimate !== undefined)
    .toSorted((a, b) => a.value - b.value)[0]
  return {
    rate: meanRate(each.map(({ pace }) => pace)),
    onsetMs: each.map(({ rise, close }) => onsetMsOf(rise, close)).toSorted((a, b) => a.value - b.value)[0]!,
    level: Math.max(...each.map(({ pace }) => pace.level)),
    confidence: confidenceOf(surest.rise, surest.close, rising.size, total),
    affectedInstances: [...rising.keys()],
    totalInstances: total,
    facts: growthFacts(surest.rise, surest.close, surest.pace.rate, rising.size, total),
    ...(left && { exhaustionSeconds: left }),
  }
}

function onsetMsOf(rise: Rise, { onset }: CloseLook): Estimate {
  const atMs = (seconds: number): number => rise.view.lifeStartMs + seconds * 1000
  return { value: atMs(onset.seconds), low: atMs(onset.low), high: atMs(onset.high) }
}

/** How fast one instance grows now. */
interface Pace {
  readonly rate: number
  readonly error: number
  readonly level: number
  /** How far the mean stands above the floor. */
  readonly aboveFloor: number
  readonly noise: number
  readonly spread: number
  readonly watchedSeconds: number
  /** End of the stretch, milliseconds since 1970. */
  readonly endMs: number
  /** Where the calls completed fit better than time: what each keeps, and when they come. */
  readonly byCalls?: { readonly perCall: number; readonly error: number; readonly day: CallDay }
}

function paceOf(rise: Rise, close: CloseLook): Pace {
  const start = startOfPace(rise, close)
  const x = rise.points.x.subarray(start)
  const y = rise.points.y.subarray(start)
  const line = fitLine(x, y)
  const fourths = fourthSlopes(x, y)
  const byCalls = callPace(rise, close, start, line)
  const clock = byCalls?.line ?? line
  const spread = clock.slope > 0 ? deviation(byCalls?.fourths ?? fourths) / clock.slope : 1
  const last = x[x.length - 1]!
  return {
    rate: Math.max(line.slope, Number.MIN_VALUE),
    error: Math.hypot(line.slopeError, deviation(fourths) / 4),
    level: line.intercept + line.slope * last,
    aboveFloor: median(Array.from(rise.points.mean.subarray(start), (mean, i) => mean - y[i]!)),
    noise: line.noise,
    spread,
    watchedSeconds: last - x[0]!,
    endMs: rise.view.startMs + rise.view.floor.length * rise.view.blockMs,
    ...(byCalls &&
      close.callDay && {
        byCalls: { perCall: byCalls.line.slope, error: byCalls.line.slopeError, day: close.callDay },
      }),
  }
}

/** The climb on the clock of calls, when that is the better clock. */
function callPace({ points }: Rise, { callDay }: CloseLook, start: number, byTime: Line) {
  if (points.work === undefined || callDay === undefined) return undefined
  const work = points.work.subarray(start)
  if (!(work[work.length - 1]! > work[0]!)) return undefined
  const y = points.y.subarray(start)
  const line = fitLine(work, y)
  return line.slope > 0 && line.noise < byTime.noise ? { line, fourths: fourthSlopes(work, y) } : undefined
}

/** The stretch since the onset; of one that accelerates the latter half, which is nearer to the pace of now. */
function startOfPace({ points }: Rise, { onset, levelling }: CloseLook): number {
  const count = points.x.length
  const accelerates = levelling.slowingRatio >= ACCELERATING_RATIO && levelling.paceRatio >= 2
  const from = Math.max(
    points.x.findIndex((x) => x >= onset.seconds),
    accelerates ? Math.floor(count / 2) : 0,
    0,
  )
  return count - from >= BLOCKS_MIN / 2 ? from : 0
}

const ACCELERATING_RATIO = 4

function fourthSlopes(x: Float64Array, y: Float64Array): number[] {
  const fourth = Math.floor(x.length / 4)
  if (fourth < 4) return []
  return [0, 1, 2, 3].map((k) =>
    middleSlope(x.subarray(k * fourth, (k + 1) * fourth), y.subarray(k * fourth, (k + 1) * fourth)),
  )
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

/** 97.5 % point of the normal distribution, a little widened for the few points that a fit rests on. */
const NORMAL_975 = 2.1

function meanRate(paces: readonly Pace[]): Estimate {
  const n = paces.length
  const value = paces.reduce((sum, pace) => sum + pace.rate, 0) / n
  const error = Math.sqrt(paces.reduce((sum, pace) => sum + pace.error ** 2, 0)) / n
  return { value, low: Math.max(0, value - NORMAL_975 * error), high: value + NORMAL_975 * error }
}

function exhaustionOf(pace: Pace, limit: number | undefined, kind: SeriesKind): Estimate | undefined {
  if (limit === undefined || !(limit > 0)) return undefined
  const { byCalls } = pace
  return timeLeft({
    ...(byCalls && { secondsFor: (room: number) => secondsToServe(byCalls.day, room / byCalls.perCall, pace.endMs) }),
    level: pace.level + (kind.collected ? 0 : pace.aboveFloor),
    limit,
    rate: pace.rate,
    rateError: byCalls === undefined ? pace.error : (pace.rate * byCalls.error) / byCalls.perCall,
    noise: pace.noise,
    paceSpread: pace.spread,
    watchedSeconds: pace.watchedSeconds,
  })
}

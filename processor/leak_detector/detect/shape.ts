/**
 * Growing is not enough: is it still growing?
 *
 * A cache that fills, a heap that warms up and an allocator that settles all grow, fast at first and ever more
 * slowly. A leak keeps its pace. We fit the low as a part that levels off (logarithm of age, or 1 − e^(−age/τ)) plus
 * a part that keeps its pace (straight in time, or in completed calls), and ask which of them the latest growth
 * belongs to.
 */

import { drawIn } from './line.ts'
import type { Points } from './points.ts'
import { leastSquares, neighbourCorrelation, varianceInflation } from './regression.ts'

/** How much of a growth levels off. */
export interface Levelling {
  /** Share of the growth over the second half that keeps its pace, 0..1. */
  readonly steadyShare: number
  /** Share of the growth since the origin that keeps its pace, 0..1. */
  readonly steadyOfAll: number
  /** How surely there is a part that keeps its pace: its t ratio, corrected for correlated neighbours. */
  readonly steadyRatio: number
  /** How much better the curve fits than a line: an F ratio, corrected for correlated neighbours. */
  readonly bendRatio: number
  /** Pace at the end over pace at the start, by a parabola. */
  readonly paceRatio: number
  /** How surely the pace changes: the parabola's t ratio, corrected for correlated neighbours; below 0 it slows. */
  readonly slowingRatio: number
}

/** Nothing bends. */
export const STRAIGHT: Levelling = {
  steadyShare: 1,
  steadyOfAll: 1,
  steadyRatio: Number.POSITIVE_INFINITY,
  bendRatio: 0,
  paceRatio: 1,
  slowingRatio: 0,
}

/** A curve must fit so much better than the line before we believe in it. */
const BEND_RATIO_MIN = 10

/** Growth counts as steady when at least these shares of it, late and in all, keep their pace, and surely. */
const STEADY_SHARE_MIN = 0.5
const STEADY_OF_ALL_MIN = 0.12
const STEADY_RATIO_MIN = 4

/** Pace that surely fell a little, or quite surely fell by half, is slowing. */
const SLOWING = [
  { paceRatioMax: 0.75, slowingRatioMax: -3 },
  { paceRatioMax: 0.5, slowingRatioMax: -2 },
] as const

/** True when the growth is one that levels off. */
export function levelsOff(levelling: Levelling): boolean {
  const steady = levelling.steadyShare >= STEADY_SHARE_MIN && levelling.steadyOfAll >= STEADY_OF_ALL_MIN
  const slowing = SLOWING.some(
    ({ paceRatioMax, slowingRatioMax }) =>
      levelling.paceRatio <= paceRatioMax && levelling.slowingRatio <= slowingRatioMax,
  )
  if (!slowing && levelling.bendRatio < BEND_RATIO_MIN) return false
  return !(steady && levelling.steadyRatio >= STEADY_RATIO_MIN)
}

/**
 * Splits growth since `originSeconds` into what levels off and what keeps its pace. Where completed calls are known,
 * both clocks are tried, and the one that fits better is believed: a leak that slows because traffic does is no cache.
 *
 * @param points at least 8 of them after the origin, else nothing bends.
 */
export function levelling(points: Points, originSeconds: number): Levelling {
  const span = points.x[points.x.length - 1]! - originSeconds
  const from = points.x.findIndex((x) => x - originSeconds > START_SHARE * span)
  if (from < 0 || points.x.length - from < 8) return STRAIGHT
  const age = points.x.subarray(from).map((x) => x - originSeconds)
  const y = smooth(points.y.subarray(from))
  const byTime = onClock(age, age, y)
  if (points.work === undefined) return byTime
  const byCalls = onClock(age, since(points.work.subarray(from)), y)
  return byCalls.lineRss < byTime.lineRss ? byCalls : byTime
}

/** Share of the age that no curve is fitted to: what a process does at its very start bends every curve. */
export const START_SHARE = 1 / 16

function onClock(age: Float64Array, clock: Float64Array, y: Float64Array): Levelling & { readonly lineRss: number } {
  const ones = new Float64Array(y.length).fill(1)
  const line = leastSquares([ones, clock], y)
  if (line === undefined) return { ...STRAIGHT, lineRss: Number.POSITIVE_INFINITY }
  const bent = bestCurve(ones, age, clock, y, line.rss)
  return { ...bent, ...slowing(ones, clock, y), lineRss: line.rss }
}

type Bend = Pick<Levelling, 'steadyShare' | 'steadyOfAll' | 'steadyRatio' | 'bendRatio'>

/**
 * Of all curves that fit about as well as the best, the one that leaves the least to a steady pace: who accuses must
 * have ruled out each of them.
 */
function bestCurve(ones: Float64Array, age: Float64Array, clock: Float64Array, y: Float64Array, lineRss: number): Bend {
  const fit = (settling: number): Curve[] => {
    const curve = curveFit(ones, bendOf(age, settling), clock, y)
    return curve === undefined ? [] : [{ ...curve, settling }]
  }
  const coarse = SETTLING_SHARES.flatMap(fit)
  const near = coarse.reduce((a, b) => (b.rss < a.rss ? b : a), coarse[0]!)?.settling ?? LOGARITHM
  const fine = near === LOGARITHM ? [] : REFINEMENTS.flatMap((factor) => fit(near * factor))
  const curves = [...coarse, ...fine].toSorted((a, b) => a.rss - b.rss)
  const best = curves[0]
  if (best === undefined || best.rss >= lineRss) return STRAIGHT
  const freedom = Math.max(1, y.length - 4)
  const inflation = varianceInflation(neighbourCorrelation(drawIn(best.residuals), 3))
  const noise = Math.max(best.rss, 1e-12 * lineRss) / freedom
  const alike = curves.filter((curve) => (curve.rss - best.rss) / noise / Math.sqrt(inflation) <= ALIKE_RATIO)
  const least = alike.reduce((a, b) => (b.steadyShare < a.steadyShare ? b : a))
  return {
    steadyShare: least.steadyShare,
    steadyOfAll: least.steadyOfAll,
    steadyRatio: least.steadyRatio / Math.sqrt(inflation),
    bendRatio: (lineRss - best.rss) / noise / inflation,
  }
}

/** Curves are alike when an F ratio between them stays below this (1 % point of chi-square). */
const ALIKE_RATIO = 6.6

/** A parabola through the lows: does the pace fall? */
function slowing(
  ones: Float64Array,
  clock: Float64Array,
  y: Float64Array,
): Pick<Levelling, 'paceRatio' | 'slowingRatio'> {
  const half = clock[clock.length - 1]! / 2
  const u = clock.map((value) => value / half - 1)
  const fit = leastSquares([ones, u, u.map((value) => value * value)], y)
  if (fit === undefined) return STRAIGHT
  const inflation = varianceInflation(neighbourCorrelation(drawIn(fit.residuals), 3))
  const [, pace, bend] = fit.coefficients as [number, number, number]
  return {
    paceRatio: pace - 2 * bend > 0 ? Math.max(0, pace + 2 * bend) / (pace - 2 * bend) : Number.POSITIVE_INFINITY,
    slowingRatio: bend / (fit.errors[2]! || Number.EPSILON) / Math.sqrt(inflation),
  }
}

interface Curve {
  /** Time constant as a share of the time watched, or `LOGARITHM`. */
  readonly settling: number
  readonly rss: number
  readonly residuals: Float64Array
  readonly steadyShare: number
  readonly steadyOfAll: number
  readonly steadyRatio: number
}

/** y = a + b·bend + c·clock with b ≥ 0 and c ≥ 0; undefined when b would be negative. */
function curveFit(
  ones: Float64Array,
  bend: Float64Array,
  clock: Float64Array,
  y: Float64Array,
): Omit<Curve, 'settling'> | undefined {
  const both = leastSquares([ones, bend, clock], y)
  if (both !== undefined && both.coefficients[1]! < 0) return undefined
  if (both !== undefined && both.coefficients[2]! >= 0) {
    const middle = Math.floor(y.length / 2)
    const last = y.length - 1
    const steadySince = (from: number): number => {
      const bending = both.coefficients[1]! * (bend[last]! - bend[from]!)
      const steady = both.coefficients[2]! * (clock[last]! - clock[from]!)
      return steady / (bending + steady || 1)
    }
    return {
      rss: both.rss,
      residuals: both.residuals,
      steadyShare: steadySince(middle),
      steadyOfAll: steadySince(0),
      steadyRatio: both.coefficients[2]! / (both.errors[2]! || Number.EPSILON),
    }
  }
  const alone = leastSquares([ones, bend], y)
  return alone && alone.coefficients[1]! > 0 ? { ...alone, steadyShare: 0, steadyOfAll: 0, steadyRatio: 0 } : undefined
}

/** A curve that rises ever more slowly: the logarithm of age, or an exponential approach. */
function bendOf(age: Float64Array, settling: number): Float64Array {
  if (settling === LOGARITHM) return age.map((value) => Math.log(value))
  const constant = settling * age[age.length - 1]!
  return age.map((value) => 1 - Math.exp(-value / constant))
}

const LOGARITHM = Number.POSITIVE_INFINITY

/** Time constants tried, as shares of the time watched; then some around the best. */
const SETTLING_SHARES = [LOGARITHM, 0.04, 0.06, 0.085, 0.12, 0.17, 0.24, 0.33, 0.47, 0.67, 1, 1.5, 3] as const
const REFINEMENTS = [0.82, 0.88, 0.94, 1.06, 1.13, 1.2] as const

/** Running median of three: single wild lows do not bend a curve. */
function smooth(y: Float64Array): Float64Array {
  return y.map((value, i) => {
    if (i === 0 || i === y.length - 1) return value
    const before = y[i - 1]!
    const after = y[i + 1]!
    return Math.max(Math.min(before, after), Math.min(Math.max(before, after), value))
  })
}

function since(work: Float64Array): Float64Array {
  return work.map((value) => value - work[0]!)
}

/**
 * Share of the lasting growth that came in its two largest jumps, 0..1; a step has nearly all of it there.
 *
 * @param y lows, oldest first, no NaN.
 */
export function jumpShare(y: Float64Array): number {
  let least = y[y.length - 1]!
  let first = 0
  let second = 0
  for (let i = y.length - 2; i >= 0; i--) {
    const jump = Math.max(0, least - y[i]!)
    least -= jump
    if (jump > first) {
      second = first
      first = jump
    } else if (jump > second) second = jump
  }
  const growth = y[y.length - 1]! - least
  return growth > 0 ? (first + second) / growth : 0
}

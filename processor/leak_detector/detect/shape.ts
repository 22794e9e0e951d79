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

export interface Levelling {
  /** Share of the growth over the second half that keeps its pace, 0..1. */
  readonly steadyShare: number
  /** How much better the curve fits than a line: an F ratio corrected for correlated neighbours. */
  readonly ratio: number
}

/** The curve must fit so much better than the line before we believe in it. */
const RATIO_MIN = 10

/** Growth counts as steady when at least this share of it keeps its pace. */
const STEADY_MIN = 0.5

/** True when the growth is one that levels off. */
export function levelsOff(levelling: Levelling): boolean {
  return levelling.ratio >= RATIO_MIN && levelling.steadyShare < STEADY_MIN
}

/**
 * Splits growth since `originSeconds` into what levels off and what keeps its pace.
 *
 * @param points at least 8 of them after the origin, else nothing levels off.
 */
export function levelling(points: Points, originSeconds: number): Levelling {
  const none = { steadyShare: 1, ratio: 0 }
  const from = points.x.findIndex((x) => x > originSeconds)
  if (from < 0 || points.x.length - from < 8) return none
  const age = points.x.subarray(from).map((x) => x - originSeconds)
  const y = smooth(points.y.subarray(from))
  const clocks = points.work === undefined ? [age] : [age, since(points.work.subarray(from))]
  let best: (Levelling & { readonly rss: number }) | undefined
  for (const clock of clocks) {
    const split = bestCurve(age, clock, y)
    if (split !== undefined && (best === undefined || split.rss < best.rss)) best = split
  }
  return best ?? none
}

/** The best of all curves on one clock. */
function bestCurve(age: Float64Array, clock: Float64Array, y: Float64Array): (Levelling & { rss: number }) | undefined {
  const ones = new Float64Array(y.length).fill(1)
  const line = leastSquares([ones, clock], y)
  if (line === undefined) return undefined
  let best = { rss: line.rss, steadyShare: 1, ratio: 0 }
  for (const bend of bends(age)) {
    const curve = curveFit(ones, bend, clock, y)
    if (curve === undefined || curve.rss >= best.rss) continue
    const correlation = neighbourCorrelation(drawIn(curve.residuals), 3)
    const noise = Math.max(curve.rss, 1e-12 * line.rss) / Math.max(1, y.length - 4)
    best = {
      rss: curve.rss,
      steadyShare: curve.steadyShare,
      ratio: (line.rss - curve.rss) / noise / varianceInflation(correlation),
    }
  }
  return best
}

interface Curve {
  readonly rss: number
  readonly residuals: Float64Array
  readonly steadyShare: number
}

/** y = a + b·bend + c·clock with b ≥ 0 and c ≥ 0; undefined when b would be negative. */
function curveFit(ones: Float64Array, bend: Float64Array, clock: Float64Array, y: Float64Array): Curve | undefined {
  const both = leastSquares([ones, bend, clock], y)
  if (both !== undefined && both.coefficients[1]! < 0) return undefined
  if (both !== undefined && both.coefficients[2]! >= 0) {
    const middle = Math.floor(y.length / 2)
    const last = y.length - 1
    const bending = both.coefficients[1]! * (bend[last]! - bend[middle]!)
    const steady = both.coefficients[2]! * (clock[last]! - clock[middle]!)
    return { rss: both.rss, residuals: both.residuals, steadyShare: steady / (bending + steady || 1) }
  }
  const alone = leastSquares([ones, bend], y)
  return alone && alone.coefficients[1]! > 0 ? { ...alone, steadyShare: 0 } : undefined
}

/** Curves that rise ever more slowly, from quick to slow. */
function bends(age: Float64Array): Float64Array[] {
  const span = age[age.length - 1]!
  const settle = [1 / 24, 1 / 12, 1 / 6, 1 / 3, 2 / 3].map((share) =>
    age.map((value) => 1 - Math.exp(-value / (share * span))),
  )
  return [age.map((value) => Math.log(value)), ...settle]
}

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

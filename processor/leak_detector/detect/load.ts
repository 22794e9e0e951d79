/**
 * Does the work in flight explain the growth?
 *
 * Memory that follows concurrency (rate × latency) rises in the morning and falls in the evening. A leak does not
 * follow the work in flight but the work done: it grows with completed calls or with time, and stays.
 */

import { drawIn, middleSlope } from './line.ts'
import type { Points } from './points.ts'
import { leastSquares, neighbourCorrelation, varianceInflation } from './regression.ts'

/** How much of a growth goes with the work in flight. */
export interface LoadShare {
  /** Share of the growth that follows the work in flight, 0..1. */
  readonly share: number
  /** How surely something grows beside it: the t ratio of the rest, corrected for correlated neighbours. */
  readonly restRatio: number
  /** Unexplained by load alone over unexplained by a straight line alone; below 1 the load fits better. */
  readonly misfit: number
  /** Growth of the work in flight over the stretch, as a ratio of its mean. */
  readonly loadGrowth: number
}

const REST_RATIO_MIN = 3
const REST_SHARE_MIN = 0.5
const MISFIT_MAX = 1.5
const LOAD_GROWTH_MIN = 0.1

/** True when the load rose too, fits about as well as a steady climb, and no climb beside it is proven. */
export function loadExplains(load: LoadShare): boolean {
  if (load.loadGrowth < LOAD_GROWTH_MIN || load.misfit > MISFIT_MAX) return false
  return load.restRatio < REST_RATIO_MIN || 1 - load.share < REST_SHARE_MIN
}

/**
 * Splits the growth of `points` into what follows load and what follows the work done, or time. Memory may follow the
 * requests in flight (buffers) or those that come (sessions that live for a while): the one that fits better counts.
 */
export function loadShare(points: Points): LoadShare | undefined {
  const shares = [points.load, points.callRate].flatMap((load) => shareOf(points, load) ?? [])
  return shares.toSorted((a, b) => a.misfit - b.misfit)[0]
}

function shareOf(points: Points, load: Float64Array | undefined): LoadShare | undefined {
  const { x, y } = points
  if (load === undefined || x.length < 8) return undefined
  const clock = points.work ?? x
  const ones = new Float64Array(x.length).fill(1)
  const both = leastSquares([ones, load, clock], y)
  const byLoad = leastSquares([ones, load], y)
  const byClock = leastSquares([ones, clock], y)
  const loadRise = middleSlope(x, load) * (x[x.length - 1]! - x[0]!)
  const mean = load.reduce((sum, value) => sum + value, 0) / load.length
  const loadGrowth = mean > 0 ? loadRise / mean : 0
  if (both === undefined || byLoad === undefined || byClock === undefined || both.coefficients[1]! <= 0) {
    return { share: 0, restRatio: Number.POSITIVE_INFINITY, misfit: Number.POSITIVE_INFINITY, loadGrowth }
  }
  const inflation = varianceInflation(neighbourCorrelation(drawIn(both.residuals), 3))
  const fromLoad = Math.max(0, both.coefficients[1]! * loadRise)
  const fromClock = Math.max(0, both.coefficients[2]! * (clock[clock.length - 1]! - clock[0]!))
  return {
    share: fromLoad + fromClock > 0 ? fromLoad / (fromLoad + fromClock) : 0,
    restRatio: both.coefficients[2]! / (both.errors[2]! || Number.EPSILON) / Math.sqrt(inflation),
    misfit: byLoad.rss / Math.max(byClock.rss, Number.MIN_VALUE),
    loadGrowth,
  }
}

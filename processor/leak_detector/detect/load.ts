/**
 * Does the work in flight explain the growth?
 *
 * Memory that follows concurrency (rate × latency) rises in the morning and falls in the evening. A leak does not
 * follow the work in flight but the work done: it grows with completed calls or with time, and stays.
 */

import { drawIn, fitLine } from './line.ts'
import type { Points } from './points.ts'
import { leastSquares, neighbourCorrelation, varianceInflation } from './regression.ts'

export interface LoadShare {
  /** Share of the growth that follows the work in flight, 0..1. */
  readonly share: number
  /** How surely the low follows the work in flight at all: a t ratio corrected for correlated neighbours. */
  readonly ratio: number
  /** Growth of the work in flight over the stretch, as a ratio of its mean. */
  readonly loadGrowth: number
}

const RATIO_MIN = 4
const SHARE_MIN = 0.5

/** True when most of the growth goes with the work in flight. */
export function loadExplains(load: LoadShare): boolean {
  return load.ratio >= RATIO_MIN && load.share >= SHARE_MIN
}

/** Splits the growth of `points` into what follows load and what follows time; undefined when load is not known. */
export function loadShare(points: Points): LoadShare | undefined {
  const { x, y, load } = points
  if (load === undefined || x.length < 8) return undefined
  const ones = new Float64Array(x.length).fill(1)
  const fit = leastSquares([ones, load, x], y)
  const span = x[x.length - 1]! - x[0]!
  const loadLine = fitLine(x, load)
  const mean = load.reduce((sum, value) => sum + value, 0) / load.length
  const loadGrowth = mean > 0 ? (loadLine.slope * span) / mean : 0
  if (fit === undefined || fit.coefficients[1]! <= 0) return { share: 0, ratio: 0, loadGrowth }
  const inflation = varianceInflation(neighbourCorrelation(drawIn(fit.residuals), 3))
  const byLoad = Math.max(0, fit.coefficients[1]! * loadLine.slope * span)
  const byTime = Math.max(0, fit.coefficients[2]! * span)
  return {
    share: byLoad + byTime > 0 ? byLoad / (byLoad + byTime) : 0,
    ratio: fit.coefficients[1]! / (fit.errors[1]! || Number.EPSILON) / Math.sqrt(inflation),
    loadGrowth,
  }
}

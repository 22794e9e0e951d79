/**
 * When did it begin?
 *
 * A hinge: flat until some moment, straight up from there. Every block is tried as the moment; the one that leaves the
 * least unexplained is the onset, and those that leave hardly more are its interval (the likelihood profile of a
 * change point, with the noise of correlated neighbours).
 */

import { drawIn } from './line.ts'
import type { Points } from './points.ts'
import { leastSquares, neighbourCorrelation, varianceInflation } from './regression.ts'

/** Seconds since the life began. */
export interface Onset {
  readonly seconds: number
  readonly low: number
  readonly high: number
}

/** 95 % point of chi-square with one degree of freedom. */
const CHI_SQUARE_95 = 3.84

/** The hinge of the lows; at least 4 points stay after it. The first point when there is no bend. */
export function findOnset(points: Points): Onset {
  const { x, y } = points
  const ones = new Float64Array(x.length).fill(1)
  const rss: number[] = []
  let best = 0
  let residuals: Float64Array = y
  for (let k = 0; k + 4 < x.length; k++) {
    const rise = x.map((value) => Math.max(0, value - x[k]!))
    const fit = leastSquares([ones, rise], y)
    const usable = fit !== undefined && fit.coefficients[1]! > 0
    rss.push(usable ? fit.rss : Number.POSITIVE_INFINITY)
    if (usable && rss[k]! <= rss[best]!) {
      best = k
      residuals = fit.residuals
    }
  }
  if (!Number.isFinite(rss[best] ?? Number.NaN)) return { seconds: x[0]!, low: x[0]!, high: x[x.length - 1]! }
  const inflation = varianceInflation(neighbourCorrelation(drawIn(residuals), 3))
  const bound = rss[best]! * (1 + (CHI_SQUARE_95 * inflation) / Math.max(1, x.length - 3))
  let low = best
  let high = best
  while (low > 0 && rss[low - 1]! <= bound) low -= 1
  while (high + 1 < rss.length && rss[high + 1]! <= bound) high += 1
  // A climb that was under way at the first point may have begun with the life.
  return { seconds: x[best]!, low: low === 0 ? 0 : x[low]!, high: x[high]! }
}

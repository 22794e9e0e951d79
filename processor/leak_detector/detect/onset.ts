/**
 * When did it begin?
 *
 * A hinge: flat until some moment, straight up from there. Every block is tried as the moment; the one that leaves the
 * least unexplained is the onset, and those that leave hardly more are its interval (the likelihood profile of a
 * change point, with the noise of correlated neighbours).
 */

import type { Blocks } from './blocks.ts'
import { drawIn } from './line.ts'
import { type Points, pointsOf } from './points.ts'
import { neighbourCorrelation, varianceInflation } from './regression.ts'

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
  const rss: number[] = []
  let best = 0
  for (let k = 0; k + 4 < x.length; k++) {
    const fit = hinge(x, y, x[k]!)
    rss.push(fit.slope > 0 ? fit.rss : Number.POSITIVE_INFINITY)
    if (rss[k]! <= rss[best]!) best = k
  }
  if (!Number.isFinite(rss[best] ?? Number.NaN)) return { seconds: x[0]!, low: x[0]!, high: x[x.length - 1]! }
  const { slope, intercept } = hinge(x, y, x[best]!)
  const residuals = y.map((value, i) => value - intercept - slope * Math.max(0, x[i]! - x[best]!))
  const inflation = varianceInflation(neighbourCorrelation(drawIn(residuals), 3))
  const bound = rss[best]! * (1 + (CHI_SQUARE_95 * inflation) / Math.max(1, x.length - 3))
  let low = best
  let high = best
  while (low > 0 && rss[low - 1]! <= bound) low -= 1
  while (high + 1 < rss.length && rss[high + 1]! <= bound) high += 1
  // A climb that was under way at the first point may have begun with the life.
  return { seconds: x[best]!, low: low === 0 ? 0 : x[low]!, high: x[high]! }
}

/**
 * The onset by the finest view that shows enough of what came before it: in blocks of twenty minutes nobody sees where a
 * climb of an hour begins.
 *
 * @param coarse the onset by the view that covers the life; it stands where no finer one bends.
 * @param views of that life, the finest first.
 */
export function refineOnset(coarse: Onset, views: readonly Blocks[]): Onset {
  for (const view of views) {
    const points = pointsOf(view, 0)
    const { x } = points
    const climbed = x[x.length - 1]! - coarse.seconds
    if (!(coarse.seconds - x[0]! >= BEFORE_SHARE * climbed)) continue
    const fine = findOnset(points)
    return fine.low > 0 ? fine : coarse
  }
  return coarse
}

/** Of the climb's length, before it. */
const BEFORE_SHARE = 1 / 2

interface Hinge {
  readonly slope: number
  readonly intercept: number
  readonly rss: number
}

/** Least squares of y on max(0, x − from), in one pass around the first y. */
function hinge(x: Float64Array, y: Float64Array, from: number): Hinge {
  const n = x.length
  const base = y[0]!
  let sr = 0
  let sy = 0
  let srr = 0
  let sry = 0
  let syy = 0
  for (let i = 0; i < n; i++) {
    const rise = Math.max(0, x[i]! - from)
    const value = y[i]! - base
    sr += rise
    sy += value
    srr += rise * rise
    sry += rise * value
    syy += value * value
  }
  const spread = srr - (sr * sr) / n
  const slope = spread > 0 ? (sry - (sr * sy) / n) / spread : 0
  return {
    slope,
    intercept: base + (sy - slope * sr) / n,
    rss: Math.max(0, syy - (sy * sy) / n - slope * slope * spread),
  }
}

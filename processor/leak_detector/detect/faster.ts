/** Does it grow ever faster? Then there is less time than a straight line says. */
import { drawIn, fitLine, type Line, middleSlope } from './line.ts'
import type { Points } from './points.ts'
import { leastSquares, neighbourCorrelation, varianceInflation } from './regression.ts'
import { BLOCKS_MIN } from './settings.ts'

/**
 * True when what was kept since a moment keeps speeding up, in time and in calls: the traffic of a morning grows too, but
 * what feeds on itself keeps more and more of each call.
 *
 * @param seconds since the life began.
 */
export function speedsUp(points: Points, seconds: number): boolean {
  const from = since(points, seconds)
  const y = points.y.subarray(from)
  return [points.x, ...(points.work ? [points.work] : [])].every((clock) => keepsSpeedingUp(clock.subarray(from), y))
}

/**
 * True when what was kept since a moment bends upwards by more than chance, in time and in calls. Weaker than `speedsUp`,
 * whose thirds are noisy: it only chooses the shape of a forecast, which has to be the same from look to look. Where calls
 * are not known a morning bends upwards too.
 *
 * @param seconds since the life began.
 */
export function bendsUp(points: Points, seconds: number): boolean {
  if (points.work === undefined) return false
  const from = since(points, seconds)
  const y = points.y.subarray(from)
  return [points.x, points.work].every((clock) => bends(clock.subarray(from), y))
}

/** Number of the first point at or after a moment; 0 when there is none. */
export function since({ x }: Points, seconds: number): number {
  return Math.max(
    0,
    x.findIndex((at) => at >= seconds),
  )
}

/** Whether each third climbs faster than the one before, and the last surely at twice the pace of the first. */
function keepsSpeedingUp(clock: Float64Array, y: Float64Array): boolean {
  const third = Math.floor(clock.length / 3)
  if (third < THIRD_MIN) return false
  const [first, second, last] = [0, 1, 2].map((k) =>
    fitLine(clock.subarray(k * third, (k + 1) * third), y.subarray(k * third, (k + 1) * third)),
  ) as [Line, Line, Line]
  if (!(first.slope > 0 && second.slope >= FASTER * first.slope && last.slope >= FASTER * second.slope)) return false
  const surely = 3 * Math.hypot(first.slopeError, last.slopeError)
  return last.slope >= 2 * first.slope && last.slope - first.slope > surely
}

const THIRD_MIN = 5
const FASTER = 1.2

function bends(clock: Float64Array, y: Float64Array): boolean {
  const half = clock.length >> 1
  // The pairwise slopes cost the most: few climbs come to them.
  if (half < BLOCKS_MIN / 2 || !(bendInErrors(clock, y) >= BENT_ERRORS)) return false
  const early = middleSlope(clock.subarray(0, half), y.subarray(0, half))
  const late = middleSlope(clock.subarray(half), y.subarray(half))
  return early > 0 && late >= BENT * early
}

/** The later half is so many times as fast: less hardly changes a forecast. */
const BENT = 1.4
const BENT_ERRORS = 3

/** The square term of a parabola through the points, in standard errors; outliers drawn in, neighbours allowed for. */
function bendInErrors(clock: Float64Array, y: Float64Array): number {
  const middle = (clock[0]! + clock[clock.length - 1]!) / 2
  const at = clock.map((value) => value - middle)
  const fit = leastSquares([at.map(() => 1), at, at.map((value) => value * value)], y)
  if (fit === undefined) return 0
  const drawn = drawIn(fit.residuals)
  const kept = drawn.reduce((sum, value) => sum + value * value, 0) / fit.rss
  const error = fit.errors[2]! * Math.sqrt(kept * varianceInflation(neighbourCorrelation(drawn, 3)))
  return fit.coefficients[2]! / error
}

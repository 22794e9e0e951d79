/**
 * A straight line through block lows, and how far it may be off.
 *
 * The slope is the middle of the pairwise slopes (Theil 1950, Sen 1968): a spike, a cache emptied, a dump taken
 * cannot move it far. Its interval is the one of least squares with two corrections: outlying residuals are drawn in,
 * and the variance is inflated by what neighbours have in common, since a hundred lows that hang together say less
 * than a hundred lows that do not.
 */

import { median } from 'simple-statistics'
import { neighbourCorrelation, varianceInflation } from './regression.ts'

/** A straight line and its uncertainty. */
export interface Line {
  /** Units of y per unit of x. */
  readonly slope: number
  /** Standard error of the slope. */
  readonly slopeError: number
  /** Value at x = 0. */
  readonly intercept: number
  /** Standard deviation of residuals, outliers drawn in. */
  readonly noise: number
  /** Correlation of neighbouring residuals, 0..0.97. */
  readonly correlation: number
  readonly points: number
}

/** Fits a line; the arrays have equal length, no NaN, and at least 3 points with different x. */
export function fitLine(x: Float64Array, y: Float64Array): Line {
  const slope = middleSlope(x, y)
  const intercept = median(Array.from(y, (value, i) => value - slope * x[i]!))
  const residuals = y.map((value, i) => value - intercept - slope * x[i]!)
  const drawn = drawIn(residuals)
  const correlation = neighbourCorrelation(drawn, 2)
  let square = 0
  for (const value of drawn) square += value * value
  const noise = Math.sqrt(square / Math.max(1, x.length - 2))
  const slopeError = (noise / Math.sqrt(spread(x))) * Math.sqrt(varianceInflation(correlation))
  return { slope, slopeError, intercept, noise, correlation, points: x.length }
}

/**
 * The middle of all pairwise slopes.
 *
 * @example middleSlope(Float64Array.of(0, 1, 2, 3, 4), Float64Array.of(0, 1, 2, 900, 4)) // => 1
 */
export function middleSlope(x: Float64Array, y: Float64Array): number {
  const slopes = new Float64Array((x.length * (x.length - 1)) / 2)
  let count = 0
  for (let j = 1; j < x.length; j++) {
    for (let i = 0; i < j; i++) if (x[j]! !== x[i]!) slopes[count++] = (y[j]! - y[i]!) / (x[j]! - x[i]!)
  }
  return count === 0 ? 0 : middleOf(slopes.subarray(0, count))
}

/** The median, by selection (Hoare 1961): there are thousands of slopes, and only the middle matters. Reorders them. */
function middleOf(values: Float64Array): number {
  const half = values.length >> 1
  const upper = select(values, half)
  if (values.length % 2 === 1) return upper
  let lower = values[0]!
  for (let i = 1; i < half; i++) if (values[i]! > lower) lower = values[i]!
  return lower + 0.5 * (upper - lower)
}

/** The value that would stand at `k` if they were sorted; smaller ones are moved before it. */
function select(values: Float64Array, k: number): number {
  let left = 0
  let right = values.length - 1
  while (left < right) {
    const pivot = values[(left + right) >> 1]!
    let i = left
    let j = right
    while (i <= j) {
      while (values[i]! < pivot) i += 1
      while (values[j]! > pivot) j -= 1
      if (i > j) break
      const swapped = values[i]!
      values[i++] = values[j]!
      values[j--] = swapped
    }
    if (k <= j) right = j
    else if (k >= i) left = i
    else break
  }
  return values[k]!
}

/** Residuals beyond three robust standard deviations of their median are set to that bound. */
export function drawIn(residuals: Float64Array): Float64Array {
  const middle = median(Array.from(residuals))
  const deviation = 1.4826 * median(Array.from(residuals, (value) => Math.abs(value - middle)))
  if (!(deviation > 0)) return residuals
  const bound = 3 * deviation
  return residuals.map((value) => Math.min(middle + bound, Math.max(middle - bound, value)))
}

/**
 * Base-10 logarithm of the chance of so large a mean step if the steps had mean zero: Student's t on the differences
 * of neighbours, by Wallace's normal approximation (1959). Small for a smooth climb, whose lows hang together so much
 * that their order alone proves little.
 */
export function log10PDrift(y: Float64Array): number {
  const steps = y.length - 1
  if (steps < 8) return 0
  let sum = 0
  let square = 0
  for (let i = 1; i <= steps; i++) sum += y[i]! - y[i - 1]!
  const mean = sum / steps
  for (let i = 1; i <= steps; i++) square += (y[i]! - y[i - 1]! - mean) ** 2
  if (!(mean > 0)) return 0
  const freedom = steps - 1
  const t = mean / Math.sqrt(Math.max(square, 1e-18 * mean * mean) / freedom / steps)
  const z = ((8 * freedom + 1) / (8 * freedom + 3)) * Math.sqrt(freedom * Math.log1p((t * t) / freedom))
  return log10NormalTail(z)
}

/** Base-10 logarithm of P(Z > z), z ≥ 0, by Mills' ratio (Boyd 1959: within 1 %). */
export function log10NormalTail(z: number): number {
  const mills = Math.PI / ((Math.PI - 1) * z + Math.sqrt(z * z + 2 * Math.PI))
  return Math.log10(mills / Math.sqrt(2 * Math.PI)) - (z * z) / 2 / Math.LN10
}

function spread(x: Float64Array): number {
  let sum = 0
  for (const value of x) sum += value
  const mean = sum / x.length
  let square = 0
  for (const value of x) square += (value - mean) ** 2
  return square
}

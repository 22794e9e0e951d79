/** Ordinary least squares on a few columns: the one place where normal equations are solved. */

/** Result of least squares, in the order of the columns given. */
export interface Fit {
  readonly coefficients: readonly number[]
  /** Standard errors if residuals were independent. */
  readonly errors: readonly number[]
  /** Sum of squared residuals. */
  readonly rss: number
  readonly residuals: Float64Array
}

/**
 * Least squares of `y` on `columns` (give the column of ones yourself). Columns are scaled to unit length first, so
 * that milliseconds and bytes live in one matrix.
 *
 * @returns undefined when the columns cannot be told apart or there are too few rows.
 */
export function leastSquares(columns: readonly Float64Array[], y: Float64Array): Fit | undefined {
  const rows = y.length
  const width = columns.length
  if (rows <= width) return undefined
  const scales = columns.map((column) => Math.sqrt(dot(column, column)) || 1)
  const gram = new Float64Array(width * width)
  const moment = new Float64Array(width)
  for (let a = 0; a < width; a++) {
    moment[a] = dot(columns[a]!, y) / scales[a]!
    for (let b = 0; b <= a; b++) {
      const value = dot(columns[a]!, columns[b]!) / (scales[a]! * scales[b]!)
      gram[a * width + b] = value
      gram[b * width + a] = value
    }
  }
  return invert(gram, width) ? finish(columns, y, scales, gram, moment) : undefined
}

function finish(
  columns: readonly Float64Array[],
  y: Float64Array,
  scales: readonly number[],
  inverted: Float64Array,
  moment: Float64Array,
): Fit {
  const coefficients = scales.map((scale, a) => {
    let sum = 0
    for (let b = 0; b < moment.length; b++) sum += inverted[a * moment.length + b]! * moment[b]!
    return sum / scale
  })
  const residuals = new Float64Array(y.length)
  let rss = 0
  for (let i = 0; i < y.length; i++) {
    let value = y[i]!
    for (let a = 0; a < coefficients.length; a++) value -= coefficients[a]! * columns[a]![i]!
    residuals[i] = value
    rss += value * value
  }
  const variance = rss / (y.length - coefficients.length)
  const errors = scales.map((scale, a) => Math.sqrt(Math.max(0, variance * inverted[a * (scales.length + 1)]!)) / scale)
  return { coefficients, errors, rss, residuals }
}

/**
 * Turns a Gram matrix of unit diagonal into its inverse, in place, by Gauss and Jordan's elimination: it needs no search
 * for pivots in such a matrix, and a library's general one costs more than all the sums around it.
 *
 * @returns false when a pivot is near zero: columns that cannot be told apart.
 */
function invert(gram: Float64Array, width: number): boolean {
  for (let k = 0; k < width; k++) {
    const pivot = gram[k * width + k]!
    if (!(pivot > 1e-9)) return false
    gram[k * width + k] = 1
    for (let j = 0; j < width; j++) gram[k * width + j]! /= pivot
    for (let i = 0; i < width; i++) {
      if (i === k) continue
      const factor = gram[i * width + k]!
      gram[i * width + k] = 0
      for (let j = 0; j < width; j++) gram[i * width + j]! -= factor * gram[k * width + j]!
    }
  }
  return true
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/**
 * Correlation of neighbours in a row of residuals, corrected for the bias that fitting `parameters` coefficients
 * leaves in short rows (Kendall 1954), within 0..0.97.
 */
export function neighbourCorrelation(residuals: Float64Array, parameters: number): number {
  const n = residuals.length
  let square = 0
  let product = 0
  for (let i = 0; i < n; i++) {
    square += residuals[i]! * residuals[i]!
    if (i > 0) product += residuals[i]! * residuals[i - 1]!
  }
  if (!(square > 0) || n <= parameters + 2) return 0
  const raw = product / square
  return Math.min(0.97, Math.max(0, (raw * n + parameters) / (n - parameters - 2)))
}

/** By how much the variance of an estimate grows when neighbours correlate so (first-order autoregression). */
export function varianceInflation(correlation: number): number {
  return (1 + correlation) / (1 - correlation)
}

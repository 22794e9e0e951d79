/** Ordinary least squares on a few columns: the one place where normal equations are solved. */

import { inverse, Matrix } from 'ml-matrix'

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
  const gram = Matrix.zeros(width, width)
  const moment = new Float64Array(width)
  for (let a = 0; a < width; a++) {
    moment[a] = dot(columns[a]!, y) / scales[a]!
    for (let b = 0; b <= a; b++) {
      const value = dot(columns[a]!, columns[b]!) / (scales[a]! * scales[b]!)
      gram.set(a, b, value)
      gram.set(b, a, value)
    }
  }
  if (!wellConditioned(gram)) return undefined
  return finish(columns, y, scales, inverse(gram), moment)
}

function finish(
  columns: readonly Float64Array[],
  y: Float64Array,
  scales: readonly number[],
  inverted: Matrix,
  moment: Float64Array,
): Fit {
  const coefficients = scales.map((scale, a) => {
    let sum = 0
    for (let b = 0; b < moment.length; b++) sum += inverted.get(a, b) * moment[b]!
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
  const errors = scales.map((scale, a) => Math.sqrt(Math.max(0, variance * inverted.get(a, a))) / scale)
  return { coefficients, errors, rss, residuals }
}

/** A unit-diagonal Gram matrix whose elimination leaves a pivot near zero has columns that cannot be told apart. */
function wellConditioned(gram: Matrix): boolean {
  const left = gram.clone()
  for (let k = 0; k < left.rows; k++) {
    const pivot = left.get(k, k)
    if (!(pivot > 1e-9)) return false
    for (let i = k + 1; i < left.rows; i++) {
      const factor = left.get(i, k) / pivot
      for (let j = k; j < left.rows; j++) left.set(i, j, left.get(i, j) - factor * left.get(k, j))
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

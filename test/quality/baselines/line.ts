/** A straight line by least squares over a stretch of a series. */
export interface Line {
  /** Values in the stretch. */
  readonly count: number
  /** Units a step. */
  readonly slope: number
  /** Value of the line at the middle of its values. */
  readonly mean: number
  /** Place of that middle, in steps as the stretch counts them. */
  readonly middle: number
  /** Coefficient of determination, 0..1; 0 where all values are equal. */
  readonly r2: number
}

/**
 * The line through `values[from..to)`, positions outside of the array and NaN left out; undefined with fewer than two
 * values.
 *
 * @example lineOf(Float64Array.of(1, 3, 5), 0, 3) // => { count: 3, slope: 2, mean: 3, middle: 1, r2: 1 }
 */
export function lineOf(values: Float64Array, from: number, to: number): Line | undefined {
  const start = Math.max(0, from)
  const end = Math.min(values.length, to)
  let count = 0
  let sumT = 0
  let sumY = 0
  for (let at = start; at < end; at++) {
    const value = values[at]!
    if (Number.isNaN(value)) continue
    count += 1
    sumT += at
    sumY += value
  }
  if (count < 2) return undefined
  const middle = sumT / count
  const mean = sumY / count
  let tt = 0
  let ty = 0
  let yy = 0
  for (let at = start; at < end; at++) {
    const value = values[at]!
    if (Number.isNaN(value)) continue
    const t = at - middle
    const y = value - mean
    tt += t * t
    ty += t * y
    yy += y * y
  }
  return { count, slope: ty / tt, mean, middle, r2: yy === 0 ? 0 : (ty * ty) / (tt * yy) }
}

/** The line's value at a place. */
export function valueAt(line: Line, at: number): number {
  return line.mean + line.slope * (at - line.middle)
}

/** Values in `values[from..to)` that are not NaN; positions outside of the array hold none. */
export function present(values: Float64Array, from: number, to: number): Float64Array {
  return values.slice(Math.max(0, from), Math.max(0, to)).filter((value) => !Number.isNaN(value))
}

/** The newest value before a place, at most `back` steps old; NaN when there is none. */
export function lastBefore(values: Float64Array, end: number, back: number): number {
  for (let at = Math.min(end, values.length) - 1; at >= Math.max(0, end - back); at--) {
    if (!Number.isNaN(values[at])) return values[at]!
  }
  return Number.NaN
}

/** The middle of values without NaN; NaN of none. The order of the argument is lost. */
export function medianOf(values: Float64Array): number {
  values.sort()
  const half = values.length >> 1
  return values.length % 2 === 1 ? values[half]! : (values[half - 1]! + values[half]!) / 2
}

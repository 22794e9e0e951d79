/**
 * Is there a trend at all? Mann (1945) and Kendall (1975) count pairs in order against pairs out of order; Sen (1968)
 * takes the middle of all pairwise slopes; Hamed and Rao (1998) widen the variance where neighbours are alike.
 */
import { errorFunction, median } from 'simple-statistics'

/** What the test says of values at equal distances, oldest first. */
export interface Trend {
  /** Pairs that rise less pairs that fall. */
  readonly s: number
  /** Variance of `s` without a trend, ties allowed for. */
  readonly variance: number
  /** `s` in standard deviations, one taken off for continuity. */
  readonly z: number
  /** Probability of so large a `z` or a larger one without a trend, one-sided. */
  readonly p: number
}

/** @example mannKendall([10, 15, 14, 20]).s // => 4 */
export function mannKendall(values: readonly number[]): Trend {
  let s = 0
  for (let j = 1; j < values.length; j++) {
    for (let i = 0; i < j; i++) s += Math.sign(values[j]! - values[i]!)
  }
  return trendOf(s, varianceOf(values))
}

function trendOf(s: number, variance: number): Trend {
  const z = variance > 0 ? (s - Math.sign(s)) / Math.sqrt(variance) : 0
  return { s, variance, z, p: (1 - errorFunction(z / Math.SQRT2)) / 2 }
}

function varianceOf(values: readonly number[]): number {
  const weight = (n: number) => n * (n - 1) * (2 * n + 5)
  const ties = [...Map.groupBy(values, (value) => value).values()].map(({ length }) => weight(length))
  return (weight(values.length) - ties.reduce((sum, tie) => sum + tie, 0)) / 18
}

/**
 * Sen's slope: the median of the slopes of all pairs, units a step; NaN with fewer than two values.
 *
 * @example senSlope([10, 15, 14, 20]) // => 2.9166…
 */
export function senSlope(values: readonly number[]): number {
  const slopes: number[] = []
  for (let j = 1; j < values.length; j++) {
    for (let i = 0; i < j; i++) slopes.push((values[j]! - values[i]!) / (j - i))
  }
  return slopes.length === 0 ? Number.NaN : median(slopes)
}

/** Two-sided 95 % of the standard normal distribution: which autocorrelations count. */
const Z_95 = 1.959963984540054

/**
 * Mann–Kendall with the variance of Hamed and Rao: the ranks of what is left without Sen's slope are correlated with
 * themselves, and every lag that is significant at 95 % counts. Where the corrected variance is not positive (neighbours
 * that take strict turns) no trend is told.
 */
export function hamedRao(values: readonly number[], slope = senSlope(values)): Trend {
  const plain = mannKendall(values)
  return trendOf(plain.s, plain.variance * hamedRaoFactor(ranksOf(values.map((value, at) => value - slope * at))))
}

/** n / n*: by how much dependence of the ranks widens the variance. Formula (9) of the paper. */
export function hamedRaoFactor(ranks: readonly number[]): number {
  const n = ranks.length
  let sum = 0
  for (const [at, correlation] of autocorrelations(ranks).entries()) {
    const lag = at + 1
    if (Math.abs(correlation) > Z_95 / Math.sqrt(n)) sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation
  }
  return n < 3 ? 1 : 1 + (2 / (n * (n - 1) * (n - 2))) * sum
}

/** Autocorrelation at lags 1 to n - 1, the usual (biased) estimate. */
export function autocorrelations(values: readonly number[]): readonly number[] {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const away = values.map((value) => value - mean)
  const whole = away.reduce((sum, value) => sum + value * value, 0)
  return Array.from({ length: Math.max(0, n - 1) }, (_, lag) => {
    let sum = 0
    for (let at = lag + 1; at < n; at++) sum += away[at]! * away[at - lag - 1]!
    return whole === 0 ? 0 : sum / whole
  })
}

/** Ranks from 1; equal values share the mean of theirs. */
export function ranksOf(values: readonly number[]): readonly number[] {
  const order = values.map((_, at) => at).toSorted((a, b) => values[a]! - values[b]!)
  const ranks = new Array<number>(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from
    while (to < order.length && values[order[to]!] === values[order[from]!]) to += 1
    for (let at = from; at < to; at++) ranks[order[at]!] = (from + to + 1) / 2
    from = to
  }
  return ranks
}

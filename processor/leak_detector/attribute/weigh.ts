/**
 * How well each hypothesis explains the floor, and how sure that makes us.
 *
 * Each hypothesis is a regression of the lows on the calls that it blames, with a level of its own for each stretch,
 * never a negative number of bytes per call, and residuals whose neighbours correlate (first-order autoregression,
 * removed by quasi-differences: Cochrane and Orcutt 1949). Hypotheses are compared by Schwarz's criterion (1978),
 * whose weights are approximate posterior probabilities; the evidence of the rows is counted at four fifths, because the noise of
 * a heap is not as tame as the theory wants it.
 */

import { leastSquares, neighbourCorrelation } from '../detect/regression.ts'
import type { Hypothesis } from './hypotheses.ts'
import type { Stretch } from './observations.ts'

/** A hypothesis with its weight. */
export interface Weighed {
  readonly hypothesis: Hypothesis
  /** A second driver beside it that the data ask for; absent when one is enough. */
  readonly second?: Hypothesis
  /** Units a call, or units a second for time. */
  readonly slope: number
  readonly slopeError: number
  /** Share of the explained growth that belongs to `hypothesis`, not to `second`. */
  readonly share: number
  /** Share of the variation of lows that it explains, 0..1. */
  readonly explained: number
  /** Probability among all hypotheses, 0..1. */
  readonly probability: number
  /** Mean square of what the best hypothesis leaves unexplained of a low, the same for all of one weighing. */
  readonly scatter: number
}

interface Trial {
  readonly hypothesis: Hypothesis
  readonly second?: Hypothesis
  readonly slope: number
  readonly slopeError: number
  readonly share: number
  readonly rss: number
  readonly criterion: number
}

/** Strength of evidence that is believed: see the head of this file. */
const TEMPER = 0.8

/** Weighs all hypotheses on all stretches; most probable first; empty when nothing can be fitted. */
export function weigh(stretches: readonly Stretch[], hypotheses: readonly Hypothesis[]): Weighed[] {
  const plain = whiten(stretches, hypotheses, 0)
  const first = bestOf(trialsOf(plain, hypotheses))
  if (first === undefined) return []
  const white = whiten(stretches, hypotheses, residualCorrelation(plain, hypotheses, first))
  const trials = withSecond(white, hypotheses, trialsOf(white, hypotheses))
  const best = bestOf(trials)
  if (best === undefined) return []
  const weights = trials.map((trial) => Math.exp((best.criterion - trial.criterion) / 2))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return trials
    .map((trial, i) => ({
      ...trial,
      explained: Math.max(0, 1 - trial.rss / white.total),
      scatter: first.rss / plain.y.length,
      probability: weights[i]! / sum,
    }))
    .toSorted((a, b) => b.probability - a.probability)
}

/** Rows after removing each stretch's own level and the correlation of neighbours. */
interface White {
  readonly y: Float64Array
  /** `[hypotheses][rows]`. */
  readonly columns: readonly Float64Array[]
  /** Rise of each hypothesis's column from the first to the last row, summed over stretches. */
  readonly rises: readonly number[]
  /** Rows at which a stretch begins. */
  readonly starts: readonly number[]
  /** Sum of squares of `y`. */
  readonly total: number
}

function whiten(stretches: readonly Stretch[], hypotheses: readonly Hypothesis[], correlation: number): White {
  const y: number[] = []
  const columns: number[][] = hypotheses.map(() => [])
  const rises = hypotheses.map(() => 0)
  const starts: number[] = []
  for (const stretch of stretches) {
    starts.push(y.length)
    y.push(...centred(stretch.floor, correlation))
    for (let h = 0; h < hypotheses.length; h++) {
      const column = columnOf(stretch, hypotheses[h]!)
      rises[h]! += column[column.length - 1]! - column[0]!
      columns[h]!.push(...centred(column, correlation))
    }
  }
  const rows = Float64Array.from(y)
  return {
    y: rows,
    columns: columns.map((column) => Float64Array.from(column)),
    rises,
    starts,
    total: rows.reduce((sum, value) => sum + value * value, 0),
  }
}

function columnOf(stretch: Stretch, hypothesis: Hypothesis): Float64Array {
  if (hypothesis.kind === 'time') return stretch.seconds
  const sum = new Float64Array(stretch.floor.length)
  for (const member of hypothesis.members) {
    const calls = stretch.calls[member]!
    for (let i = 0; i < sum.length; i++) sum[i]! += calls[i]!
  }
  return sum
}

/** Quasi-differences, less their mean. */
function centred(values: Float64Array, correlation: number): number[] {
  const out: number[] = []
  for (let i = correlation > 0 ? 1 : 0; i < values.length; i++) {
    out.push(values[i]! - (i > 0 ? correlation * values[i - 1]! : 0))
  }
  const mean = out.reduce((sum, value) => sum + value, 0) / out.length
  return out.map((value) => value - mean)
}

function residualCorrelation(white: White, hypotheses: readonly Hypothesis[], trial: Trial): number {
  const column = white.columns[hypotheses.indexOf(trial.hypothesis)]!
  const residuals = white.y.map((value, i) => value - trial.slope * column[i]!)
  return neighbourCorrelation(residuals, 1 + white.starts.length)
}

function trialsOf(white: White, hypotheses: readonly Hypothesis[]): Trial[] {
  const trials: Trial[] = []
  for (let h = 0; h < hypotheses.length; h++) {
    const fit = leastSquares([white.columns[h]!], white.y)
    if (fit === undefined || !(fit.coefficients[0]! > 0)) continue
    trials.push({
      hypothesis: hypotheses[h]!,
      slope: fit.coefficients[0]!,
      slopeError: errorOf(fit.errors[0]!, white, 1),
      share: 1,
      rss: fit.rss,
      criterion: criterionOf(white, fit.rss, 1),
    })
  }
  return trials
}

/** The best hypothesis joined with each other one, where both parts stay positive. */
function withSecond(white: White, hypotheses: readonly Hypothesis[], trials: readonly Trial[]): Trial[] {
  const best = bestOf(trials)
  if (best === undefined) return []
  const h = hypotheses.indexOf(best.hypothesis)
  const pairs: Trial[] = []
  for (let other = 0; other < hypotheses.length; other++) {
    if (other === h || overlaps(best.hypothesis, hypotheses[other]!)) continue
    const fit = leastSquares([white.columns[h]!, white.columns[other]!], white.y)
    if (fit === undefined || !(fit.coefficients[0]! > 0) || !(fit.coefficients[1]! > 0)) continue
    pairs.push(pairOf(white, hypotheses, h, other, fit))
  }
  return [...trials, ...pairs]
}

function pairOf(
  white: White,
  hypotheses: readonly Hypothesis[],
  h: number,
  other: number,
  fit: NonNullable<ReturnType<typeof leastSquares>>,
): Trial {
  const growths = [fit.coefficients[0]! * white.rises[h]!, fit.coefficients[1]! * white.rises[other]!] as const
  const main = growths[0] >= growths[1] ? 0 : 1
  return {
    hypothesis: hypotheses[main === 0 ? h : other]!,
    second: hypotheses[main === 0 ? other : h]!,
    slope: fit.coefficients[main]!,
    slopeError: errorOf(fit.errors[main]!, white, 2),
    share: growths[main] / (growths[0] + growths[1]),
    rss: fit.rss,
    criterion: criterionOf(white, fit.rss, 2),
  }
}

function overlaps(a: Hypothesis, b: Hypothesis): boolean {
  return a.members.some((member) => (b.members as readonly number[]).includes(member))
}

/** Each stretch's own level costs a degree of freedom that the fit does not know of. */
function errorOf(error: number, white: White, slopes: number): number {
  const rows = white.y.length
  return error * Math.sqrt((rows - slopes) / Math.max(1, rows - slopes - white.starts.length))
}

function criterionOf(white: White, rss: number, slopes: number): number {
  const rows = white.y.length
  return TEMPER * rows * Math.log(Math.max(rss, 1e-12 * white.total) / rows) + slopes * Math.log(rows)
}

function bestOf(trials: readonly Trial[]): Trial | undefined {
  let best: Trial | undefined
  for (const trial of trials) if (best === undefined || trial.criterion < best.criterion) best = trial
  return best
}

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
import { together, type White, whiten } from './whiten.ts'

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

/**
 * Weighs all hypotheses on all stretches; most probable first; empty when nothing can be fitted.
 *
 * @param grains stretches by grain: what the best hypothesis of a grain leaves unexplained there is the measure of its rows.
 */
export function weigh(grains: readonly (readonly Stretch[])[], hypotheses: readonly Hypothesis[]): Weighed[] {
  const white = together(heard(grains).map((stretches) => measured(stretches, hypotheses)))
  const trials = withSecond(white, hypotheses, trialsOf(white, hypotheses))
  const best = bestOf(trials)
  if (best === undefined) return []
  const weights = trials.map((trial) => Math.exp((best.criterion - trial.criterion) / 2))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return trials
    .map((trial, i) => ({
      ...trial,
      explained: Math.max(0, 1 - trial.rss / white.total),
      probability: weights[i]! / sum,
    }))
    .toSorted((a, b) => b.probability - a.probability)
}

/** Few rows fit many explanations by chance: grains with fewer are heard only where there is no other. */
const ROWS_HEARD_MIN = 12

function heard(grains: readonly (readonly Stretch[])[]): readonly (readonly Stretch[])[] {
  const rowsOf = (stretches: readonly Stretch[]): number => stretches.reduce((sum, { floor }) => sum + floor.length, 0)
  const long = grains.filter((stretches) => rowsOf(stretches) >= ROWS_HEARD_MIN)
  return long.length > 0 ? long : grains.toSorted((a, b) => rowsOf(b) - rowsOf(a)).slice(0, 1)
}

/** Mean square of what the best hypothesis leaves unexplained of a low; infinite when nothing can be fitted. */
export function scatterOf(stretches: readonly Stretch[], hypotheses: readonly Hypothesis[]): number {
  const plain = whiten(stretches, hypotheses, 0)
  const first = bestOf(trialsOf(plain, hypotheses))
  return first === undefined ? Number.POSITIVE_INFINITY : first.rss / plain.y.length
}

/** The rows of one grain without the correlation of neighbours, in units of their own scatter. */
function measured(stretches: readonly Stretch[], hypotheses: readonly Hypothesis[]): White {
  const plain = whiten(stretches, hypotheses, 0)
  const first = bestOf(trialsOf(plain, hypotheses))
  const white =
    first === undefined ? plain : whiten(stretches, hypotheses, residualCorrelation(plain, hypotheses, first))
  const rss = Math.max(first?.rss ?? plain.total, NOTHING_LEFT * plain.total)
  const scale = rss > 0 ? Math.sqrt(plain.y.length / rss) : 1
  return {
    ...white,
    y: white.y.map((value) => value * scale),
    columns: white.columns.map((column) => column.map((value) => value * scale)),
    total: white.total * scale * scale,
  }
}

/** Of a fit so good that nothing is left, this share of the variation counts as left. */
const NOTHING_LEFT = 1e-12

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

/**
 * No regression of ours is exact: calls are counted when they end and kept some time before, a low is not of one moment. So
 * much of the variation may be left by the right hypothesis and not by a wrong one.
 */
const INEXACT = 3e-4

function criterionOf(white: White, rss: number, slopes: number): number {
  const rows = white.y.length
  return TEMPER * rows * Math.log((rss + INEXACT * white.total) / rows) + slopes * Math.log(rows)
}

function bestOf(trials: readonly Trial[]): Trial | undefined {
  let best: Trial | undefined
  for (const trial of trials) if (best === undefined || trial.criterion < best.criterion) best = trial
  return best
}

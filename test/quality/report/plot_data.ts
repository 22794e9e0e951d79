/** What a person needs to see of one case, and how it is thinned out for drawing. */
import type { Statement, TrueLeak } from '../case.ts'

/** One picture. All arrays have one value a step; NaN where there is none. */
export interface CasePlot {
  /** The case's id. */
  readonly id: string
  readonly title: string
  readonly stepMs: number
  readonly startMs: number
  /** What is drawn: the leaking, or the blamed, service's resource, one line an instance. */
  readonly series: readonly PlotSeries[]
  /** What survives collection. */
  readonly floor?: readonly number[]
  /** In the unit of the series. */
  readonly limit?: number
  readonly truth: readonly TrueLeak[]
  /** What was said of the service that is drawn. */
  readonly statements: readonly Statement[]
}

/** One line. */
export interface PlotSeries {
  readonly name: string
  readonly values: readonly number[]
}

/** A point of a line. */
export interface Point {
  /** Hours since the run began, as failures tell them. */
  readonly hour: number
  readonly value: number
}

/** Points a line keeps; a page of many pictures stays small. */
export const POINTS_MAX = 400

/**
 * The line in at most `POINTS_MAX` points: of each piece the least and the greatest value, in their order, so that
 * neither peaks nor lows are lost. Missing values are left out.
 */
export function thinned(plot: CasePlot, values: readonly number[]): readonly Point[] {
  const piece = Math.ceil((2 * values.length) / POINTS_MAX)
  const steps: number[] = []
  for (let from = 0; from < values.length; from += piece) {
    let [least, greatest] = [-1, -1]
    for (let step = from; step < Math.min(from + piece, values.length); step++) {
      if (!Number.isFinite(values[step])) continue
      if (least < 0 || values[step]! < values[least]!) least = step
      if (greatest < 0 || values[step]! > values[greatest]!) greatest = step
    }
    if (least >= 0) steps.push(...new Set([Math.min(least, greatest), Math.max(least, greatest)]))
  }
  return steps.map((step) => ({ hour: hourOf(plot, plot.startMs + step * plot.stepMs), value: values[step]! }))
}

/** Hours between the beginning of the run and this moment. */
export function hourOf({ startMs }: CasePlot, ms: number): number {
  return (ms - startMs) / 3_600_000
}

/** End of the run that is drawn, milliseconds since 1970. */
export function endOf({ startMs, stepMs, series }: CasePlot): number {
  return startMs + stepMs * Math.max(0, ...series.map(({ values }) => values.length))
}

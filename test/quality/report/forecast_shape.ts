/** The line a detector sees in the series, and where it will end: from the last thing it said. */
import type { Statement } from '../case.ts'
import { episodesOf } from '../score/episodes.ts'
import { type CasePlot, endOf, hourOf, type Point } from './plot_data.ts'

/** What one alarm claims, in the coordinates of the picture. */
export interface ForecastShape {
  /** From the onset to the moment it was said, and on to the limit. */
  readonly line: readonly Point[]
  /** From the moment it was said to the limit between both ends of the interval; empty without a forecast. */
  readonly band: readonly Band[]
}

/** A slice of the band at one moment. */
export interface Band {
  readonly hour: number
  readonly low: number
  readonly high: number
}

/** One for each alarm episode that says how fast it grows; of each the last word that does. */
export function forecastShapes(plot: CasePlot): readonly ForecastShape[] {
  return episodesOf(plot.statements).flatMap(({ alarms }) => {
    const last = alarms.findLast(({ perSecond }) => perSecond !== undefined)
    const level = last && levelAt(plot, last.atMs)
    return last === undefined || level === undefined ? [] : [shapeOf(plot, last, level)]
  })
}

/** Floor, or else the first series, at this moment or at the last one before it that has a value. */
function levelAt({ floor, series, startMs, stepMs }: CasePlot, atMs: number): number | undefined {
  const values = floor ?? series[0]?.values ?? []
  return values.slice(0, Math.max(0, Math.floor((atMs - startMs) / stepMs)) + 1).findLast(Number.isFinite)
}

function shapeOf(plot: CasePlot, said: Statement, level: number): ForecastShape {
  const { atMs, onsetMs, perSecond, exhaustMs } = said
  const along = (ms: number) => ({ hour: hourOf(plot, ms), value: level + (perSecond!.value * (ms - atMs)) / 1000 })
  const line = [along(Math.min(atMs, onsetMs?.value ?? atMs)), { hour: hourOf(plot, atMs), value: level }]
  const { limit } = plot
  if (exhaustMs === undefined || limit === undefined) return { line, band: [] }
  const lastMs = lastDrawnMs(plot)
  const towards = (ms: number, endMs: number) =>
    ms >= endMs ? limit : level + ((limit - level) * (ms - atMs)) / (endMs - atMs)
  const stops = [atMs, exhaustMs.low, exhaustMs.value, exhaustMs.high].map((ms) => Math.max(atMs, Math.min(ms, lastMs)))
  const band = [...new Set(stops)].map((ms) => ({
    hour: hourOf(plot, ms),
    low: towards(ms, exhaustMs.high),
    high: towards(ms, exhaustMs.low),
  }))
  const endMs = Math.max(atMs, Math.min(exhaustMs.value, lastMs))
  return { line: [...line, { hour: hourOf(plot, endMs), value: towards(endMs, exhaustMs.value) }], band }
}

/** The right edge: half a run beyond its end at most, so that a far limit does not squeeze what was seen. */
export function lastDrawnMs(plot: CasePlot): number {
  const endMs = endOf(plot)
  const beyondMs = endMs + (endMs - plot.startMs) / 2
  const limits = [
    ...plot.truth.map(({ exhaustMs }) => exhaustMs),
    ...plot.statements.map(({ exhaustMs }) => exhaustMs?.high),
  ].filter((ms) => ms !== undefined)
  return Math.min(beyondMs, Math.max(endMs, ...limits))
}

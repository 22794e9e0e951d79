/**
 * Which service is it? Two answers from numbers alone, with no graph: the largest relative growth, and the robust
 * z-score that BARO ranks by (Pham et al., FSE 2024).
 */
import { DAY_MS, HOUR_MS, stepsBefore } from './alarm.ts'
import { medianOf, present } from './line.ts'
import { hourlyMedians } from './mann_kendall.ts'
import type { Series, SeriesSet } from './series.ts'

/** Hours on each side of a change. */
const SIDE_HOURS_MIN = 3
/** Less than this share of the middle counts as no spread at all, so that a constant series does not divide by 0. */
const SPREAD_SHARE_MIN = 1e-3

/**
 * Services by how much their worst series grew, worst first: the median of the last hour before `atMs` against that of
 * the first hour of the last day (or of the series, when it is younger), less 1. What was 0 does not count,
 * and services without two hours of data are not named.
 */
export function largestRelativeGrowth(set: SeriesSet, atMs: number): readonly string[] {
  return ranked(set, (series) => {
    const hourSteps = Math.round(HOUR_MS / set.stepMs)
    const end = stepsBefore(set, atMs) - series.firstStep
    const from = Math.max(0, end - Math.round(DAY_MS / set.stepMs))
    if (end - from < 2 * hourSteps) return Number.NaN
    const before = medianOf(present(series.values, from, from + hourSteps))
    const after = medianOf(present(series.values, end - hourSteps, end))
    return before > 0 ? after / before - 1 : Number.NaN
  })
}

/**
 * Services by the robust z-score of their worst series, worst first: the largest distance, after the change and before
 * `atMs`, from the median before it, in interquartile ranges. BARO finds the moment of the change by Bayesian online
 * change point detection over all series; ours is `changeTime`, unless one is given.
 */
export function robustZScore(set: SeriesSet, atMs: number, changeMs = changeTime(set, atMs)): readonly string[] {
  if (changeMs === undefined) return []
  return ranked(set, (series) => {
    const change = stepsBefore(set, changeMs) - series.firstStep
    const before = present(series.values, 0, change).sort()
    const after = present(series.values, Math.max(0, change), stepsBefore(set, atMs) - series.firstStep)
    if (before.length < 4 || after.length === 0) return Number.NaN
    const middle = medianOf(before)
    const spread = before[Math.floor(before.length * 0.75)]! - before[Math.floor(before.length * 0.25)]!
    const away = after.reduce((most, value) => Math.max(most, Math.abs(value - middle)), 0)
    return away / (Math.max(spread, SPREAD_SHARE_MIN * Math.abs(middle)) || 1)
  })
}

/**
 * The hour before `atMs` at which, over all series together, two levels explain most: each series' hourly medians are
 * split in two, the share of its variance that the split explains is summed over series, and the split of the highest
 * sum is it. At least three hours lie on each side; undefined when there are not that many. On a ramp it lies near the
 * middle of what is seen.
 */
export function changeTime(set: SeriesSet, atMs: number): number | undefined {
  const hours = Math.floor((atMs - set.startMs) / HOUR_MS)
  const scores = new Float64Array(Math.max(0, hours + 1))
  for (const series of set.series) addSplits(scores, hourlyMedians(series, set).slice(0, hours))
  let best = 0
  for (let hour = 1; hour < scores.length; hour++) if (scores[hour]! > scores[best]!) best = hour
  return best === 0 ? undefined : set.startMs + best * HOUR_MS
}

function addSplits(scores: Float64Array, medians: readonly number[]): void {
  const told = medians.flatMap((value, hour) => (Number.isNaN(value) ? [] : [{ value, hour }]))
  const mean = told.reduce((sum, { value }) => sum + value, 0) / told.length
  const whole = told.reduce((sum, { value }) => sum + (value - mean) ** 2, 0)
  if (!(whole > 0)) return
  let left = 0
  for (let at = 1; at < told.length; at++) {
    left += told[at - 1]!.value - mean
    if (at < SIDE_HOURS_MIN || told.length - at < SIDE_HOURS_MIN) continue
    // Deviations sum to 0, so the right side's sum is the left's negated.
    scores[told[at]!.hour]! += (left * left * (1 / at + 1 / (told.length - at))) / whole
  }
}

function ranked(set: SeriesSet, scoreOf: (series: Series) => number): readonly string[] {
  const worst = new Map<string, number>()
  for (const series of set.series) {
    const score = scoreOf(series)
    if (!(score <= (worst.get(series.service) ?? Number.NEGATIVE_INFINITY)) && !Number.isNaN(score)) {
      worst.set(series.service, score)
    }
  }
  return [...worst].toSorted((a, b) => b[1] - a[1]).map(([service]) => service)
}

/**
 * Precog and PrecogMF (Jindal et al., ICSOC 2020 workshops, arXiv 2101.09799 and 2106.08938; written anew from their
 * description, with the defaults of the authors' repository).
 *
 * Use in percent of the limit, medians of 5 min, gaps bridged by straight lines, a running median of an hour. Where first
 * differences have a modified z-score over 3.5 is a change point, at least 6 h from the next. Walking back from now over
 * change points, the line from each to now is a trend when R² > 0.8; it is an anomaly when it meets 100 % in less than
 * 7 days, the last value is at least 40 %, and it is steeper and longer than every trend of the training part. PrecogMF
 * also asks that the ten highest values of the last window are, in the middle, over those of the training, or over 95 %.
 *
 * Training is the first quarter of the run, as in the authors' split; a decision falls every 4 h after it. The last
 * window is the trend itself. The daily rhythm is not taken out: off by default.
 */
import { isBytes } from '../../../processor/leak_detector/finding/finding.ts'
import { type Baseline, baselineOf, DAY_MS, HOUR_MS, type Look, MINUTE_MS } from './alarm.ts'
import { medianOf, present } from './line.ts'
import { limitAt, type Series, type SeriesSet } from './series.ts'

const BIN_MS = 5 * MINUTE_MS
const SMOOTH_BINS = HOUR_MS / BIN_MS
const APART_BINS = (6 * HOUR_MS) / BIN_MS
const Z_MIN = 3.5
/** Iglewicz and Hoaglin (1993): the median absolute deviation of a normal variable in standard deviations. */
const MAD_SIGMA = 0.6745
const R2_MIN = 0.8
const CRITICAL_MS = 7 * DAY_MS
const USED_PERCENT_MIN = 40
const TRAINING_SHARE = 0.25
const TOP = 10
const TOP_PERCENT = 95

/** `hasMaximumFilter` makes it PrecogMF. Looks at memory and heap with a limit: it thinks in percent. */
export function precog(hasMaximumFilter: boolean): Baseline {
  return baselineOf({
    name: hasMaximumFilter ? 'precog_mf' : 'precog',
    everyMs: 4 * HOUR_MS,
    forMs: 0,
    windowMs: 0,
    looksAt: ({ resource, limits }) => isBytes(resource) && limits.length > 0,
    watch: (series, set) => {
      const trainingEndBin = Math.floor(((set.endMs - set.startMs) * TRAINING_SHARE) / BIN_MS)
      const firstBin = Math.floor((series.firstStep * set.stepMs) / BIN_MS)
      const told = binned(series, set, firstBin)
      const percents = smoothed(bridged(told))
      const training = trained(percents, trainingEndBin - firstBin)
      return (_end, atMs) => {
        let bins = Math.min(told.length, Math.floor((atMs - set.startMs) / BIN_MS) - firstBin)
        while (bins > 0 && Number.isNaN(told[bins - 1])) bins -= 1
        const trend = anomaly(percents, training, bins, hasMaximumFilter)
        return trend && look(series, set, trend, percents[bins - 1]!, atMs)
      }
    },
  })
}

/** Percent of the limit, the median of each bin; NaN where nothing was told. */
function binned(series: Series, { stepMs }: SeriesSet, firstBin: number): Float64Array {
  const { firstStep, values } = series
  const lastBin = Math.floor(((firstStep + values.length - 1) * stepMs) / BIN_MS)
  return Float64Array.from({ length: lastBin - firstBin + 1 }, (_, at) => {
    const from = Math.ceil(((firstBin + at) * BIN_MS) / stepMs)
    const to = Math.ceil(((firstBin + at + 1) * BIN_MS) / stepMs)
    return (100 * medianOf(present(values, from - firstStep, to - firstStep))) / limitAt(series, to)
  })
}

/** Gaps bridged by straight lines; a decision inside of a gap looks at what was before it, and sees no bridge. */
function bridged(values: Float64Array): Float64Array {
  const full = values.slice()
  let left = -1
  for (let at = 0; at < full.length; at++) {
    if (Number.isNaN(full[at])) continue
    for (let hole = left + 1; hole < at; hole++) {
      full[hole] = left < 0 ? full[at]! : full[left]! + ((full[at]! - full[left]!) * (hole - left)) / (at - left)
    }
    left = at
  }
  return full
}

function smoothed(values: Float64Array): Float64Array {
  return values.map((_, at) => medianOf(values.slice(Math.max(0, at + 1 - SMOOTH_BINS), at + 1)))
}

/**
 * Places in `values[from..to)` where the level changes, oldest first, the begin included.
 *
 * @example changePoints(Float64Array.of(…flat for a day, …flat and higher for a day), 0, 576) // => [0, 288]
 */
export function changePoints(values: Float64Array, from: number, to: number): readonly number[] {
  const differences = values.subarray(from + 1, to).map((value, at) => value - values[from + at]!)
  const middle = medianOf(differences.slice())
  const mad = medianOf(differences.map((difference) => Math.abs(difference - middle)))
  const points = [from]
  for (let at = 0; at < differences.length; at++) {
    const z = (MAD_SIGMA * Math.abs(differences[at]! - middle)) / mad
    if (z > Z_MIN && from + at + 1 - points.at(-1)! >= APART_BINS) points.push(from + at + 1)
  }
  return points
}

/** A line that fits. */
interface Trend {
  readonly from: number
  readonly bins: number
  /** Percent a bin. */
  readonly slope: number
  /** Of the values from its begin. */
  readonly top: number
}

interface Training {
  /** Bins of training at the begin of the series; the rest is what is judged. */
  readonly bins: number
  readonly slopeMax: number
  readonly binsMax: number
  /** Middle of the ten highest values; -Infinity when the series began after the training. */
  readonly top: number
}

function trained(percents: Float64Array, trainingBins: number): Training {
  const bins = Math.max(0, Math.min(trainingBins, percents.length))
  const points = bins < 2 ? [] : [...changePoints(percents, 0, bins), bins]
  const trends = points.slice(1).flatMap((to) =>
    trendsBack(
      percents,
      points.filter((at) => at < to),
      to,
    ),
  )
  return {
    bins,
    slopeMax: trends.reduce((most, { slope }) => Math.max(most, slope), 0),
    binsMax: trends.reduce((most, trend) => Math.max(most, trend.bins), 0),
    top: bins === 0 ? Number.NEGATIVE_INFINITY : topOf(percents.slice(0, bins)),
  }
}

/** Lines that rise and fit, from each start to the end, shortest first. One pass back: sums grow from the end. */
function trendsBack(values: Float64Array, starts: readonly number[], end: number): readonly Trend[] {
  const trends: Trend[] = []
  const base = values[end - 1]!
  let next = starts.length - 1
  let [count, sumT, sumY, sumTt, sumTy, sumYy] = [0, 0, 0, 0, 0, 0]
  for (let at = end - 1; at >= 0 && next >= 0; at--) {
    const t = at - end
    const y = values[at]! - base
    count += 1
    sumT += t
    sumY += y
    sumTt += t * t
    sumTy += t * y
    sumYy += y * y
    if (at !== starts[next]) continue
    next -= 1
    const tt = sumTt - (sumT * sumT) / count
    const ty = sumTy - (sumT * sumY) / count
    const yy = sumYy - (sumY * sumY) / count
    if (count < 3 || !(ty > 0) || (ty * ty) / (tt * yy) <= R2_MIN) continue
    trends.push({ from: at, bins: count, slope: ty / tt, top: topOf(values.slice(at, end)) })
  }
  return trends
}

/** The middle of the ten highest values. */
function topOf(values: Float64Array): number {
  return medianOf(values.sort().slice(-TOP))
}

/** The longest trend that ends now and that training did not know; undefined when there is none. */
function anomaly(
  percents: Float64Array,
  training: Training,
  end: number,
  hasMaximumFilter: boolean,
): Trend | undefined {
  const last = percents[end - 1]
  if (last === undefined || last < USED_PERCENT_MIN || end - training.bins < APART_BINS) return undefined
  return trendsBack(percents, changePoints(percents, training.bins, end), end).findLast((trend) => {
    const aheadMs = ((100 - last) / trend.slope) * BIN_MS
    const isNew = trend.slope > training.slopeMax && trend.bins > training.binsMax
    const isHigh = !hasMaximumFilter || trend.top > training.top || trend.top > TOP_PERCENT
    return trend.bins >= APART_BINS && aheadMs < CRITICAL_MS && isNew && isHigh
  })
}

function look(series: Series, set: SeriesSet, trend: Trend, lastPercent: number, atMs: number): Look {
  const limit = limitAt(series, Math.floor((atMs - set.startMs) / set.stepMs))
  const aheadMs = Math.max(0, ((100 - lastPercent) / trend.slope) * BIN_MS)
  return {
    perSecond: ((trend.slope / 100) * limit * 1000) / BIN_MS,
    exhaustMs: atMs + aheadMs,
    severity: CRITICAL_MS / Math.max(aheadMs, BIN_MS),
  }
}

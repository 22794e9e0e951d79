/**
 * Coroot's rule for memory that grows (auditor/memory.go, model/check.go; Apache-2.0, written anew from its description).
 *
 * Over the last hour: at least 80 % of the points; split where a value falls below half of the one before (a restart)
 * and keep the longest run, of at least 10 points and a third of the window; the line through it rises; the line through
 * its last quarter (at least 15 min, and 5 points) rises at least 30 % as fast; growth over the window is at least 5 % of
 * the limit (50 MiB without one), and more than 10 % of the fitted value at the window's begin. Alarm after 15 min, kept
 * for 15 min. Parts of Jobs and CronJobs are left out; the worst instance speaks for its service.
 *
 * The windows of 6 h and 24 h are the same rule with time stretched: an hour's points, shares of the window and the 5 %
 * and 10 % stay; points are means of 6 and of 24 minutes, and the quarter is at least 1.5 h and 6 h long. `for` stays.
 */
import { isBytes } from '../../../processor/leak_detector/finding/finding.ts'
import { type Baseline, baselineOf, exhaustAt, HOUR_MS, type Look, MINUTE_MS } from './alarm.ts'
import { lineOf, present, valueAt } from './line.ts'
import { limitAt, type Series } from './series.ts'

const PRESENT_SHARE_MIN = 0.8
const RESTART_SHARE = 0.5
const RUN_POINTS_MIN = 10
const RUN_SHARE_MIN = 1 / 3
const TAIL_SHARE = 0.25
const TAIL_POINTS_MIN = 5
const TAIL_SLOPE_SHARE_MIN = 0.3
const LIMIT_SHARE_MIN = 0.05
const GROWTH_MIN_BYTES = 50 * 1_048_576
const GROWTH_SHARE_MIN = 0.1
const WINDOW_POINTS = 60

/** `hours` is the window: 1 is the published rule. */
export function coroot(hours: number): Baseline {
  const windowMs = hours * HOUR_MS
  return baselineOf({
    name: `coroot_${hours}h`,
    everyMs: 15 * MINUTE_MS,
    forMs: 15 * MINUTE_MS,
    keepMs: 15 * MINUTE_MS,
    windowMs: windowMs * (1 - PRESENT_SHARE_MIN),
    looksAt: ({ resource, isJob }) => isBytes(resource) && !isJob,
    watch: (series, set) => {
      const pointSteps = Math.max(1, Math.floor(windowMs / WINDOW_POINTS / set.stepMs))
      const points = Math.round(windowMs / (pointSteps * set.stepMs))
      const sums = sumsOf(series.values)
      return (end, atMs) => look(series, thinned(sums, end, pointSteps, points), end, atMs, hours)
    },
  })
}

/** Means of any stretch at once: sums from the start, of values less the first, and how many there are. */
interface Sums {
  readonly base: number
  readonly values: Float64Array
  readonly counts: Uint32Array
}

function sumsOf(values: Float64Array): Sums {
  const base = values[0] ?? 0
  const sums = { base, values: new Float64Array(values.length + 1), counts: new Uint32Array(values.length + 1) }
  for (let at = 0; at < values.length; at++) {
    const isThere = !Number.isNaN(values[at])
    sums.values[at + 1] = sums.values[at]! + (isThere ? values[at]! - base : 0)
    sums.counts[at + 1] = sums.counts[at]! + (isThere ? 1 : 0)
  }
  return sums
}

/** The last `points` points before `end`, each the mean of `pointSteps` steps; NaN where there is none. */
function thinned(sums: Sums, end: number, pointSteps: number, points: number): Float64Array {
  const window = new Float64Array(points)
  const last = sums.counts.length - 1
  for (let at = 0; at < points; at++) {
    const to = Math.max(0, Math.min(last, end - (points - 1 - at) * pointSteps))
    const from = Math.max(0, Math.min(last, end - (points - at) * pointSteps))
    const mean = (sums.values[to]! - sums.values[from]!) / (sums.counts[to]! - sums.counts[from]!)
    window[at] = sums.base + mean
  }
  return window
}

function look(series: Series, window: Float64Array, end: number, atMs: number, hours: number): Look | undefined {
  const told = present(window, 0, window.length)
  if (told.length < PRESENT_SHARE_MIN * window.length) return undefined
  const run = longestRun(window)
  const count = present(window, run.from, run.to).length
  if (count < RUN_POINTS_MIN || run.to - run.from < RUN_SHARE_MIN * window.length) return undefined
  const line = lineOf(window, run.from, run.to)
  if (line === undefined || line.slope <= 0) return undefined
  const tail = lineOf(window, tailFrom(window, run), run.to)
  if (tail === undefined) return undefined
  if (tail.slope <= 0 || tail.slope < TAIL_SLOPE_SHARE_MIN * line.slope) return undefined
  const limit = limitAt(series, series.firstStep + end)
  const growth = line.slope * window.length
  if (growth < (Number.isNaN(limit) ? GROWTH_MIN_BYTES : LIMIT_SHARE_MIN * limit)) return undefined
  const before = Math.max(valueAt(line, run.to - window.length), 1)
  if (growth <= GROWTH_SHARE_MIN * before) return undefined
  const perSecond = growth / (hours * 3600)
  const exhaustMs = exhaustAt(atMs, valueAt(line, window.length), perSecond, limit)
  return { perSecond, severity: growth / before, ...(exhaustMs === undefined ? {} : { exhaustMs }) }
}

/** The longest stretch without a fall to less than half of the point before. */
function longestRun(window: Float64Array): { readonly from: number; readonly to: number } {
  let longest = { from: 0, to: 0 }
  let from = 0
  let before = Number.NaN
  for (let at = 0; at <= window.length; at++) {
    const value = window[at] ?? Number.NaN
    if (at === window.length || value < RESTART_SHARE * before) {
      if (at - from > longest.to - longest.from) longest = { from, to: at }
      from = at
    }
    if (!Number.isNaN(value)) before = value
  }
  return longest
}

/** Where the last quarter begins: further back when there are fewer than five points in it. */
function tailFrom(window: Float64Array, run: { readonly from: number; readonly to: number }): number {
  const quarter = TAIL_SHARE * Math.max(run.to - run.from, window.length)
  let from = run.to - Math.round(quarter)
  while (from > run.from && present(window, from, run.to).length < TAIL_POINTS_MIN) from -= 1
  return Math.max(from, run.from)
}

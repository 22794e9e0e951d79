/**
 * What is left after collection, and whether a line fits it: the least heap of each of the last 20 windows, R² > 0.7 and
 * a slope over 0 (rule of JVM monitors, e.g. Argus). A collection is in any window long enough; ours are 15 min, since
 * no number is published and collections of the old generation are minutes apart. The end is told by the line.
 */
import { type Baseline, baselineOf, exhaustAt, type Look, MINUTE_MS } from './alarm.ts'
import { lineOf, present, valueAt } from './line.ts'
import { limitAt, type Series, type SeriesSet } from './series.ts'

const WINDOWS = 20
const WINDOW_MS = 15 * MINUTE_MS
const R2_MIN = 0.7
/** A line through fewer windows says nothing; gaps are allowed. */
const WINDOWS_MIN = 15

/** Looks at heap alone. */
export function heapAfterGc(): Baseline {
  return baselineOf({
    name: 'heap_after_gc_r2',
    everyMs: WINDOW_MS,
    forMs: 0,
    windowMs: (WINDOWS - WINDOWS_MIN) * WINDOW_MS,
    looksAt: ({ resource }) => resource === 'heap',
    watch: (series, set) => (end, atMs) => look(series, set, end, atMs),
  })
}

function look(series: Series, set: SeriesSet, end: number, atMs: number): Look | undefined {
  const steps = WINDOW_MS / set.stepMs
  const lows = Float64Array.from({ length: WINDOWS }, (_, at) => {
    const from = end - Math.round((WINDOWS - at) * steps)
    const told = present(series.values, from, end - Math.round((WINDOWS - at - 1) * steps))
    return told.reduce((least, value) => Math.min(least, value), told[0] ?? Number.NaN)
  })
  const line = lineOf(lows, 0, WINDOWS)
  if (line === undefined || line.count < WINDOWS_MIN || line.slope <= 0 || line.r2 <= R2_MIN) return undefined
  const perSecond = (line.slope / WINDOW_MS) * 1000
  const limit = limitAt(series, series.firstStep + end)
  const exhaustMs = exhaustAt(atMs, valueAt(line, WINDOWS), perSecond, limit)
  return { perSecond, severity: line.r2, ...(exhaustMs === undefined ? {} : { exhaustMs }) }
}

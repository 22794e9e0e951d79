/**
 * Growth rules of awesome-prometheus-alerts: `deriv(go_memstats_heap_inuse_bytes[10m]) > 1e7` and
 * `deriv(go_goroutines[5m]) > 10`, without `for`. We ask them of every runtime's heap (and of memory), and of threads as
 * of goroutines. They look at minutes, so they are asked every five.
 */
import type { LeakResource } from '../../../processor/leak_detector/detect/evidence.ts'
import { type Baseline, baselineOf, exhaustAt, type Look, MINUTE_MS } from './alarm.ts'
import { lineOf, valueAt } from './line.ts'
import { limitAt, type Series, type SeriesSet } from './series.ts'

/** Range and threshold for one resource. */
export interface DerivSettings {
  readonly rangeMs: number
  /** Units a second. */
  readonly perSecondMin: number
}

const BYTES: DerivSettings = { rangeMs: 10 * MINUTE_MS, perSecondMin: 1e7 }
const ITEMS: DerivSettings = { rangeMs: 5 * MINUTE_MS, perSecondMin: 10 }

/** The published thresholds by resource; others have none. */
export const DERIV: ReadonlyMap<LeakResource, DerivSettings> = new Map([
  ['heap', BYTES],
  ['memory', BYTES],
  ['goroutine', ITEMS],
  ['thread', ITEMS],
])

/** A range shorter than four steps is widened to four, as one does where samples are rare. */
const STEPS_MIN = 4

export function deriv(settings = DERIV): Baseline {
  return baselineOf({
    name: 'deriv',
    everyMs: 5 * MINUTE_MS,
    forMs: 0,
    windowMs: 10 * MINUTE_MS,
    looksAt: ({ resource }) => settings.has(resource),
    watch: (series, set) => (end, atMs) => look(settings.get(series.resource)!, series, set, end, atMs),
  })
}

function look(settings: DerivSettings, series: Series, set: SeriesSet, end: number, atMs: number): Look | undefined {
  const steps = Math.max(STEPS_MIN, Math.round(settings.rangeMs / set.stepMs))
  const line = lineOf(series.values, end - steps, end)
  if (line === undefined) return undefined
  const perSecond = (line.slope / set.stepMs) * 1000
  if (!(perSecond > settings.perSecondMin)) return undefined
  const exhaustMs = exhaustAt(atMs, valueAt(line, end), perSecond, limitAt(series, series.firstStep + end))
  return { perSecond, severity: perSecond / settings.perSecondMin, ...(exhaustMs === undefined ? {} : { exhaustMs }) }
}

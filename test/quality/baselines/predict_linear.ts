/**
 * The alerts that most people run: a straight line through the last hours, drawn on into the next ones. Shapes as found
 * in many public rule files (`predict_linear(container_memory_working_set_bytes[1h], 4*3600) > limit`, `for: 15m`) and
 * in the filesystem rules of the Prometheus node mixin (`[6h]`, `24*3600`, and more than 60 % full, `for: 1h`).
 */
import { isBytes } from '../../../processor/leak_detector/finding/finding.ts'
import { type Baseline, baselineOf, exhaustAt, HOUR_MS, type Look, MINUTE_MS } from './alarm.ts'
import { lastBefore, lineOf, valueAt } from './line.ts'
import { LOOKBACK_MS, limitAt, type Series, type SeriesSet } from './series.ts'

/** What tells one of the rules from the other. */
export interface PredictSettings {
  readonly name: string
  readonly rangeMs: number
  readonly aheadMs: number
  /** Share of the limit that must be in use already. */
  readonly usedShareMin: number
  readonly forMs: number
}

export const PREDICT_1H_4H: PredictSettings = {
  name: 'predict_linear_1h_4h',
  rangeMs: HOUR_MS,
  aheadMs: 4 * HOUR_MS,
  usedShareMin: 0,
  forMs: 15 * MINUTE_MS,
}

export const PREDICT_6H_24H: PredictSettings = {
  name: 'predict_linear_6h_24h',
  rangeMs: 6 * HOUR_MS,
  aheadMs: 24 * HOUR_MS,
  usedShareMin: 0.6,
  forMs: HOUR_MS,
}

/** Looks at memory and heap with a limit; two points in the range are enough, as in Prometheus. */
export function predictLinear(settings: PredictSettings): Baseline {
  return baselineOf({
    name: settings.name,
    everyMs: 15 * MINUTE_MS,
    forMs: settings.forMs,
    windowMs: settings.rangeMs,
    looksAt: ({ resource, limits }) => isBytes(resource) && limits.length > 0,
    watch: (series, set) => (end, atMs) => look(settings, series, set, end, atMs),
  })
}

function look(settings: PredictSettings, series: Series, set: SeriesSet, end: number, atMs: number): Look | undefined {
  const { stepMs } = set
  const { values } = series
  const limit = limitAt(series, series.firstStep + end)
  const used = lastBefore(values, end, Math.max(1, LOOKBACK_MS / stepMs))
  if (settings.usedShareMin > 0 && !(used > settings.usedShareMin * limit)) return undefined
  const line = lineOf(values, end - Math.round(settings.rangeMs / stepMs), end)
  if (line === undefined) return undefined
  const predicted = valueAt(line, end + settings.aheadMs / stepMs)
  if (!(predicted > limit)) return undefined
  const perSecond = (line.slope / stepMs) * 1000
  const exhaustMs = exhaustAt(atMs, valueAt(line, end), perSecond, limit)
  return { perSecond, severity: predicted / limit, ...(exhaustMs === undefined ? {} : { exhaustMs }) }
}

/**
 * Mann–Kendall over the hourly medians of the last day, one-sided at 0.01, asked every hour: the rule of the ageing
 * literature (see Machida et al., ISSREW 2013, for how it fails). Three of it: alone, the most sensitive of all; only if
 * Sen's slope is more than 2 % of the limit a day; and that with the variance of Hamed and Rao (1998).
 */
import { median } from 'simple-statistics'
import { type Baseline, baselineOf, exhaustAt, HOUR_MS, type Look } from './alarm.ts'
import { medianOf, present } from './line.ts'
import { limitAt, type Series, type SeriesSet } from './series.ts'
import { hamedRao, mannKendall, senSlope } from './trend.ts'

/** What tells one of the rules from the other. */
export interface TrendSettings {
  readonly name: string
  readonly hours: number
  /** Hours with a value that a window needs. */
  readonly hoursMin: number
  readonly pMax: number
  /** Least slope, share of the limit a day; of the middle of the window where no limit is known. */
  readonly shareADay: number
  readonly isCorrected: boolean
}

export const MANN_KENDALL: TrendSettings = {
  name: 'mann_kendall_24h',
  hours: 24,
  hoursMin: 20,
  pMax: 0.01,
  shareADay: 0,
  isCorrected: false,
}

export const MANN_KENDALL_SEN: TrendSettings = { ...MANN_KENDALL, name: 'mann_kendall_sen_24h', shareADay: 0.02 }

export const HAMED_RAO: TrendSettings = { ...MANN_KENDALL_SEN, name: 'hamed_rao_sen_24h', isCorrected: true }

/** Looks at every resource: a trend needs no limit. Missing hours are left out and the rest closed up for the test. */
export function mannKendallRule(settings: TrendSettings): Baseline {
  return baselineOf({
    name: settings.name,
    everyMs: HOUR_MS,
    forMs: 0,
    windowMs: (settings.hours - settings.hoursMin) * HOUR_MS,
    looksAt: () => true,
    watch: (series, set) => {
      const medians = hourlyMedians(series, set)
      return (end, atMs) => {
        const hour = Math.floor((atMs - set.startMs) / HOUR_MS)
        const told = medians.slice(Math.max(0, hour - settings.hours), hour).filter((value) => !Number.isNaN(value))
        return told.length < settings.hoursMin ? undefined : look(settings, series, told, end, atMs)
      }
    },
  })
}

/** The median of each hour from the start of the run; NaN for an hour without values. */
export function hourlyMedians({ firstStep, values }: Series, { stepMs }: SeriesSet): readonly number[] {
  const hours = Math.ceil(((firstStep + values.length) * stepMs) / HOUR_MS)
  return Array.from({ length: hours }, (_, hour) => {
    const from = Math.ceil((hour * HOUR_MS) / stepMs) - firstStep
    const to = Math.ceil(((hour + 1) * HOUR_MS) / stepMs) - firstStep
    return medianOf(present(values, from, to))
  })
}

function look(
  settings: TrendSettings,
  series: Series,
  told: readonly number[],
  end: number,
  atMs: number,
): Look | undefined {
  const plain = mannKendall(told)
  if (plain.p >= settings.pMax) return undefined
  const slope = senSlope(told)
  const { p, z } = settings.isCorrected ? hamedRao(told, slope) : plain
  if (p >= settings.pMax) return undefined
  const middle = median(told)
  const limit = limitAt(series, series.firstStep + end)
  if (!(slope * 24 > settings.shareADay * (Number.isNaN(limit) ? middle : limit))) return undefined
  const perSecond = (slope / HOUR_MS) * 1000
  const level = middle + (slope * told.length) / 2
  const exhaustMs = exhaustAt(atMs, level, perSecond, limit)
  return { perSecond, severity: z, ...(exhaustMs === undefined ? {} : { exhaustMs }) }
}

/**
 * The run as a small JSON file that is kept in the repository, so that a change shows what it did to quality: the same
 * scores give the same text, and a diff reads line by line.
 */
import type { Bar } from '../score/bars.ts'
import type { GroupSum } from '../score/groups.ts'
import type { Measured } from '../score/interval.ts'
import type { Summary } from '../score/sum.ts'
import { rounded } from './figures.ts'
import type { AblationSum, QualityReport } from './quality_report.ts'

/** Figures by name. */
export type Figures = Readonly<Record<string, number>>

/** A bar as it is kept: `value`, `low`, `high` are absent when nothing was measured. */
export type StoredBar = Omit<Bar, 'name' | 'measured' | 'sure'> & Partial<Measured>

/** What the file holds. */
export interface StoredReport {
  readonly cases: number
  readonly leaks: number
  readonly bars: Readonly<Record<string, StoredBar>>
  readonly scenarios: Readonly<Record<string, Figures>>
  readonly detectors: Readonly<Record<string, Figures>>
  /** By ranking; absent in files that are older than the rankings. */
  readonly roots?: Readonly<Record<string, Figures>>
  /** By the part that was left out; absent where none was. */
  readonly ablations?: Readonly<Record<string, Figures>>
  /** How many things went wrong. */
  readonly failures: number
}

/** What is kept of a run. */
export function storedReport({ bars, ours, failures, detectors, roots, ablations }: QualityReport): StoredReport {
  return {
    cases: ours.cases,
    leaks: ours.leaks,
    bars: Object.fromEntries(bars.map((bar) => [bar.name, storedBar(bar)])),
    scenarios: Object.fromEntries(ours.scenarios.map((group) => [group.key, groupFigures(group)])),
    detectors: Object.fromEntries(detectors.map(({ name, summary }) => [name, summaryFigures(summary)])),
    roots: Object.fromEntries(
      roots.map(({ name, first, last }) => [name, present({ rootRight: first?.value, rootRightAtLast: last?.value })]),
    ),
    ...(ablations.length > 0 && {
      ablations: Object.fromEntries(ablations.map((one) => [one.name, ablationFigures(one)])),
    }),
    failures: failures.length,
  }
}

/** The file's text: rounded, keys sorted, ends with a line break. */
export function reportJson(report: QualityReport): string {
  return `${JSON.stringify(storedReport(report), sortedAndRounded, 2)}\n`
}

/** For `JSON.stringify`: keys in their order, numbers as people read them. */
function sortedAndRounded(_key: string, value: unknown): unknown {
  if (typeof value === 'number') return rounded(value)
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function storedBar({ measured, least, greatest, verdict }: Bar): StoredBar {
  return { ...measured, least, greatest, verdict }
}

function groupFigures(group: GroupSum): Figures {
  return present({
    cases: group.cases,
    leaks: group.leaks,
    recall: group.recall?.value,
    precision: group.precision?.value,
    falseAlarms: group.falseAlarms,
    lifeFractionMedian: group.lifeFractionMedian,
    forecastErrorMedian: group.forecastErrorMedian,
    rootRight: group.rootRight?.value,
  })
}

function summaryFigures(summary: Summary): Figures {
  return present({
    precision: summary.precision?.value,
    recall: summary.recall?.value,
    falseAlarmsPerServiceDay: summary.alarms.perServiceDay?.value,
    lifeFractionMedian: summary.detection.median?.value,
    forecastErrorMedian: summary.forecast.error?.value,
    rateIntervalHolds: summary.rate.holds?.value,
    rootRight: summary.rootRight?.value,
    rootRightAtLast: summary.rootRightAtLast?.value,
    culpritRight: summary.culprit.right?.value,
    culpritWrong: summary.culprit.wrong?.value,
  })
}

function ablationFigures({ summary, difference }: AblationSum): Figures {
  return {
    ...summaryFigures(summary),
    ...present({
      precisionDifference: difference.precision?.value,
      recallDifference: difference.recall?.value,
      culpritRightDifference: difference.culpritRight?.value,
      culpritWrongDifference: difference.culpritWrong?.value,
      laterHours: difference.laterHours?.value,
    }),
  }
}

function present(figures: Readonly<Record<string, number | undefined>>): Figures {
  return Object.fromEntries(
    Object.entries(figures).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

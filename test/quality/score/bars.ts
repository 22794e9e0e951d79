/** What has to be reached, beside what is: one row for each promise. */

import type { CaseScore, LeakScore } from './case_score.ts'
import { bootstrap, type Measured, quantile, RESAMPLING, type Resampling } from './interval.ts'
import { EARLY, type Summary } from './sum.ts'

/** One promise. */
export interface Bar {
  readonly name: string
  /** Absent: nothing was measured. */
  readonly measured?: Measured
  /** The least and the greatest value that will do, both included. */
  readonly least?: number
  readonly greatest?: number
  readonly verdict: BarVerdict
  /** The whole interval lies on the same side as the figure. */
  readonly sure: boolean
}

/** `too_few`: measured on fewer than the promise asks for. */
export type BarVerdict = 'met' | 'not_met' | 'not_measured' | 'too_few'

/** What will do. */
export interface Target {
  readonly least?: number
  readonly greatest?: number
  /** Measured on fewer it is not told. */
  readonly leastCount?: number
}

/** Holds one figure against its promise. */
export function barOf(name: string, measured: Measured | undefined, target: Target): Bar {
  const { least, greatest } = target
  const row = { name, measured, least, greatest }
  if (measured === undefined) return { ...row, verdict: 'not_measured', sure: false }
  if (measured.n < (target.leastCount ?? 0)) return { ...row, verdict: 'too_few', sure: false }
  const isMet = reaches(measured.value, target)
  const ends = [measured.low, measured.high].map((end) => reaches(end, target))
  return { ...row, verdict: isMet ? 'met' : 'not_met', sure: isMet ? ends.every(Boolean) : isOutside(measured, target) }
}

function reaches(value: number, { least = -Infinity, greatest = Infinity }: Target): boolean {
  return value >= least && value <= greatest
}

function isOutside({ low, high }: Measured, { least = -Infinity, greatest = Infinity }: Target): boolean {
  return high < least || low > greatest
}

/** Findings a reliability table has to rest on. */
const CALIBRATION_COUNT = 1_000

/** The promises that the simulated cases can answer. Cost and real recordings are measured elsewhere: see `barOf`. */
export function barsOf(summary: Summary): readonly Bar[] {
  const { alarms, detection, forecast, culprit, perCall } = summary
  return [
    barOf('precision, mean over scenarios', summary.precision, { least: 0.95 }),
    barOf('recall, mean over scenarios', summary.recall, { least: 0.95 }),
    barOf('false alarms a service-day, no leak anywhere', alarms.perCalmServiceDay, { greatest: 0.01 }),
    barOf(`found before ${EARLY * 100} % of life, share`, detection.early, { least: 0.95 }),
    barOf('part of life gone when found, median', detection.median, { greatest: EARLY }),
    barOf('time left at half life, median error', forecast.error, { greatest: 0.15 }),
    barOf('time left at half life, 80 % interval holds', forecast.holds, { least: 0.75, greatest: 0.85 }),
    barOf('leaking service is first suspect', summary.rootRight, { least: 0.95 }),
    barOf('cases with a victim blamed', alarms.victims, { greatest: 0 }),
    barOf('culprit right, where it can be told', culprit.right, { least: 0.85 }),
    barOf('culprit wrong, where it can be told', culprit.wrong, { greatest: 0.02 }),
    barOf('culprit abstained, where it cannot', culprit.abstainsRightly, { least: 0.95 }),
    barOf('kept per call, median error', perCall.error, { greatest: 0.2 }),
    barOf('kept per call, interval holds', perCall.holds, { least: 0.9, greatest: 0.98 }),
    barOf('confidence at opening, calibration error', summary.opened.error, {
      greatest: 0.05,
      leastCount: CALIBRATION_COUNT,
    }),
    barOf('confidence at last, calibration error', summary.final.error, {
      greatest: 0.05,
      leastCount: CALIBRATION_COUNT,
    }),
  ]
}

/** Sampled traces have to attribute as all traces do, within so much. */
const SAMPLING_TOLERANCE = 0.1

/**
 * Sampled traces held against all of them, on the same cases in the same order: the share of right culprits, and bytes or
 * items a call where both are right.
 */
export function samplingBars(
  all: readonly CaseScore[],
  sampled: readonly CaseScore[],
  resampling: Resampling = RESAMPLING,
): readonly Bar[] {
  const pairs = all.map(({ leaks }, at) => leaks.map((leak, of) => [leak, sampled[at]!.leaks[of]!] as const))
  const told = (drawn: typeof pairs) => drawn.flat().filter(([{ identifiable }]) => identifiable !== 'nothing')
  const distances = (drawn: typeof pairs) =>
    drawn.flat().flatMap(([a, b]) => (a.perCall && b.perCall ? [Math.abs(b.perCall.ratio / a.perCall.ratio - 1)] : []))
  const measured = (n: number, statistic: (drawn: typeof pairs) => number | undefined) =>
    bootstrap([pairs], ([drawn]) => statistic([...drawn!]), n, resampling)
  return [
    barOf(
      'culprit right with sampled traces, as part of all',
      measured(told(pairs).length, (drawn) => rightRatio(told(drawn))),
      { least: 1 - SAMPLING_TOLERANCE },
    ),
    barOf(
      'kept per call with sampled traces, median distance from all',
      measured(distances(pairs).length, (drawn) => quantile(distances(drawn), 0.5)),
      { greatest: SAMPLING_TOLERANCE },
    ),
  ]
}

/** Right culprits of the second of each pair through those of the first; absent when the first has none. */
function rightRatio(pairs: readonly (readonly [LeakScore, LeakScore])[]): number | undefined {
  const right = (side: 0 | 1) => pairs.filter((pair) => pair[side].culprit?.verdict === 'right').length
  return right(0) === 0 ? undefined : right(1) / right(0)
}

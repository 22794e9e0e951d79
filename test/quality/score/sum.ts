/** All cases of one detector in figures: each with its interval, none of them an average that hides a scenario. */
import { type Reliability, reliability } from './calibration.ts'
import type { CaseScore, CulpritVerdict, LeakScore } from './case_score.ts'
import {
  type Count,
  forecastErrors,
  type GroupSum,
  lifeFractions,
  precisionCount,
  recallCount,
  scenarioKey,
  sharesOf,
  sumGroups,
  sumOf,
  type Tally,
  tally,
} from './groups.ts'
import {
  bootstrap,
  eventRate,
  type Measured,
  meanOf,
  quantile,
  RESAMPLING,
  type Resampling,
  share,
} from './interval.ts'

/** Before this part of its life a leak has to be found. */
export const EARLY = 0.25

/** The figures of one detector. Those that nothing was measured on are absent. */
export interface Summary {
  readonly cases: number
  readonly leaks: number
  readonly scenarios: readonly GroupSum[]
  readonly severities: readonly GroupSum[]
  readonly disturbances: readonly GroupSum[]
  /** Means over scenarios. */
  readonly precision?: Measured
  readonly recall?: Measured
  /** Over all cases, however many a scenario has. */
  readonly precisionPooled?: Measured
  readonly recallPooled?: Measured
  readonly alarms: AlarmSum
  readonly detection: DetectionSum
  readonly forecast: ErrorSum
  readonly rate: RatioSum
  /** The interval of the onset holds the truth. */
  readonly onsetHolds?: Measured
  /** The first suspect leaks: when first anything is said, and when the leak comes to its end. */
  readonly rootRight?: Measured
  readonly rootRightAtLast?: Measured
  readonly culprit: CulpritSum
  readonly perCall: RatioSum
  readonly kindRight?: Measured
  /** What was said when the alarm opened, and what was said last. */
  readonly opened: Reliability
  readonly final: Reliability
}

/** False alarms, and how much was said. */
export interface AlarmSum {
  /** A service-day, on healthy services and before the onset. */
  readonly perServiceDay?: Measured
  /** A service-day, in cases without any leak. */
  readonly perCalmServiceDay?: Measured
  /** Cases with a leak in which another, healthy service was blamed. */
  readonly victims?: Measured
  /** Alarm episodes of found leaks after the first, a leak. */
  readonly realarms?: number
  /** Found, and nothing was said any more while it went on. */
  readonly withdrawn?: Measured
  /** Nothing is said any more some time after a fix. */
  readonly endedAfterFix?: Measured
}

/** How fast leaks with a limit are found: parts of the life from onset to exhaustion. */
export interface DetectionSum {
  readonly median?: Measured
  readonly p90?: Measured
  /** Found before a quarter of their life; missed ones were not. */
  readonly early?: Measured
  /** Hours from onset, leaks without a limit too. */
  readonly hoursMedian?: number
}

/** Time left at half life. */
export interface ErrorSum {
  /** Median size of the error, through the true time left. */
  readonly error?: Measured
  /** Median error with its sign; positive: said too late. */
  readonly bias?: number
  readonly holds?: Measured
}

/** Said through true. */
export interface RatioSum {
  readonly ratioMedian?: number
  /** Median distance of the ratio from 1. */
  readonly error?: Measured
  readonly holds?: Measured
}

/** Shares of found leaks; a detector that never speaks of culprits has none. */
export interface CulpritSum {
  /** Where the culprit can be told. */
  readonly right?: Measured
  readonly operationOnly?: Measured
  readonly wrong?: Measured
  readonly abstained?: Measured
  /** Where it cannot. */
  readonly abstainsRightly?: Measured
  /** Where candidates are told, the true one is among them. */
  readonly remainingHolds?: Measured
}

/** Sums up the cases of one detector. */
export function sumScores(scores: readonly CaseScore[], resampling: Resampling = RESAMPLING): Summary {
  const leaks = scores.flatMap((score) => score.leaks)
  const tallies = scores.map(tally)
  const spread = spreadOver(scores, resampling)
  return {
    cases: scores.length,
    leaks: leaks.length,
    scenarios: sumGroups(scores, scenarioKey),
    severities: sumGroups(scores, ({ severity }) => String(severity)),
    disturbances: sumGroups(scores, ({ disturbance }) => disturbance),
    precision: macro(scores, precisionCount, resampling),
    recall: macro(scores, recallCount, resampling),
    precisionPooled: shareOf(pooledPrecision(tallies)),
    recallPooled: shareOf(recallCount(tallies)),
    alarms: sumAlarms(scores, leaks),
    detection: sumDetection(leaks, spread),
    forecast: {
      error: spread(forecastErrors, 0.5),
      bias: quantile(
        leaks.flatMap(({ forecast }) => forecast?.error ?? []),
        0.5,
      ),
      holds: shareTrue(leaks.map(({ forecast }) => forecast?.holds)),
    },
    rate: sumRatios(leaks, 'rate', spread),
    onsetHolds: shareTrue(leaks.map(({ onsetHolds }) => onsetHolds)),
    rootRight: shareTrue(scores.map(({ rootRight }) => rootRight)),
    rootRightAtLast: shareTrue(scores.map(({ rootRightAtLast }) => rootRightAtLast)),
    culprit: sumCulprits(leaks),
    perCall: sumRatios(leaks, 'perCall', spread),
    kindRight: shareTrue(leaks.map(({ kindRight }) => kindRight)),
    opened: reliability(calibrationOf(scores), 'opened', resampling),
    final: reliability(calibrationOf(scores), 'final', resampling),
  }
}

/** A quantile of what leaks tell, with its interval over cases. */
type Spread = (valuesOf: (leaks: readonly LeakScore[]) => readonly number[], share: number) => Measured | undefined

function spreadOver(scores: readonly CaseScore[], resampling: Resampling): Spread {
  const strata = [...Map.groupBy(scores, scenarioKey).values()]
  return (valuesOf, share) => {
    const values = strata.map((cases) => cases.map(({ leaks }) => valuesOf(leaks)))
    return bootstrap(values, (drawn) => quantile(drawn.flat(2), share), values.flat(2).length, resampling)
  }
}

/** The mean over scenarios of a share; scenarios that have nothing to count stay out. */
function macro(
  scores: readonly CaseScore[],
  countOf: (tallies: readonly Tally[]) => Count,
  resampling: Resampling,
): Measured | undefined {
  const strata = [...Map.groupBy(scores, scenarioKey).values()].map((cases) => cases.map(tally))
  return bootstrap(strata, (drawn) => meanOf(sharesOf(drawn, countOf)), sharesOf(strata, countOf).length, resampling)
}

/** Found among said, whether or not there are leaks: no bonus for quiet. */
function pooledPrecision(tallies: readonly Tally[]): Count {
  const found = sumOf(tallies, (one) => one.found)
  return [found, found + sumOf(tallies, ({ wrong }) => wrong)]
}

function shareOf([hits, n]: Count): Measured | undefined {
  return share(hits, n)
}

/** How often it is true, of those that say. */
export function shareTrue(values: readonly (boolean | undefined)[]): Measured | undefined {
  return share(values.filter((value) => value === true).length, values.filter((value) => value !== undefined).length)
}

function calibrationOf(scores: readonly CaseScore[]) {
  return scores.map(({ calibration }) => calibration)
}

function sumAlarms(scores: readonly CaseScore[], leaks: readonly LeakScore[]): AlarmSum {
  const leaky = scores.filter((score) => score.leaks.length > 0)
  const found = leaks.filter((leak) => leak.found)
  return {
    perServiceDay: alarmRate(scores),
    perCalmServiceDay: alarmRate(scores.filter((score) => score.leaks.length === 0)),
    victims: shareTrue(leaky.map(({ falseAlarms }) => falseAlarms.some(({ reason }) => reason === 'victim'))),
    realarms: meanOf(found.map(({ realarms }) => realarms)),
    withdrawn: shareTrue(found.map(({ withdrawn }) => withdrawn)),
    endedAfterFix: shareTrue(found.map(({ endedAfterFix }) => endedAfterFix)),
  }
}

/** A wrong resource on a service that does leak is no alarm on a healthy one. */
function alarmRate(scores: readonly CaseScore[]): Measured | undefined {
  const alarms = scores.flatMap(({ falseAlarms }) => falseAlarms).filter(({ reason }) => reason !== 'wrong_resource')
  return eventRate(
    alarms.length,
    sumOf(scores, ({ healthyServiceDays }) => healthyServiceDays),
  )
}

function sumDetection(leaks: readonly LeakScore[], spread: Spread): DetectionSum {
  const hours = leaks.flatMap(({ detectMs, onsetMs }) =>
    detectMs === undefined ? [] : [(detectMs - onsetMs) / 3_600_000],
  )
  const limited = leaks.filter(({ exhausts }) => exhausts)
  return {
    median: spread(lifeFractions, 0.5),
    p90: spread(lifeFractions, 0.9),
    early: shareTrue(limited.map(({ lifeFraction }) => lifeFraction !== undefined && lifeFraction < EARLY)),
    hoursMedian: quantile(hours, 0.5),
  }
}

function sumRatios(leaks: readonly LeakScore[], field: 'rate' | 'perCall', spread: Spread): RatioSum {
  const said = leaks.flatMap((leak) => leak[field] ?? [])
  return {
    ratioMedian: quantile(
      said.map(({ ratio }) => ratio),
      0.5,
    ),
    error: spread((some) => some.flatMap((leak) => (leak[field] ? [Math.abs(leak[field].ratio - 1)] : [])), 0.5),
    holds: shareTrue(said.map(({ holds }) => holds)),
  }
}

function sumCulprits(leaks: readonly LeakScore[]): CulpritSum {
  const found = leaks.filter(({ culprit }) => culprit !== undefined)
  if (found.every(({ culprit }) => culprit?.verdict === 'silent')) return {}
  const told = found.filter(({ identifiable }) => identifiable !== 'nothing')
  const untold = found.filter(({ identifiable }) => identifiable === 'nothing')
  const part = (some: readonly LeakScore[], ...verdicts: readonly CulpritVerdict[]) =>
    shareTrue(some.map(({ culprit }) => verdicts.includes(culprit!.verdict)))
  return {
    right: part(told, 'right'),
    operationOnly: part(told, 'operation_only'),
    wrong: part(told, 'wrong'),
    abstained: part(told, 'abstained', 'silent'),
    abstainsRightly: part(untold, 'rightly_abstained', 'silent'),
    remainingHolds: shareTrue(found.map(({ culprit }) => culprit?.remainingHolds)),
  }
}

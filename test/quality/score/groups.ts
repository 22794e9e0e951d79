/** Sums over the cases of one scenario, or of one disturbance, or of one severity. */
import type { CaseScore, LeakScore } from './case_score.ts'
import { type Measured, quantile, share } from './interval.ts'

/** What one group of cases comes to. Figures that nothing was measured on are absent. */
export interface GroupSum {
  readonly key: string
  readonly cases: number
  readonly leaks: number
  readonly found: number
  readonly recall?: Measured
  /** Where there are leaks: found ones among what was said. Where there are none: cases in which nothing was said. */
  readonly precision?: Measured
  /** Alarm episodes. */
  readonly falseAlarms: number
  readonly healthyServiceDays: number
  readonly lifeFractionMedian?: number
  readonly forecastErrorMedian?: number
  readonly rootRight?: Measured
}

/** What a case adds to precision and recall. */
export interface Tally {
  readonly leaks: number
  readonly found: number
  /** Different (service, resource) that were said and are no leak. */
  readonly wrong: number
}

/** Counts one case. */
export function tally(score: CaseScore): Tally {
  return {
    leaks: score.leaks.length,
    found: score.leaks.filter(({ found }) => found).length,
    wrong: new Set(score.falseAlarms.map(({ service, resource }) => `${service}\n${resource}`)).size,
  }
}

/** Hits and how many there were: the two numbers of a share. */
export type Count = readonly [hits: number, n: number]

/** Found leaks among the leaks. */
export function recallCount(tallies: readonly Tally[]): Count {
  return [sumOf(tallies, ({ found }) => found), sumOf(tallies, ({ leaks }) => leaks)]
}

/** Found leaks among what was said; in a group without any leak, quiet cases among the cases. */
export function precisionCount(tallies: readonly Tally[]): Count {
  if (tallies.every(({ leaks }) => leaks === 0)) {
    return [tallies.filter(({ wrong }) => wrong === 0).length, tallies.length]
  }
  const found = sumOf(tallies, ({ found }) => found)
  return [found, found + sumOf(tallies, ({ wrong }) => wrong)]
}

/** The share of each scenario that has something to count. @param strata cases by scenario. */
export function sharesOf(
  strata: readonly (readonly Tally[])[],
  countOf: (tallies: readonly Tally[]) => Count,
): readonly number[] {
  return strata.map(countOf).flatMap(([hits, n]) => (n === 0 ? [] : [hits / n]))
}

/** Number and name of the scenario, two digits so that they sort. */
export function scenarioKey({ scenario, name }: CaseScore): string {
  return `${String(scenario).padStart(2, '0')} ${name}`
}

/** One sum a group, sorted by key. */
export function sumGroups(scores: readonly CaseScore[], keyOf: (score: CaseScore) => string): readonly GroupSum[] {
  const groups = [...Map.groupBy(scores, keyOf)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return groups.map(([key, members]) => sumGroup(key, members))
}

function sumGroup(key: string, scores: readonly CaseScore[]): GroupSum {
  const tallies = scores.map(tally)
  const leaks = scores.flatMap((score) => score.leaks)
  const roots = scores.flatMap(({ rootRight }) => rootRight ?? [])
  return {
    key,
    cases: scores.length,
    leaks: leaks.length,
    found: leaks.filter(({ found }) => found).length,
    recall: share(...recallCount(tallies)),
    precision: share(...precisionCount(tallies)),
    falseAlarms: sumOf(scores, ({ falseAlarms }) => falseAlarms.length),
    healthyServiceDays: sumOf(scores, ({ healthyServiceDays }) => healthyServiceDays),
    lifeFractionMedian: quantile(lifeFractions(leaks), 0.5),
    forecastErrorMedian: quantile(forecastErrors(leaks), 0.5),
    rootRight: share(roots.filter(Boolean).length, roots.length),
  }
}

/** The sum of a number told of each. */
export function sumOf<Item>(items: readonly Item[], numberOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + numberOf(item), 0)
}

/** Of found leaks with a limit: the part of their life that had passed. */
export function lifeFractions(leaks: readonly LeakScore[]): readonly number[] {
  return leaks.flatMap(({ lifeFraction }) => lifeFraction ?? [])
}

/** Size of the error of the time left, without its sign. */
export function forecastErrors(leaks: readonly LeakScore[]): readonly number[] {
  return leaks.flatMap(({ forecast }) => (forecast === undefined ? [] : [Math.abs(forecast.error)]))
}

/** Two detectors on the same cases: by how much one differs from the other, with an interval over cases. */
import type { CaseScore, LeakScore } from './case_score.ts'
import { precisionCount, recallCount, scenarioKey, sharesOf, type Tally, tally } from './groups.ts'
import { bootstrap, type Measured, meanOf, quantile, RESAMPLING, type Resampling } from './interval.ts'

/** The other one's figure less the base's. */
export interface Difference {
  /** Means over scenarios. */
  readonly precision?: Measured
  readonly recall?: Measured
  /** Share of leaks whose culprit can be told, found or not. */
  readonly culpritRight?: Measured
  readonly culpritWrong?: Measured
  /** Median of hours by which the other one was later, over leaks that both found. */
  readonly laterHours?: Measured
}

/** One case, scored twice. */
interface Pair {
  readonly tallies: readonly [base: Tally, other: Tally]
  readonly leaks: readonly (readonly [base: LeakScore, other: LeakScore])[]
}

const HOUR_MS = 3_600_000

/**
 * Holds the scores of one detector against those of a base.
 *
 * @param base and `other`: of the same cases in the same order.
 */
export function differenceOf(
  base: readonly CaseScore[],
  other: readonly CaseScore[],
  resampling: Resampling = RESAMPLING,
): Difference {
  const cases = base.map((score, at) => ({ scenario: scenarioKey(score), pair: pairOf(score, other[at]!) }))
  const strata = [...Map.groupBy(cases, ({ scenario }) => scenario).values()].map((all) => all.map(({ pair }) => pair))
  const leaks = strata.flat().flatMap((pair) => pair.leaks)
  const told = leaks.filter(([{ identifiable }]) => identifiable !== 'nothing').length
  const measured = (statistic: (drawn: readonly (readonly Pair[])[]) => number | undefined, n: number) =>
    bootstrap(strata, statistic, n, resampling)
  return {
    precision: measured((drawn) => macroDifference(drawn, precisionCount), base.length),
    recall: measured((drawn) => macroDifference(drawn, recallCount), leaks.length),
    culpritRight: measured((drawn) => verdictDifference(drawn, 'right'), told),
    culpritWrong: measured((drawn) => verdictDifference(drawn, 'wrong'), told),
    laterHours: measured((drawn) => quantile(laterHours(drawn), 0.5), laterHours(strata).length),
  }
}

function pairOf(base: CaseScore, other: CaseScore): Pair {
  if (base.id !== other.id) throw new Error(`${base.id} is not ${other.id}`)
  return {
    tallies: [tally(base), tally(other)],
    leaks: base.leaks.map((leak, at) => [leak, other.leaks[at]!]),
  }
}

function macroDifference(
  drawn: readonly (readonly Pair[])[],
  countOf: Parameters<typeof sharesOf>[1],
): number | undefined {
  const [base, other] = [0, 1].map((side) =>
    meanOf(
      sharesOf(
        drawn.map((pairs) => pairs.map(({ tallies }) => tallies[side]!)),
        countOf,
      ),
    ),
  )
  return base === undefined || other === undefined ? undefined : other - base
}

function verdictDifference(drawn: readonly (readonly Pair[])[], verdict: 'right' | 'wrong'): number | undefined {
  const told = drawn.flat().flatMap(({ leaks }) => leaks.filter(([{ identifiable }]) => identifiable !== 'nothing'))
  const is = ({ culprit }: LeakScore) => Number(culprit?.verdict === verdict)
  return meanOf(told.map(([base, other]) => is(other) - is(base)))
}

function laterHours(drawn: readonly (readonly Pair[])[]): readonly number[] {
  const leaks = drawn.flat().flatMap((pair) => pair.leaks)
  return leaks.flatMap(([base, other]) =>
    base.detectMs === undefined || other.detectMs === undefined ? [] : [(other.detectMs - base.detectMs) / HOUR_MS],
  )
}

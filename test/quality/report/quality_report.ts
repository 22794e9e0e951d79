/** Everything a run of the benchmark has to say, before it is drawn as text, JSON or pages. */
import { type Bar, barsOf } from '../score/bars.ts'
import type { CaseScore } from '../score/case_score.ts'
import { type Difference, differenceOf } from '../score/difference.ts'
import { type Failure, failuresOf } from '../score/failures.ts'
import type { Measured } from '../score/interval.ts'
import type { RootScore } from '../score/root_service.ts'
import { type Summary, shareTrue, sumScores } from '../score/sum.ts'

/** The scores of one detector over all cases. */
export interface DetectorScores {
  readonly name: string
  readonly scores: readonly CaseScore[]
}

/** The scores of one ranking of services over all cases with a leak. */
export interface RankingScores {
  readonly name: string
  readonly scores: readonly RootScore[]
}

/** How often the first suspect is a leaking service. */
export interface RootSum {
  readonly name: string
  /** When ours first says anything. */
  readonly first?: Measured
  /** When the first leak of the run comes to its end. */
  readonly last?: Measured
}

/** Ours without one part, and how it differs from ours. */
export interface AblationSum extends DetectorSum {
  readonly difference: Difference
}

/** One detector, summed up. */
export interface DetectorSum {
  readonly name: string
  readonly summary: Summary
}

/** A whole run. */
export interface QualityReport {
  readonly bars: readonly Bar[]
  readonly ours: Summary
  readonly failures: readonly Failure[]
  /** Ours first, then those it is compared with. */
  readonly detectors: readonly DetectorSum[]
  /** Ours first, then rankings; empty without rankings. */
  readonly roots: readonly RootSum[]
  readonly ablations: readonly AblationSum[]
}

/** What a report may hold beside the detectors. */
export interface Beside {
  /** Bars that simulated cases cannot answer by themselves: cost, real recordings, sampling. */
  readonly bars?: readonly Bar[]
  /** What is asked for the leaking service at the same moments as ours. */
  readonly rankings?: readonly RankingScores[]
  /** Ours with a part left out, of the same cases in the same order. */
  readonly ablations?: readonly DetectorScores[]
}

/** Sums up a run. */
export function qualityReport(
  ours: DetectorScores,
  others: readonly DetectorScores[],
  { bars = [], rankings = [], ablations = [] }: Beside = {},
): QualityReport {
  const summary = sumScores(ours.scores)
  return {
    bars: [...barsOf(summary), ...bars],
    ours: summary,
    failures: failuresOf(ours.scores),
    detectors: [
      { name: ours.name, summary },
      ...others.map(({ name, scores }) => ({ name, summary: sumScores(scores) })),
    ],
    roots: rankings.length === 0 ? [] : [oursOf(ours.name, summary), ...rankings.map(rootSum)],
    ablations: ablations.map(({ name, scores }) => ({
      name,
      summary: sumScores(scores),
      difference: differenceOf(ours.scores, scores),
    })),
  }
}

function oursOf(name: string, { rootRight, rootRightAtLast }: Summary): RootSum {
  return { name, ...(rootRight && { first: rootRight }), ...(rootRightAtLast && { last: rootRightAtLast }) }
}

function rootSum({ name, scores }: RankingScores): RootSum {
  const first = shareTrue(scores.map((score) => score.first))
  const last = shareTrue(scores.map((score) => score.last))
  return { name, ...(first && { first }), ...(last && { last }) }
}

/** Everything a run of the benchmark has to say, before it is drawn as text, JSON or pages. */
import { type Bar, barsOf } from '../score/bars.ts'
import type { CaseScore } from '../score/case_score.ts'
import { type Failure, failuresOf } from '../score/failures.ts'
import { type Summary, sumScores } from '../score/sum.ts'

/** The scores of one detector over all cases. */
export interface DetectorScores {
  readonly name: string
  readonly scores: readonly CaseScore[]
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
}

/**
 * Sums up a run.
 *
 * @param measuredElsewhere bars that simulated cases cannot answer: cost, real recordings, sampling.
 */
export function qualityReport(
  ours: DetectorScores,
  others: readonly DetectorScores[],
  measuredElsewhere: readonly Bar[] = [],
): QualityReport {
  const summary = sumScores(ours.scores)
  return {
    bars: [...barsOf(summary), ...measuredElsewhere],
    ours: summary,
    failures: failuresOf(ours.scores),
    detectors: [
      { name: ours.name, summary },
      ...others.map(({ name, scores }) => ({ name, summary: sumScores(scores) })),
    ],
  }
}

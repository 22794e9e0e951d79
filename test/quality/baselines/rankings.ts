/** The rankings of services that ours is held against, and how they are asked. */
import type { Case, Statement } from '../case.ts'
import { type RootScore, scoreRanking } from '../score/root_service.ts'
import { largestRelativeGrowth, robustZScore } from './root_cause.ts'
import type { SeriesSet } from './series.ts'

/** Orders services by suspicion. */
export interface Ranking {
  readonly name: string
  /** Services, the suspect first. Sees what was told before `atMs`; of the truth, the first onset alone. */
  rank(set: SeriesSet, atMs: number, onsetMs: number): readonly string[]
}

/** In the order of the report. The last one is told what nobody knows: a bound for what the z-score can do. */
export const RANKINGS: readonly Ranking[] = [
  { name: 'largest_relative_growth', rank: (set, atMs) => largestRelativeGrowth(set, atMs) },
  { name: 'robust_z_score', rank: (set, atMs) => robustZScore(set, atMs) },
  { name: 'robust_z_score_told_onset', rank: (set, atMs, onsetMs) => robustZScore(set, atMs, onsetMs) },
]

/** What each ranking is worth on a run, by its name; none on a run without a leak. */
export function runRankings(
  run: Omit<Case, 'telemetry'>,
  set: SeriesSet,
  said: readonly Statement[],
): readonly (readonly [ranking: string, score: RootScore])[] {
  if (run.leaks.length === 0) return []
  const onsetMs = Math.min(...run.leaks.map((leak) => leak.onsetMs))
  return RANKINGS.map(({ name, rank }) => [name, scoreRanking(run, said, (atMs) => rank(set, atMs, onsetMs))])
}

/** From the results of all cases to the report. */
import type { CaseResult } from './case_job.ts'
import { SAMPLING, sidesOf } from './pairs.ts'
import { type DetectorScores, type QualityReport, qualityReport, type RankingScores } from './report/quality_report.ts'
import { samplingBars } from './score/bars.ts'

/** Ours beside whoever else watched. */
export function reportOf(results: readonly CaseResult[]): QualityReport {
  return qualityReport(detectorOf(results, 0), othersOf(results), {
    rankings: rankingsOf(results),
    ablations: ablationsOf(results),
  })
}

/** Ours with all traces, beside ours with sampled ones. @param results in the order of `pairNames`. */
export function samplingReport(results: readonly CaseResult[]): QualityReport {
  const { name, scores } = detectorOf(results, 0)
  const [all, sampled] = sidesOf(scores)
  const side = (how: string) => `${name} ${how}`
  return qualityReport({ name: side(SAMPLING.base), scores: all }, [{ name: side(SAMPLING.other), scores: sampled }], {
    bars: samplingBars(all, sampled),
  })
}

function detectorOf(all: readonly CaseResult[], at: number): DetectorScores {
  return { name: all[0]!.scores[at]![0], scores: all.map(({ scores }) => scores[at]![1]) }
}

function othersOf(all: readonly CaseResult[]): DetectorScores[] {
  return all[0]!.scores.slice(1).map((_, at) => detectorOf(all, at + 1))
}

function ablationsOf(all: readonly CaseResult[]): DetectorScores[] {
  return all[0]!.ablations.map(({ name }, at) => ({ name, scores: all.map((result) => result.ablations[at]!.score) }))
}

function rankingsOf(all: readonly CaseResult[]): RankingScores[] {
  const told = Map.groupBy(
    all.flatMap(({ rankings }) => rankings),
    ([ranking]) => ranking,
  )
  return [...told].map(([name, scores]) => ({ name, scores: scores.map(([, score]) => score) }))
}

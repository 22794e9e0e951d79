/** Which service is it? Asked twice: when first anybody is suspected, and when the first leak comes to its end. */
import type { Statement } from '../case.ts'
import type { Run } from './case_score.ts'
import { type Episode, episodesOf, isOpenAt } from './episodes.ts'

/** When a run is asked for the leaking service, milliseconds since 1970. */
export interface RootMoments {
  /** From the first onset on, the first moment at which anything is said; absent when nothing is. */
  readonly firstMs?: number
  /** A step before the first leak is fixed, or hits its limit, or the run ends; absent without a leak. */
  readonly lastMs?: number
}

/** Both moments, by what one detector said. */
export function rootMoments({ leaks, endMs, stepMs }: Run, episodes: readonly Episode[]): RootMoments {
  if (leaks.length === 0) return {}
  const onsetMs = Math.min(...leaks.map((leak) => leak.onsetMs))
  const lastMs =
    Math.min(endMs, ...leaks.map(({ untilMs, exhaustMs = endMs }) => Math.min(untilMs, exhaustMs))) - stepMs
  const first = episodes.find(({ endedMs }) => endedMs === undefined || endedMs > onsetMs)
  return { lastMs, ...(first !== undefined && { firstMs: Math.max(first.startMs, onsetMs) }) }
}

/** The service of the open episode with the greatest severity at that moment, then of the oldest. */
export function suspectAt(episodes: readonly Episode[], atMs: number): string | undefined {
  const severityThen = ({ alarms }: Episode) => alarms.findLast((said) => said.atMs <= atMs)?.severity ?? 0
  const [worst] = episodes
    .filter((episode) => isOpenAt(episode, atMs))
    .toSorted((a, b) => severityThen(b) - severityThen(a) || a.startMs - b.startMs)
  return worst?.service
}

/** Does it leak? */
export function isRoot({ leaks }: Run, service: string | undefined): boolean {
  return leaks.some((leak) => leak.service === service)
}

/** Was the leaking service named at both moments? Absent where there was nothing to ask. */
export interface RootScore {
  readonly first?: boolean
  readonly last?: boolean
}

/**
 * Scores a ranking, which has no alarm of its own: it is asked when the detector that said this is, and its first
 * service counts.
 *
 * @param rank services at a moment, the suspect first; none is the wrong answer.
 */
export function scoreRanking(
  run: Run,
  said: readonly Statement[],
  rank: (atMs: number) => readonly string[],
): RootScore {
  const { firstMs, lastMs } = rootMoments(run, episodesOf(said.filter(({ atMs }) => atMs <= run.endMs)))
  return {
    ...(firstMs !== undefined && { first: isRoot(run, rank(firstMs)[0]) }),
    ...(lastMs !== undefined && { last: isRoot(run, rank(lastMs)[0]) }),
  }
}

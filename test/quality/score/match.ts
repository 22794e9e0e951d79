/**
 * Which alarm is which leak. Pure: the truth of a run and what a detector said go in, numbers come out. The rules,
 * S1 to S12, are in README.md.
 */
import type { Statement, TrueLeak } from '../case.ts'
import type { CalibrationPair, CaseScore, FalseAlarm, FalseReason, Run } from './case_score.ts'
import { type Episode, episodesOf } from './episodes.ts'
import { judgeLeak } from './judge.ts'
import { isRoot, rootMoments, suspectAt } from './root_service.ts'

const DAY_MS = 86_400_000

/** Where an episode belongs. */
interface Matching {
  /** For each leak, in the order of the truth, its episodes, oldest first. */
  readonly found: readonly (readonly Episode[])[]
  /** For each leak, episodes that began when its limit had been reached. */
  readonly late: readonly (readonly Episode[])[]
  readonly wrong: readonly Episode[]
}

/** Scores what one detector said of one run. */
export function scoreCase(run: Run, statements: readonly Statement[]): CaseScore {
  const episodes = episodesOf(statements.filter(({ atMs }) => atMs <= run.endMs))
  const { found, late, wrong } = matchEpisodes(run, episodes)
  return {
    id: run.id,
    scenario: run.scenario,
    name: run.name,
    severity: run.severity,
    disturbance: run.disturbance,
    startMs: run.startMs,
    leaks: run.leaks.map((leak, at) => judgeLeak(run, leak, found[at]!, late[at]!)),
    falseAlarms: wrong.map((episode) => falseAlarm(run, episode)),
    healthyServiceDays: healthyMs(run) / DAY_MS,
    ...judgeRoots(run, episodes),
    calibration: calibrationPairs(episodes, new Set(wrong)),
  }
}

function matchEpisodes(run: Run, episodes: readonly Episode[]): Matching {
  const found: Episode[][] = run.leaks.map(() => [])
  const late: Episode[][] = run.leaks.map(() => [])
  const wrong: Episode[] = []
  for (const episode of episodes) {
    const claims = [...run.leaks.keys()]
      .filter((at) => answersFor(run, run.leaks[at]!, episode))
      .toSorted((a, b) => byClaim(run.leaks, found, a, b))
    const inTime = claims.find((at) => !isAfterLimit(run.leaks[at]!, episode))
    if (inTime !== undefined) found[inTime]!.push(episode)
    else if (claims[0] !== undefined) late[claims[0]]!.push(episode)
    else wrong.push(episode)
  }
  return { found, late, wrong }
}

/** Right service, right resource, and not said before there was anything to say: one step may lie between the clocks. */
function answersFor(run: Run, leak: TrueLeak, { service, resource, startMs }: Episode): boolean {
  return leak.service === service && leak.resources.includes(resource) && startMs >= leak.onsetMs - run.stepMs
}

function isAfterLimit({ exhaustMs }: TrueLeak, { startMs }: Episode): boolean {
  return exhaustMs !== undefined && startMs > exhaustMs
}

/** Of two leaks one episode may stand for, that not yet found goes first, then the more particular, then the older. */
function byClaim(leaks: readonly TrueLeak[], found: readonly Episode[][], a: number, b: number): number {
  const newness = Math.sign(found[a]!.length) - Math.sign(found[b]!.length)
  return newness || leaks[a]!.resources.length - leaks[b]!.resources.length || leaks[a]!.onsetMs - leaks[b]!.onsetMs
}

function falseAlarm(run: Run, episode: Episode): FalseAlarm {
  const { service, resource, startMs, endedMs, alarms } = episode
  const confidence = alarms.findLast((said) => said.confidence !== undefined)?.confidence
  return {
    service,
    resource,
    atMs: startMs,
    reason: falseReason(run, episode),
    ...(endedMs === undefined ? {} : { endedMs }),
    ...(confidence === undefined ? {} : { confidence }),
  }
}

function falseReason({ leaks, stepMs }: Run, { service, startMs }: Episode): FalseReason {
  if (leaks.length === 0) return 'no_leak'
  const own = leaks.filter((leak) => leak.service === service)
  if (own.length === 0) return 'victim'
  return own.every(({ onsetMs }) => startMs < onsetMs - stepMs) ? 'before_onset' : 'wrong_resource'
}

function healthyMs({ services, leaks, startMs, endMs }: Run): number {
  return services.reduce((sum, service) => {
    const onsets = leaks.filter((leak) => leak.service === service).map(({ onsetMs }) => onsetMs)
    return sum + Math.max(0, Math.min(endMs, ...onsets) - startMs)
  }, 0)
}

/** Nobody suspected is no answer to the first question, and the wrong one to the last. */
function judgeRoots(run: Run, episodes: readonly Episode[]): Pick<CaseScore, 'rootRight' | 'rootRightAtLast'> {
  const { firstMs, lastMs } = rootMoments(run, episodes)
  return {
    ...(firstMs !== undefined && { rootRight: isRoot(run, suspectAt(episodes, firstMs)) }),
    ...(lastMs !== undefined && { rootRightAtLast: isRoot(run, suspectAt(episodes, lastMs)) }),
  }
}

function calibrationPairs(episodes: readonly Episode[], wrong: ReadonlySet<Episode>): readonly CalibrationPair[] {
  return episodes.flatMap((episode) => {
    const said = episode.alarms.flatMap(({ confidence }) => (confidence === undefined ? [] : [confidence]))
    return said.length === 0 ? [] : [{ opened: said[0]!, final: said.at(-1)!, right: !wrong.has(episode) }]
  })
}

/** How well one leak was told: when, how fast, since when, how long still, who. */
import type { LeakResource } from '../../../processor/leak_detector/detect/evidence.ts'
import type { Statement, TrueLeak } from '../case.ts'
import type { ForecastScore, LeakScore, Run } from './case_score.ts'
import { culpritText, judgeCulprit } from './culprit.ts'
import { type Episode, isOpenAt } from './episodes.ts'
import { holds, ratioOf } from './ratio.ts'

const BYTES: readonly LeakResource[] = ['memory', 'heap', 'native']

/**
 * Scores one leak.
 *
 * @param found its alarm episodes, oldest first; none: it was missed.
 * @param late episodes that began after its limit.
 */
export function judgeLeak(run: Run, leak: TrueLeak, found: readonly Episode[], late: readonly Episode[]): LeakScore {
  const truth = {
    service: leak.service,
    resource: leak.resources[0]!,
    onsetMs: leak.onsetMs,
    exhausts: leak.exhaustMs !== undefined,
    identifiable: leak.identifiable,
    culpritTruth: leak.culprit && culpritText(leak.culprit.caller, leak.culprit.operation),
    realarms: Math.max(0, found.length - 1),
  }
  if (found.length === 0) return without({ ...truth, found: false, lateMs: late[0]?.startMs })
  const detectMs = found[0]!.startMs
  return without({
    ...truth,
    found: true,
    detectMs,
    lifeFraction: lifeFraction(leak, detectMs),
    withdrawn: isWithdrawn(run, leak, found),
    endedAfterFix: leak.untilMs < run.endMs ? !found.some((episode) => isOpenAt(episode, run.endMs)) : undefined,
    forecast: judgeForecast(run, leak, found),
    ...judgeWords(leak, found),
  })
}

/** Is nothing said of it a step before it is fixed, or hits its limit, or the run ends? Absent when found later. */
function isWithdrawn(run: Run, leak: TrueLeak, found: readonly Episode[]): boolean | undefined {
  const lastMs = Math.min(leak.untilMs, leak.exhaustMs ?? run.endMs, run.endMs) - run.stepMs
  return found[0]!.startMs > lastMs ? undefined : !found.some((episode) => isOpenAt(episode, lastMs))
}

function lifeFraction({ onsetMs, exhaustMs }: TrueLeak, detectMs: number): number | undefined {
  return exhaustMs === undefined ? undefined : Math.max(0, (detectMs - onsetMs) / (exhaustMs - onsetMs))
}

/** What was said last while it went on; or first after that, when nothing was said before. */
function lastWord<Field extends keyof Statement>(
  leak: TrueLeak,
  said: readonly Statement[],
  field: Field,
): Statement[Field] | undefined {
  const speaking = said.filter((statement) => statement[field] !== undefined)
  return (speaking.findLast(({ atMs }) => atMs <= leak.untilMs) ?? speaking[0])?.[field]
}

function judgeWords(leak: TrueLeak, found: readonly Episode[]) {
  const said = found.flatMap(({ alarms }) => alarms).toSorted((a, b) => a.atMs - b.atMs)
  const perSecond = lastWord(
    leak,
    said.filter(({ resource }) => isSameUnit(resource, leak.resources[0]!)),
    'perSecond',
  )
  const onset = lastWord(leak, said, 'onsetMs')
  const kind = lastWord(leak, said, 'kind')
  const culprit = lastWord(leak, said, 'culprit')
  return {
    rate: perSecond && ratioOf(perSecond, leak.perSecond),
    onsetHolds: onset && holds(onset, leak.onsetMs),
    onsetErrorMs: onset && onset.value - leak.onsetMs,
    kindRight: kind === 'request_driven' || kind === 'time_driven' ? kind === leak.kind : undefined,
    confidence: lastWord(leak, said, 'confidence'),
    ...judgeCulprit(leak, culprit),
  }
}

function isSameUnit(a: LeakResource, b: LeakResource): boolean {
  return BYTES.includes(a) === BYTES.includes(b)
}

/** Asked once, in the middle of the leak's life, of what is said at that moment. */
function judgeForecast(run: Run, leak: TrueLeak, found: readonly Episode[]): ForecastScore | undefined {
  if (leak.exhaustMs === undefined) return undefined
  const halfMs = (leak.onsetMs + leak.exhaustMs) / 2
  if (halfMs > Math.min(leak.untilMs, run.endMs)) return undefined
  const said = found.filter((episode) => isOpenAt(episode, halfMs)).flatMap(({ alarms }) => alarms)
  const [forecast] = said
    .filter(({ atMs, exhaustMs }) => atMs <= halfMs && exhaustMs !== undefined)
    .toSorted((a, b) => b.atMs - a.atMs)
  if (forecast === undefined) return undefined
  const left = leak.exhaustMs - halfMs
  return {
    error: (forecast.exhaustMs!.value - leak.exhaustMs) / left,
    holds: holds(forecast.exhaustMs!, leak.exhaustMs),
  }
}

/** Leaves out what is undefined: JSON would, and equal scores have to look equal. */
function without(score: { readonly [Field in keyof LeakScore]: LeakScore[Field] | undefined }): LeakScore {
  return Object.fromEntries(Object.entries(score).filter(([, value]) => value !== undefined)) as unknown as LeakScore
}

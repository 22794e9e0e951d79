/** What went wrong, case by case, in words: failures are listed, not averaged away. */
import type { CaseScore, FalseAlarm, FalseReason, LeakScore } from './case_score.ts'
import { EARLY } from './sum.ts'

/** What can go wrong, the gravest first. */
export const FAILURE_KINDS = [
  'missed',
  'false alarm',
  'wrong culprit',
  'wrong first suspect',
  'withdrawn',
  'late',
  'not ended',
] as const

/** One of them. */
export type FailureKind = (typeof FAILURE_KINDS)[number]

/** One thing that went wrong in one case. */
export interface Failure {
  readonly caseId: string
  readonly kind: FailureKind
  /** In words, with service, time and names. */
  readonly reason: string
}

type Reason = Omit<Failure, 'caseId'>

const HOUR_MS = 3_600_000

const WHY: Readonly<Record<FalseReason, string>> = {
  no_leak: 'nothing leaks',
  victim: 'another service leaks',
  before_onset: 'before the leak began',
  wrong_resource: 'wrong resource',
}

/** All failures, gravest kind first, then in the order of the cases; times are hours of the run. */
export function failuresOf(scores: readonly CaseScore[]): readonly Failure[] {
  const failures = scores.flatMap((score) => {
    const hour = (atMs: number) => `${((atMs - score.startMs) / HOUR_MS).toFixed(1)} h`
    const reasons = [
      ...score.leaks.flatMap((leak) => leakFailures(leak, hour)),
      ...score.falseAlarms.map((alarm) => alarmFailure(alarm, hour)),
      ...(score.rootRight === false ? [failed('wrong first suspect', 'another service was the first suspect')] : []),
    ]
    return reasons.map((reason) => ({ caseId: score.id, ...reason }))
  })
  return failures.toSorted((a, b) => FAILURE_KINDS.indexOf(a.kind) - FAILURE_KINDS.indexOf(b.kind))
}

function failed(kind: FailureKind, reason: string): Reason {
  return { kind, reason }
}

function alarmFailure({ service, resource, atMs, reason }: FalseAlarm, hour: (atMs: number) => string): Reason {
  return failed('false alarm', `false alarm on ${service} ${resource} at ${hour(atMs)}: ${WHY[reason]}`)
}

function leakFailures(leak: LeakScore, hour: (atMs: number) => string): readonly Reason[] {
  const name = `${leak.service} ${leak.resource}`
  if (leak.lateMs !== undefined) {
    return [failed('missed', `missed ${name}: said at ${hour(leak.lateMs)}, after the limit was reached`)]
  }
  if (!leak.found) return [failed('missed', `missed ${name}`)]
  const { lifeFraction = 0, culprit } = leak
  const reasons: Reason[] = []
  if (culprit?.verdict === 'wrong') {
    reasons.push(failed('wrong culprit', `wrong culprit of ${name}: said ${culprit.said}${truthOf(leak)}`))
  }
  if (leak.withdrawn) reasons.push(failed('withdrawn', `withdrew ${name} while it leaked`))
  if (lifeFraction >= EARLY)
    reasons.push(failed('late', `late ${name}: ${Math.round(lifeFraction * 100)} % of its life`))
  if (leak.endedAfterFix === false) {
    reasons.push(failed('not ended', `still says ${name} at the end, after the fix`))
  }
  return reasons
}

function truthOf({ identifiable, culpritTruth }: LeakScore): string {
  if (identifiable === 'nothing') return ', where nothing can be told'
  return ` instead of ${culpritTruth ?? 'nobody'}`
}

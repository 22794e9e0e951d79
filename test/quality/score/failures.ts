/** What went wrong, case by case, in words: failures are listed, not averaged away. */
import type { CaseScore, FalseAlarm, FalseReason, LeakScore } from './case_score.ts'
import { EARLY } from './sum.ts'

/** One thing that went wrong in one case. */
export interface Failure {
  readonly caseId: string
  readonly reason: string
}

const HOUR_MS = 3_600_000

const WHY: Readonly<Record<FalseReason, string>> = {
  no_leak: 'nothing leaks',
  victim: 'another service leaks',
  before_onset: 'before the leak began',
  wrong_resource: 'wrong resource',
}

/** All failures, in the order of the cases; times are hours of the run. */
export function failuresOf(scores: readonly CaseScore[]): readonly Failure[] {
  return scores.flatMap((score) => {
    const hour = (atMs: number) => `${((atMs - score.startMs) / HOUR_MS).toFixed(1)} h`
    const reasons = [
      ...score.leaks.flatMap((leak) => leakFailures(leak, hour)),
      ...score.falseAlarms.map((alarm) => alarmFailure(alarm, hour)),
      ...(score.rootRight === false ? ['another service was the first suspect'] : []),
    ]
    return reasons.map((reason) => ({ caseId: score.id, reason }))
  })
}

function alarmFailure({ service, resource, atMs, reason }: FalseAlarm, hour: (atMs: number) => string): string {
  return `false alarm on ${service} ${resource} at ${hour(atMs)}: ${WHY[reason]}`
}

function leakFailures(leak: LeakScore, hour: (atMs: number) => string): readonly string[] {
  const name = `${leak.service} ${leak.resource}`
  if (leak.lateMs !== undefined) return [`missed ${name}: said at ${hour(leak.lateMs)}, after the limit was reached`]
  if (!leak.found) return [`missed ${name}`]
  const { lifeFraction = 0, culprit } = leak
  const blame = culprit?.verdict === 'wrong' ? [`wrong culprit of ${name}: said ${culprit.said}${truthOf(leak)}`] : []
  return [
    ...(lifeFraction >= EARLY ? [`late ${name}: ${Math.round(lifeFraction * 100)} % of its life`] : []),
    ...(leak.withdrawn ? [`withdrew ${name} while it leaked`] : []),
    ...(leak.endedAfterFix === false ? [`still says ${name} at the end, after the fix`] : []),
    ...blame,
  ]
}

function truthOf({ identifiable, culpritTruth }: LeakScore): string {
  return identifiable === 'nothing' ? ', where nothing can be told' : ` instead of ${culpritTruth}`
}

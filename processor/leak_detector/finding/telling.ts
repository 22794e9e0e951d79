/**
 * What is worth an event.
 *
 * Someone is woken, or reads it in a channel: an update is said when the answer changed (how bad, who, how many, how
 * long), not when a digit did, and at most every ten minutes. Two changes need not wait for ten minutes after `opened`:
 * it has become worse, or the culprit has been found.
 */
import { culpritOf, type Finding, nearestLimit, timeLeft } from './finding.ts'
import { TIME_LEFT_CHANGE, UPDATE_EVERY_MS } from './settings.ts'

/** What was last told of a finding. Plain data. */
export interface Told {
  readonly state: Finding['state']
  readonly severity: number
  /** Operation and caller; '' none named. */
  readonly culprit: string
  readonly affected: number
  readonly timeLeftSeconds?: number
  readonly atMs: number
  /** When the last `updated` was told; absent before the first. */
  readonly updatedMs?: number
}

/** What is remembered of a telling, to know when the next one is worth its while. */
export function tell(finding: Finding, before: Told | undefined): Told {
  const left = timeLeft(nearestLimit(finding))?.value
  return {
    state: finding.state,
    severity: finding.severity,
    culprit: culpritText(finding),
    affected: finding.carrier.verdict.growth.affectedInstances.length,
    ...(left !== undefined && { timeLeftSeconds: left }),
    atMs: finding.atMs,
    ...(before !== undefined && { updatedMs: finding.atMs }),
  }
}

function culpritText(finding: Finding): string {
  const culprit = culpritOf(finding)
  return culprit === undefined ? '' : `${culprit.operation}\u0000${culprit.caller ?? '?'}`
}

/** Is there something new, and may it be said now? */
export function isWorthTelling(finding: Finding, told: Told): boolean {
  const now = tell(finding, told)
  const worse = now.severity > told.severity || rank(now.state) > rank(told.state)
  const found = told.culprit === '' && now.culprit !== ''
  if (worse || found) return finding.atMs - (told.updatedMs ?? Number.NEGATIVE_INFINITY) >= UPDATE_EVERY_MS
  const changed =
    now.state !== told.state ||
    now.severity !== told.severity ||
    now.culprit !== told.culprit ||
    now.affected !== told.affected ||
    timeLeftChanged(now.timeLeftSeconds, told.timeLeftSeconds)
  return changed && finding.atMs - told.atMs >= UPDATE_EVERY_MS
}

function rank(state: Finding['state']): number {
  return ['suspected', 'open', 'critical'].indexOf(state)
}

function timeLeftChanged(now: number | undefined, told: number | undefined): boolean {
  if (now === undefined || told === undefined) return now !== told
  return Math.abs(now - told) > TIME_LEFT_CHANGE * Math.abs(told)
}

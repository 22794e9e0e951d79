/**
 * The life of a finding.
 *
 *   suspected → open ⇄ critical → resolved
 *        any of them → suppressed
 *
 * What happens in a step is boiled down to one signal; the table says where it leads. Ends are final: a leak that comes
 * back is the next episode of the same fingerprint.
 */
import type { FindingReason, FindingState, LiveState, Resolution, Severity, Symptom } from './finding.ts'
import {
  CRITICAL_UNDER_SECONDS,
  EXHAUSTED_FOR_MS,
  INFO_OVER_SECONDS,
  KILLED_REPEATEDLY,
  type LedgerSettings,
} from './settings.ts'
import { isGrowing, reasonsOf, type Track } from './track.ts'

/**
 * `urgent`: a leak with less than an hour left, killed repeatedly, or exhausted. `leaking`: a leak. `wavering`: nothing
 * that decides. `explained`: for long enough, growth with a harmless cause. `over`: for long enough, no growth.
 */
export type Signal = 'urgent' | 'leaking' | 'wavering' | 'explained' | 'over'

/** Total on purpose: a new state or signal does not compile until someone decides. */
export const LIFE: Readonly<Record<FindingState, Readonly<Record<Signal, FindingState>>>> = {
  suspected: { urgent: 'critical', leaking: 'open', wavering: 'suspected', explained: 'suppressed', over: 'resolved' },
  open: { urgent: 'critical', leaking: 'open', wavering: 'open', explained: 'suppressed', over: 'resolved' },
  critical: { urgent: 'critical', leaking: 'open', wavering: 'critical', explained: 'suppressed', over: 'resolved' },
  resolved: { urgent: 'resolved', leaking: 'resolved', wavering: 'resolved', explained: 'resolved', over: 'resolved' },
  suppressed: {
    urgent: 'suppressed',
    leaking: 'suppressed',
    wavering: 'suppressed',
    explained: 'suppressed',
    over: 'suppressed',
  },
}

/** What a live finding has seen. Plain data, changed in place by its ledger. */
export interface Course {
  state: LiveState
  /** Steps at which it grew. */
  grownSteps: number
  /** Steps since, at which something was seen, and it was not growth. */
  stillSteps: number
  explainedSteps: number
  /** Steps in a row without data. */
  silentSteps: number
  /** Steps for which it has been ready to open and waited for a culprit. */
  waitedSteps: number
  grewMs: number
  exhaustions: number
  /** Until then it counts as exhausted now. */
  exhaustedUntilMs: number
  /** The limit was hit, or the process killed, in this episode. */
  detected: boolean
  reasons: readonly FindingReason[]
}

/** The course of a leak that is suspected from `atMs`, event time in milliseconds. */
export function startCourse(atMs: number): Course {
  const steps = { grownSteps: 0, stillSteps: 0, explainedSteps: 0, silentSteps: 0, waitedSteps: 0 }
  return {
    state: 'suspected',
    ...steps,
    grewMs: atMs,
    exhaustions: 0,
    exhaustedUntilMs: 0,
    detected: false,
    reasons: [],
  }
}

/** Takes in one step. @param members carrier first. @returns the signal of the step. */
export function observe(course: Course, members: readonly Track[], atMs: number, settings: LedgerSettings): Signal {
  countSteps(course, members, atMs)
  const hit = noteExhaustion(course, members, atMs)
  if (isExplained(course, settings)) return 'explained'
  if (isOver(course, members, settings)) return 'over'
  const grows = course.grewMs === atMs
  if (!grows && !hit) return 'wavering'
  if (course.state === 'suspected' && !hit && !isReady(members, settings)) return 'wavering'
  const urgent = isUrgent(course, members, atMs)
  const mayWait = course.state === 'suspected' && (!urgent || (!hit && hasTimeToWait(members, settings)))
  if (mayWait && waitsForCulprit(course, members, settings)) return 'wavering'
  return urgent ? 'urgent' : 'leaking'
}

function countSteps(course: Course, members: readonly Track[], atMs: number): void {
  const seen = speaker(members)
  course.silentSteps = seen.observation === 'silent' ? course.silentSteps + 1 : 0
  switch (seen.observation) {
    case 'strong':
    case 'weak':
      course.grownSteps += 1
      course.grewMs = atMs
      course.stillSteps = 0
      course.explainedSteps = 0
      return
    case 'faint':
      // Neither growth nor its end; but what is only suspected has to keep proving itself.
      if (course.state === 'suspected') course.stillSteps += 1
      return
    case 'explained':
      course.explainedSteps += 1
      course.stillSteps += 1
      course.reasons = reasonsOf(seen.latest)
      return
    case 'still':
      course.stillSteps += 1
      return
    case 'silent':
      return
  }
}

/**
 * Whose observation counts: the carrier's, when it has one. Another symptom that goes on growing after the carrier has
 * stopped was another leak, and becomes its own finding when this one ends.
 */
function speaker(members: readonly Track[]): Track {
  const carrier = members[0]!
  if (carrier.observation !== 'silent' && carrier.observation !== 'faint') return carrier
  return members.find(isGrowing) ?? members.find(({ observation }) => observation !== 'silent') ?? carrier
}

/** @returns whether the limit was hit in this step. */
function noteExhaustion(course: Course, members: readonly Track[], atMs: number): boolean {
  const kills = Math.max(...members.map((track) => track.latest.exhaustions))
  const full = course.grewMs === atMs && members.some(({ growing }) => isFull(growing))
  const hit = kills > course.exhaustions || full
  if (hit) {
    course.detected = true
    course.exhaustedUntilMs = atMs + EXHAUSTED_FOR_MS
    course.stillSteps = 0
    course.explainedSteps = 0
  }
  course.exhaustions = Math.max(course.exhaustions, kills)
  return hit
}

function isFull(symptom: Symptom): boolean {
  const { growth } = symptom.verdict
  return (
    (growth.exhaustionSeconds !== undefined && growth.exhaustionSeconds.value <= 0) ||
    (symptom.limit !== undefined && growth.level >= symptom.limit.value)
  )
}

function isReady(members: readonly Track[], settings: LedgerSettings): boolean {
  return members.some((track) => track.strongRun >= settings.openSteps && isHeldLong(track, settings))
}

function isHeldLong({ growing, strongSinceMs }: Track, { openShare }: LedgerSettings): boolean {
  return growing.atMs - strongSinceMs >= openShare * (growing.atMs - growing.verdict.growth.onsetMs.value)
}

function isUrgent(course: Course, members: readonly Track[], atMs: number): boolean {
  if (course.exhaustions >= KILLED_REPEATEDLY || atMs < course.exhaustedUntilMs) return true
  return leastTimeLeft(members) < CRITICAL_UNDER_SECONDS
}

function leastTimeLeft(members: readonly Track[]): number {
  const growing = members.filter((track, at) => at === 0 || track.weakRun > 0)
  return Math.min(
    ...growing.map((track) => track.growing.verdict.growth.exhaustionSeconds?.value ?? Number.POSITIVE_INFINITY),
  )
}

/** Whether all the steps that are waited for a culprit are little beside the time left. */
function hasTimeToWait(members: readonly Track[], { culpritSteps }: LedgerSettings): boolean {
  const { growing, strongSinceMs, strongRun } = members[0]!
  const stepMs = (growing.atMs - strongSinceMs) / Math.max(1, strongRun - 1)
  return culpritSteps * stepMs <= WAIT_SHARE_MAX * leastTimeLeft(members) * 1000
}

const WAIT_SHARE_MAX = 1 / 4

function waitsForCulprit(course: Course, members: readonly Track[], settings: LedgerSettings): boolean {
  const named = members.some(
    ({ growing: { attribution } }) => attribution !== undefined && attribution.kind !== 'unknown',
  )
  if (named || course.waitedSteps >= settings.culpritSteps) return false
  course.waitedSteps += 1
  return true
}

function isExplained(course: Course, settings: LedgerSettings): boolean {
  const enough = course.state === 'suspected' ? settings.suspectSteps : settings.suppressSteps
  return course.explainedSteps >= enough
}

function isOver(course: Course, members: readonly Track[], settings: LedgerSettings): boolean {
  return course.silentSteps >= settings.goneSteps || course.stillSteps >= stillStepsNeeded(course, members, settings)
}

/**
 * How long it must be still. A leak that needs calls pauses with the traffic, so the longer it grew, the longer it has
 * to be still; one that was killed starts again from a low level and has to be still for as long as it grew. Another
 * version that does not grow needs only the least.
 */
export function stillStepsNeeded(course: Course, members: readonly Track[], settings: LedgerSettings): number {
  if (course.state === 'suspected') return settings.suspectSteps
  if (fixedBy(members[0]!) !== undefined) return settings.resolveSteps
  const share = course.exhaustions > 0 ? 1 : settings.resolveShare
  return Math.min(Math.max(Math.ceil(course.grownSteps * share), settings.resolveSteps), settings.resolveStepsMax)
}

/** The version that runs now, when it is another than the one that leaked. */
export function fixedBy(carrier: Track): string | undefined {
  const { version } = carrier.latest
  return version !== '' && version !== carrier.growing.version ? version : undefined
}

/** Why an episode is over: `leak.resolution.reason`, the surest reason first. */
export function resolutionOf(course: Course, carrier: Track, settings: LedgerSettings): Resolution {
  if (course.silentSteps >= settings.goneSteps) return 'no_data'
  if (fixedBy(carrier) !== undefined) return 'fixed_by_version'
  return (carrier.latest.restartMs ?? 0) > course.grewMs ? 'restarted' : 'growth_stopped'
}

/** Contract, section 1. @param timeLeftSeconds absent when not known. */
export function severityOf(state: FindingState, exhaustedNow: boolean, timeLeftSeconds: number | undefined): Severity {
  switch (state) {
    case 'suspected':
    case 'resolved':
    case 'suppressed':
      return 9
    case 'open':
      return timeLeftSeconds !== undefined && timeLeftSeconds > INFO_OVER_SECONDS ? 9 : 13
    case 'critical':
      return exhaustedNow ? 21 : 17
  }
}

/** Harmless explanations, each tried on a stretch that rises beyond chance. */

import type { Blocks } from './blocks.ts'
import type { CallDay } from './call_day.ts'
import { collectedTwice, isOneOfSeveral } from './cycles.ts'
import type { SuppressionReason } from './evidence.ts'
import { since, speedsUp } from './faster.ts'
import { type LoadShare, loadExplains } from './load.ts'
import type { Onset } from './onset.ts'
import { paceOf, roomOf } from './pace.ts'
import type { Question, Rise, SeriesKind } from './rise.ts'
import type { DetectSettings } from './settings.ts'
import { jumpShare, type Levelling, levelsOff } from './shape.ts'

/** What the closer look found, for facts and confidence. */
export interface CloseLook {
  readonly onset: Onset
  readonly levelling: Levelling
  readonly load?: LoadShare
  /** Pace of the stretch over the mean pace since shortly after birth. */
  readonly paceShare: number
  /** Growth over the stretch. */
  readonly growth: number
  /** It came while calls were slow. */
  readonly cameWithLatency: boolean
  /** It does not climb any more. */
  readonly hasStopped: boolean
  /** The day of the service in calls. */
  readonly callDay?: CallDay
}

/** Every reason that applies; none: the growth is not explained. */
export function explanations(
  rise: Rise,
  close: CloseLook,
  views: readonly Blocks[],
  question: Question,
): SuppressionReason[] {
  const { kind, settings } = question
  const reasons: SuppressionReason[] = []
  if (negligible(rise, close, kind, settings)) reasons.push('negligible')
  if (close.load !== undefined && loadExplains(close.load)) reasons.push('load_growth')
  if (
    levelsOff(close.levelling) ||
    close.paceShare < PACE_SHARE_MIN ||
    (!question.open && (close.hasStopped || slowsWhileYoung(rise, close)))
  ) {
    reasons.push('cache_plateau')
  }
  // What was urgent enough to open is not taken back for its youth.
  if (!question.open && (tooYoung(rise, close, question) || tooNew(rise, close, question))) reasons.push('warmup')
  if (jumpShare(rise.points.y) > JUMP_SHARE_MAX) reasons.push('step')
  if (close.cameWithLatency) reasons.push('backlog')
  if (
    isOneOfSeveral(rise, close.growth, views, question) ||
    (kind.collected && !collectedTwice(rise, views, question))
  ) {
    reasons.push('collection_cycle')
  }
  return reasons
}

const JUMP_SHARE_MAX = 0.7
const PACE_SHARE_MIN = 0.35

/** In the first days of a life a pace that seems to fall by half is reason enough to wait, sure or not. */
function slowsWhileYoung({ points }: Rise, { levelling }: CloseLook): boolean {
  const age = points.x[points.x.length - 1]!
  return age < YOUNG_SECONDS && levelling.paceRatio < YOUNG_PACE_RATIO_MIN && levelling.slowingRatio < -1
}

const YOUNG_SECONDS = 2 * 86_400
const YOUNG_PACE_RATIO_MIN = 0.55

/** Growth must show in some relation to what is there; a watch of less than half a day must show more. */
function negligible(rise: Rise, close: CloseLook, kind: SeriesKind, settings: DetectSettings): boolean {
  const { y, x } = rise.points
  const level = y[y.length - 1]!
  const watchedMs = (x[x.length - 1]! - x[0]!) * 1000
  const shareLong = kind.heap ? SHARE_MIN_HEAP : SHARE_MIN_LONG
  const share = watchedMs >= DAY_MS / 2 ? shareLong : SHARE_MIN_SHORT
  const least = kind.items ? settings.minGrowthItems : settings.minGrowthBytes
  const doublingMs = (level / rise.line.slope) * 1000
  return close.growth < least || close.growth < share * Math.abs(level) || doublingMs > settings.horizonMs
}

const DAY_MS = 86_400_000
const SHARE_MIN_LONG = 0.015
/** A heap holds little but what lives: growth of less is its wandering. */
const SHARE_MIN_HEAP = 0.05
const SHARE_MIN_SHORT = 0.08

/**
 * A young process fills its caches, and where the load is not known its first morning looks like a leak; only growth
 * that would soon be too much, and does not slow, is urgent.
 */
function tooYoung(rise: Rise, close: CloseLook, question: Question): boolean {
  const { x, y, load, callRate } = rise.points
  const age = x[x.length - 1]!
  const { patienceMs } = question.settings
  const isMidway = wasClimbing(rise, close)
  const bornMs = isMidway ? undefined : rise.view.bornMs
  const settled = Math.max(age * 1000, endMsOf(rise) - (bornMs ?? Number.POSITIVE_INFINITY)) >= patienceMs
  const sinceLowest = age - x[y.indexOf(Math.min(...y))]!
  const morning = load === undefined && callRate === undefined && age < DAY_SECONDS && sinceLowest < MORNING_SECONDS
  if (settled && !morning) return false
  if (close.levelling.paceRatio < URGENT_PACE_RATIO && close.levelling.slowingRatio < -1) return true
  if (isMidway) return !isNear(rise, close, question, age, URGENT_TIMES_MIDWAY)
  return !isUrgent(rise, close, question, age, y[0]!)
}

/**
 * It was climbing when the watch began, and its process is much older than such a climb can be: it is in one of many climbs,
 * or we have come just in time. That it has to show for as long as a new process.
 */
function wasClimbing({ view, points, line }: Rise, { onset }: CloseLook): boolean {
  if (view.bornMs === undefined || onset.low > 0) return false
  const climbMs = (points.y[points.y.length - 1]! / line.slope) * 1000
  return view.startMs - view.bornMs > OLDER_TIMES * climbMs
}

const OLDER_TIMES = 2

/**
 * Growth that has only begun may be a job, an outage, a cache on its first fill. What has time is given time: until it has
 * grown for eight hours, at the usual patience, it is told only when it is urgent.
 */
function tooNew(rise: Rise, close: CloseLook, question: Question): boolean {
  const { x, y } = rise.points
  const began = Math.max(0, close.onset.seconds)
  const grown = x[x.length - 1]! - began
  const share = (grown * 1000) / question.settings.patienceMs
  if (share >= NEW_SHARE) return false
  if (share >= NEW_SHARE_FASTER && speedsUp(rise.points, close.onset.low)) return false
  return !isUrgent(rise, close, question, grown, y[since(rise.points, began)]!)
}

const NEW_SHARE = 8 / 16
/** What grows ever faster has less time than it seems. */
const NEW_SHARE_FASTER = 3 / 16

/** Soon too much: the limit is near for the time it has been growing, or the level is several times what it was. */
function isUrgent(rise: Rise, close: CloseLook, question: Question, seconds: number, before: number): boolean {
  const { y } = rise.points
  const multiple = question.limit === undefined ? URGENT_MULTIPLE : URGENT_MULTIPLE_LIMITED
  return y[y.length - 1]! >= multiple * before || isNear(rise, close, question, seconds, URGENT_TIMES)
}

/** Is it full within so many times the time it has grown, even if the pace is a standard error less than it seems? */
function isNear(rise: Rise, close: CloseLook, { limit, kind }: Question, seconds: number, times: number): boolean {
  if (limit === undefined) return false
  const pace = paceOf(rise, close)
  const { secondsFor, relativeError } = pace.cautiousClock
  return secondsFor(Math.max(0, roomOf(pace, limit, kind))) * (1 + relativeError) <= times * seconds
}

const URGENT_TIMES = 5
/** Who may be in one of many climbs has come so far as those did and farther. */
const URGENT_TIMES_MIDWAY = 1.5
/** So many times what it began with; more where there is a limit, since that says what would be too much. */
const URGENT_MULTIPLE = 2
const URGENT_MULTIPLE_LIMITED = 4
const URGENT_PACE_RATIO = 0.85
/** A day and some margin: by then an evening has been seen. */
const DAY_SECONDS = 26 * 3600
/** Half a day and some margin: no morning rises longer. */
const MORNING_SECONDS = 13 * 3600

function endMsOf({ view }: Rise): number {
  return view.startMs + view.floor.length * view.blockMs
}

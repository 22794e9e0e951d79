/** What comes of scoring one case: plain data that survives JSON, so that workers can hand it on. */
import type { LeakResource } from '../../../processor/leak_detector/detect/evidence.ts'
import type { Case } from '../case.ts'

/** All of a case that a score may look at. */
export type Run = Omit<Case, 'telemetry'>

/** One case, one detector. */
export interface CaseScore {
  readonly id: string
  readonly scenario: number
  readonly name: string
  readonly severity: number
  readonly disturbance: string
  readonly startMs: number
  /** One for each true leak, in their order. */
  readonly leaks: readonly LeakScore[]
  /** One for each alarm episode that no leak answers for, oldest first. */
  readonly falseAlarms: readonly FalseAlarm[]
  /** Days of services without a leak, and of leaking ones before their leak. */
  readonly healthyServiceDays: number
  /** Was the first suspect a leaking service? Absent without a leak, and where nothing was said. */
  readonly rootRight?: boolean
  /** The same when a leak first comes to its end. Absent without a leak; false where nothing is said then. */
  readonly rootRightAtLast?: boolean
  readonly calibration: readonly CalibrationPair[]
}

/** An alarm episode that is not a leak. */
export interface FalseAlarm {
  readonly service: string
  readonly resource: LeakResource
  readonly atMs: number
  /** Absent: still said at the end of the run. */
  readonly endedMs?: number
  /** What was said last. */
  readonly confidence?: number
  readonly reason: FalseReason
}

/** `victim`: a healthy service, while another one of the run leaks. `no_leak`: nothing leaks in the whole run. */
export type FalseReason = 'no_leak' | 'victim' | 'before_onset' | 'wrong_resource'

/** What was said with a probability, and whether it was a leak: one for each alarm episode that says one. */
export interface CalibrationPair {
  /** Said first, when somebody may be called. */
  readonly opened: number
  /** Said last. */
  readonly final: number
  readonly right: boolean
}

/** One true leak, and what was said of it. What was not said, or cannot be judged, is absent. */
export interface LeakScore {
  readonly service: string
  readonly resource: LeakResource
  readonly onsetMs: number
  /** It has a limit to reach. */
  readonly exhausts: boolean
  readonly identifiable: 'caller' | 'operation' | 'nothing'
  /** Who does it, in words; absent when time does. */
  readonly culpritTruth?: string
  readonly found: boolean
  /** Not found, but said after its limit was reached. */
  readonly lateMs?: number
  readonly detectMs?: number
  /** Part of the time from onset to exhaustion that had passed when it was said. */
  readonly lifeFraction?: number
  /** Alarm episodes after the first. */
  readonly realarms: number
  /** Nothing was said of it any more while it went on. */
  readonly withdrawn?: boolean
  /** Only where the fix comes before the end of the run: nothing is said any more at the end. */
  readonly endedAfterFix?: boolean
  readonly rate?: RatioScore
  readonly onsetHolds?: boolean
  /** Said minus true onset, milliseconds. */
  readonly onsetErrorMs?: number
  /** Time to exhaustion, asked at half of the leak's life. */
  readonly forecast?: ForecastScore
  readonly culprit?: CulpritScore
  readonly perCall?: RatioScore
  readonly kindRight?: boolean
  /** Said last. */
  readonly confidence?: number
}

/** A quantity that was said with an interval. */
export interface RatioScore {
  /** Said through true. */
  readonly ratio: number
  /** The interval holds the truth. */
  readonly holds: boolean
}

/** What was said of the time left. */
export interface ForecastScore {
  /** Said minus true time left, through the true time left; positive: said too late. */
  readonly error: number
  /** The 80 % interval holds the truth. */
  readonly holds: boolean
}

/** What was said of the culprit. */
export interface CulpritScore {
  readonly verdict: CulpritVerdict
  /** In words, for the list of failures. */
  readonly said: string
  /** Where candidates are told: the true operation is among them. */
  readonly remainingHolds?: boolean
}

/**
 * `operation_only`: the right operation, and less (or more) of its caller than the truth. `silent`: does not speak of
 * culprits. `wrong` is also a name where nothing can be told.
 */
export type CulpritVerdict = 'right' | 'operation_only' | 'wrong' | 'abstained' | 'rightly_abstained' | 'silent'

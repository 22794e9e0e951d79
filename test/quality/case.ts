/**
 * What the quality benchmark is made of: a case is one run of a shop, told as OTLP bytes, with the truth beside it.
 * Detectors see the bytes and nothing else; scores see what they said and the truth.
 */
import type { Estimate, LeakResource } from '../../processor/leak_detector/detect/evidence.ts'

/** One export request in the order of its arrival. */
export interface Request {
  readonly signal: 'traces' | 'metrics'
  readonly bytes: Uint8Array
  /** When it arrived, milliseconds since 1970. */
  readonly timeMs: number
}

/** One run. The same id gives the same bytes on every machine. */
export interface Case {
  /** Scenario, severity, seed and disturbance: `03-one-caller/s2/17/gaps`. */
  readonly id: string
  /** Number in the list of scenarios, 1 to 43. */
  readonly scenario: number
  /** The scenario in a few words. */
  readonly name: string
  /** 1 mild to 5 hard to miss. */
  readonly severity: number
  readonly seed: number
  /** `none`, or what is done to the telemetry on its way. */
  readonly disturbance: string
  /** Interval of export, milliseconds. */
  readonly stepMs: number
  readonly startMs: number
  readonly endMs: number
  /** Names of all services that run. */
  readonly services: readonly string[]
  /** Empty where all is well. */
  readonly leaks: readonly TrueLeak[]
  /** A fresh telling each time it is asked. */
  telemetry(): Iterable<Request>
}

/** A leak that is really there. */
export interface TrueLeak {
  readonly service: string
  /** Resources that show it; any of them is right. */
  readonly resources: readonly LeakResource[]
  /** When the first byte was kept, milliseconds since 1970. */
  readonly onsetMs: number
  /** When nothing more is kept: the fix, or the end of the run. */
  readonly untilMs: number
  /** When the limit is reached if nothing changes; absent when there is no limit. May lie after the end of the run. */
  readonly exhaustMs?: number
  /** Mean growth of one leaking instance between onset and end, bytes or items a second. */
  readonly perSecond: number
  readonly kind: 'request_driven' | 'time_driven'
  /** Who keeps the bytes; absent when time drives the leak. */
  readonly culprit?: TrueCulprit
  /** What can be told from the telemetry at all. */
  readonly identifiable: 'caller' | 'operation' | 'nothing'
}

/** The call that keeps something behind. */
export interface TrueCulprit {
  /** The calling service; '' when every caller's call does it. */
  readonly caller: string
  /** Where every caller's call does it and there is but one caller: who says its name says the same. */
  readonly onlyCaller?: string
  readonly operation: string
  /** Bytes or items a call. */
  readonly perCall: number
}

/** What a detector says of a leak at a moment: ours and the baselines speak the same, and only this is scored. */
export interface Statement {
  /** Tells leaks of one detector apart; the same while it goes on. */
  readonly leak: string
  /** Event time at which it was said. */
  readonly atMs: number
  readonly service: string
  readonly resource: LeakResource
  /** `ended` also takes back what was said by mistake. */
  readonly state: 'alarm' | 'ended'
  /** Probability that it is a leak, 0..1; only from who says one. */
  readonly confidence?: number
  /** Larger is worse; for the order of suspects. */
  readonly severity?: number
  readonly onsetMs?: Estimate
  readonly perSecond?: Estimate
  /** Event time at which the limit will be reached, 80 % interval. */
  readonly exhaustMs?: Estimate
  readonly kind?: string
  /** Absent: does not speak of culprits. */
  readonly culprit?: SaidCulprit
}

/** Abstaining is an answer. */
export type SaidCulprit =
  | { readonly kind: 'caller'; readonly caller: string; readonly operation: string; readonly perCall: Estimate }
  | {
      readonly kind: 'operation'
      readonly operation: string
      readonly perCall: Estimate
      readonly remaining: readonly string[]
    }
  | { readonly kind: 'time' }
  | { readonly kind: 'abstained'; readonly remaining: readonly string[] }

/** Whatever looks for leaks. */
export interface Detector {
  readonly name: string
  /** Watches the run once, from the first request to the last, and tells everything it said, oldest first. */
  watch(run: Case): readonly Statement[]
}

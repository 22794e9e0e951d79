import type { Attribution } from '../attribute/attribution.ts'
import type { Estimate, Growth, LeakResource, SuppressionReason } from '../detect/evidence.ts'
import type { FindingMode } from './settings.ts'
import type { Suspicion } from './suspicion.ts'

/** A suspicion that says "this grows". */
export type Symptom = Suspicion & { readonly verdict: { readonly kind: 'growing'; readonly growth: Growth } }

/** Where a finding is in its life: `leak.finding.state`. */
export type FindingState = LiveState | EndState
/** `leak.finding.state` while a leak goes on, mildest first. */
export type LiveState = 'suspected' | 'open' | 'critical'
/** `leak.finding.state` of an episode that is over. */
export type EndState = 'resolved' | 'suppressed'

/** OTLP severity numbers that findings use. */
export type Severity = 9 | 13 | 17 | 21

/** Why a finding was resolved: `leak.resolution.reason`. */
export type Resolution = 'growth_stopped' | 'fixed_by_version' | 'restarted' | 'no_data'

/** Why a finding was suppressed. */
export type FindingReason = SuppressionReason | 'explained_by_upstream'

/** `leak.kind`: what drives the growth. */
export type LeakKind = 'request_driven' | 'time_driven' | 'after_deploy' | 'propagated' | 'unknown'

/** One leak as it stands at one moment: everything that logs, metrics and trace say of it. Plain data. */
export interface Finding {
  /** Fingerprint and episode. */
  readonly id: string
  readonly fingerprint: string
  readonly episode: number
  readonly state: FindingState
  readonly mode: FindingMode
  readonly severity: Severity
  readonly verdict: 'predicted' | 'detected'
  readonly kind: LeakKind
  /** Event time of this view, milliseconds since 1970. */
  readonly atMs: number
  /** When growth was last seen. */
  readonly grewMs: number
  /** Kills for memory, or hits of the limit, since the onset. */
  readonly exhaustions: number
  /** The resource that names the leak. */
  readonly carrier: Symptom
  /** Other resources of the service that grow for the same reason. */
  readonly symptoms: readonly Symptom[]
  /** Only in state `resolved`. */
  readonly resolution?: Resolution
  /** The version that runs now, when it is not the one that leaked; only in state `resolved`. */
  readonly fixedBy?: string
  /** Only in state `suppressed`. */
  readonly reasons: readonly FindingReason[]
  readonly policy: { readonly id: string; readonly revision: string }
}

/** Last word of the event name `leak.finding.…`. */
export type FindingEventName = 'opened' | 'updated' | 'resolved' | 'suppressed'

/** A change of a finding that is told: one log record. */
export interface FindingEvent {
  readonly name: FindingEventName
  readonly finding: Finding
}

/** Resources counted in bytes, nearest to the allocator first. The others are counted in items. */
export const BYTE_RESOURCES: readonly LeakResource[] = ['heap', 'native', 'memory']

/** True when the resource is measured in bytes, false when it is counted in items. */
export function isBytes(resource: LeakResource): boolean {
  return BYTE_RESOURCES.includes(resource)
}

/** Carrier first. */
export function allSymptoms(finding: Pick<Finding, 'carrier' | 'symptoms'>): readonly Symptom[] {
  return [finding.carrier, ...finding.symptoms]
}

/** What opened the finding is its surest symptom, whichever names it. */
export function confidenceOf(finding: Pick<Finding, 'carrier' | 'symptoms'>): number {
  return Math.max(...allSymptoms(finding).map(({ verdict }) => verdict.growth.confidence))
}

/**
 * The symptom whose limit is reached first: level, limit and time left of a finding are all of this one. The carrier
 * when nothing has a forecast.
 */
export function nearestLimit(finding: Pick<Finding, 'carrier' | 'symptoms'>): Symptom {
  let nearest = finding.carrier
  for (const symptom of finding.symptoms) {
    const least = timeLeft(nearest)?.value ?? Number.POSITIVE_INFINITY
    if ((timeLeft(symptom)?.value ?? Number.POSITIVE_INFINITY) < least) nearest = symptom
  }
  return nearest
}

/** Seconds until the limit; undefined when there is no limit or no forecast (never infinity). */
export function timeLeft(symptom: Symptom): Estimate | undefined {
  const estimate = symptom.verdict.growth.exhaustionSeconds
  return estimate !== undefined && Number.isFinite(estimate.value) ? estimate : undefined
}

/** How sure the attributions are: the most telling one of all symptoms speaks for the finding. */
const TELLING = { request_driven: 3, operation_only: 2, time_driven: 1, unknown: 0 } as const

/** The symptom whose attribution speaks for the finding; the carrier wins a tie. */
export function bestAttributed(finding: Pick<Finding, 'carrier' | 'symptoms'>): Symptom {
  let best = finding.carrier
  for (const symptom of finding.symptoms) if (telling(symptom.attribution) > telling(best.attribution)) best = symptom
  return best
}

/** `leak.exemplar.trace_ids` names at most so many traces. */
export const EXEMPLARS_MAX = 5

/** Requests that left something behind: those of the attribution that speaks, else the carrier's. */
export function exemplarsOf(finding: Pick<Finding, 'carrier' | 'symptoms'>): readonly string[] {
  const spoken = bestAttributed(finding).exemplarTraceIds
  return (spoken.length > 0 ? spoken : finding.carrier.exemplarTraceIds).slice(0, EXEMPLARS_MAX)
}

function telling(attribution: Attribution | undefined): number {
  return attribution === undefined ? -1 : TELLING[attribution.kind]
}

/**
 * How the leak comes about. The mechanism is said before the occasion: a leak of each call that came with a roll-out
 * is `request_driven`, and `leak.suspect.version` tells of the roll-out.
 */
export function kindOf(finding: Pick<Finding, 'carrier' | 'symptoms'>): LeakKind {
  const { role, propagationPath, service, previousVersion } = finding.carrier
  if (role !== 'source' && propagationPath[0] !== service) return 'propagated'
  switch (bestAttributed(finding).attribution?.kind) {
    case 'request_driven':
    case 'operation_only':
      return 'request_driven'
    case 'time_driven':
      return 'time_driven'
    case 'unknown':
    case undefined:
      return previousVersion !== undefined ? 'after_deploy' : 'unknown'
  }
}

/** Caller, operation and share that stand in `leak.culprit.*`; empty parts are not known. */
export interface Culprit {
  readonly operation: string
  /** Absent when the callers cannot be told apart. */
  readonly caller?: string
  readonly callerOperation: string
  readonly share: number
  readonly perCall: Estimate
  /** What `perCall` counts: the symptom it was measured on. */
  readonly measuredOn: LeakResource
}

/**
 * Who keeps the bytes or items, by the symptom that tells callers apart best (`measuredOn`); undefined when no symptom
 * does, or when time drives the leak and not calls.
 */
export function culpritOf(finding: Pick<Finding, 'carrier' | 'symptoms'>): Culprit | undefined {
  const { attribution, resource } = bestAttributed(finding)
  switch (attribution?.kind) {
    case 'request_driven': {
      const { operation, callerService, callerOperation } = attribution.culprit
      const { share, perCall } = attribution
      return { operation, caller: callerService, callerOperation, share, perCall, measuredOn: resource }
    }
    case 'operation_only': {
      const { operation, share, perCall } = attribution
      return { operation, callerOperation: '', share, perCall, measuredOn: resource }
    }
    default:
      return undefined
  }
}

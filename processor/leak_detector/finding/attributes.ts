/** A finding as OTLP attributes: what the contract's table says, in its order, present or absent by its rules. */
import type { AnyValue, KeyValue } from '../../../proto/otlp.ts'
import type { Estimate } from '../detect/evidence.ts'
import { evidenceOf } from './evidence.ts'
import {
  type Culprit,
  confidenceOf,
  culpritOf,
  exemplarsOf,
  type Finding,
  isBytes,
  nearestLimit,
  type Symptom,
  timeLeft,
} from './finding.ts'
import { ATTRIBUTE, type AttributeName } from './names.ts'
import { nextSteps } from './next_steps.ts'
import { OUTSIDE } from './sentence.ts'
import { sixDigits } from './units.ts'

/** `leak.affected.list` names at most so many instances. */
export const INSTANCES_MAX = 20

type Value = string | number | readonly string[] | undefined

/** Attributes of a finding; those that do not apply are left out. */
export function findingAttributes(finding: Finding): readonly KeyValue[] {
  return [
    ...identity(finding),
    ...growth(finding),
    ...limits(nearestLimit(finding), finding.carrier),
    ...when(finding),
    ...culprit(culpritOf(finding), finding.carrier),
    ...where(finding),
    ...why(finding),
  ]
}

/** One attribute, or none when there is nothing to say; also when a number is none. */
export function attributeOf({ name, type }: AttributeName, value: Value): readonly KeyValue[] {
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return []
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return []
    return [{ key: name, value: type === 'int' ? { intValue: String(value) } : { doubleValue: value } }]
  }
  return [{ key: name, value: typeof value === 'string' ? { stringValue: value } : strings(value) }]
}

function strings(values: readonly string[]): AnyValue {
  return { arrayValue: { values: values.map((stringValue) => ({ stringValue })) } }
}

function identity(finding: Finding): readonly KeyValue[] {
  const { carrier } = finding
  return [
    ...attributeOf(ATTRIBUTE.id, finding.id),
    ...attributeOf(ATTRIBUTE.fingerprint, finding.fingerprint),
    ...attributeOf(ATTRIBUTE.state, finding.state),
    ...attributeOf(ATTRIBUTE.mode, finding.mode),
    ...attributeOf(ATTRIBUTE.verdict, finding.verdict),
    ...attributeOf(ATTRIBUTE.resource, carrier.resource),
    ...attributeOf(ATTRIBUTE.sourceMetric, carrier.sourceMetric),
    ...attributeOf(ATTRIBUTE.kind, finding.kind),
    ...attributeOf(ATTRIBUTE.unit, isBytes(carrier.resource) ? 'By' : '{item}'),
  ]
}

function growth({ carrier }: Finding): readonly KeyValue[] {
  const { rate } = carrier.verdict.growth
  return estimate([ATTRIBUTE.rate, ATTRIBUTE.rateLow, ATTRIBUTE.rateHigh], rate)
}

function estimate(names: readonly [AttributeName, AttributeName, AttributeName], of: Estimate): readonly KeyValue[] {
  const values = [of.value, of.low, of.high]
  return names.flatMap((name, at) => attributeOf(name, sixDigits(values[at]!)))
}

function limits(nearest: Symptom, carrier: Symptom): readonly KeyValue[] {
  const left = timeLeft(nearest)
  const names = [ATTRIBUTE.timeLeft, ATTRIBUTE.timeLeftLow, ATTRIBUTE.timeLeftHigh] as const
  return [
    ...attributeOf(ATTRIBUTE.level, Math.round(nearest.verdict.growth.level)),
    ...attributeOf(ATTRIBUTE.limit, nearest.limit?.value),
    ...attributeOf(ATTRIBUTE.limitSource, nearest.limit?.source),
    ...attributeOf(ATTRIBUTE.limitResource, nearest.resource === carrier.resource ? undefined : nearest.resource),
    ...(left === undefined ? [] : estimate(names, left)),
  ]
}

function when(finding: Finding): readonly KeyValue[] {
  const { onsetMs } = finding.carrier.verdict.growth
  return [
    ...attributeOf(ATTRIBUTE.confidence, sixDigits(confidenceOf(finding))),
    ...attributeOf(ATTRIBUTE.onset, rfc3339(onsetMs.value)),
    ...attributeOf(ATTRIBUTE.onsetLow, rfc3339(onsetMs.low)),
    ...attributeOf(ATTRIBUTE.onsetHigh, rfc3339(onsetMs.high)),
  ]
}

function rfc3339(atMs: number): string | undefined {
  return Number.isFinite(atMs) ? new Date(atMs).toISOString() : undefined
}

function culprit(found: Culprit | undefined, { service }: Symptom): readonly KeyValue[] {
  if (found === undefined) return []
  const { caller, operation, callerOperation, share, perCall, measuredOn } = found
  const names = [ATTRIBUTE.bytesPerCall, ATTRIBUTE.bytesPerCallLow, ATTRIBUTE.bytesPerCallHigh] as const
  return [
    ...attributeOf(ATTRIBUTE.culpritEdge, caller === undefined ? undefined : `${caller || OUTSIDE}->${service}`),
    ...attributeOf(ATTRIBUTE.culpritOperation, operation),
    ...attributeOf(ATTRIBUTE.callerOperation, callerOperation),
    ...attributeOf(ATTRIBUTE.culpritShare, sixDigits(share)),
    ...(isBytes(measuredOn) ? estimate(names, perCall) : []),
  ]
}

function where({ carrier }: Finding): readonly KeyValue[] {
  const { affectedInstances, totalInstances } = carrier.verdict.growth
  const followsDeploy = carrier.previousVersion !== undefined
  return [
    ...attributeOf(ATTRIBUTE.suspectVersion, followsDeploy ? carrier.version : undefined),
    ...attributeOf(ATTRIBUTE.previousVersion, carrier.previousVersion),
    ...attributeOf(ATTRIBUTE.role, carrier.role),
    ...attributeOf(ATTRIBUTE.path, carrier.propagationPath),
    ...attributeOf(ATTRIBUTE.affected, affectedInstances.length),
    ...attributeOf(ATTRIBUTE.total, totalInstances),
    ...attributeOf(ATTRIBUTE.affectedList, affectedInstances.slice(0, INSTANCES_MAX)),
  ]
}

function why(finding: Finding): readonly KeyValue[] {
  const { state, reasons, resolution, fixedBy, policy } = finding
  const isLive = state !== 'resolved' && state !== 'suppressed'
  return [
    ...attributeOf(ATTRIBUTE.evidence, JSON.stringify(evidenceOf(finding))),
    ...attributeOf(ATTRIBUTE.suppression, reasons),
    ...attributeOf(ATTRIBUTE.resolution, resolution),
    ...attributeOf(ATTRIBUTE.fixedBy, fixedBy),
    ...attributeOf(ATTRIBUTE.policyId, policy.id),
    ...attributeOf(ATTRIBUTE.policyRevision, policy.revision),
    ...attributeOf(ATTRIBUTE.exemplars, exemplarsOf(finding)),
    ...attributeOf(ATTRIBUTE.nextSteps, isLive ? nextSteps(finding) : undefined),
  ]
}

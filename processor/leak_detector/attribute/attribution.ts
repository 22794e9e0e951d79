import type { Estimate, Fact } from '../detect/evidence.ts'

/** A way in which work reaches the suspect: candidates for "who keeps the bytes". */
export interface Candidate {
  /** '' for traffic from outside. */
  readonly callerService: string
  /** The caller's operation that made the call; '' unknown or not told apart. */
  readonly callerOperation: string
  /** The suspect's own operation. */
  readonly operation: string
}

/** Growth and calls of the instances of one service: at the finest grain that is kept, and before it at coarser ones. */
export interface AttributionInput extends Grain {
  readonly candidates: readonly Candidate[]
  /** What came before the first step, the newest and finest first; no two grains tell of the same time. */
  readonly earlier: readonly Grain[]
  /** Some calls were counted from sampled spans only, not from totals. */
  readonly sampledOnly: boolean
}

/** Growth and calls on one grid of steps, oldest first. */
export interface Grain {
  readonly stepMs: number
  readonly instances: readonly InstanceSeries[]
  /** First step of the leak: what came before is not explained. */
  readonly onsetStep: number
}

/** The floor and the calls of one instance, on the grid of its grain. */
export interface InstanceSeries {
  readonly instance: string
  /** Floor of the leaking resource, `[steps]`, NaN missing. */
  readonly floor: Float64Array
  /** Calls in each step, `[candidates][steps]`; NaN where a step's calls are not known. */
  readonly calls: readonly Float64Array[]
  readonly cuts: readonly number[]
}

/** Abstaining is an answer. */
export type Attribution =
  | {
      readonly kind: 'request_driven'
      readonly culprit: Candidate
      /** Units kept a call, 95 % interval. */
      readonly perCall: Estimate
      /** Share of the growth it explains, 0..1. */
      readonly share: number
      readonly facts: readonly Fact[]
    }
  | {
      /** The operation is sure, which of its callers is not: `remaining` names them. */
      readonly kind: 'operation_only'
      readonly operation: string
      readonly perCall: Estimate
      readonly share: number
      readonly remaining: readonly Candidate[]
      readonly tellApart: string
      readonly facts: readonly Fact[]
    }
  | { readonly kind: 'time_driven'; readonly facts: readonly Fact[] }
  | {
      readonly kind: 'unknown'
      readonly remaining: readonly Candidate[]
      /** What would tell them apart, one sentence. */
      readonly tellApart: string
      readonly facts: readonly Fact[]
    }

/** What leaks: `leak.resource` of the finding. */
export type LeakResource =
  | 'memory'
  | 'heap'
  | 'native'
  | 'fd'
  | 'thread'
  | 'goroutine'
  | 'connection'
  | 'handle'
  | 'queue'

/** A value with an interval around it; which interval, the field says. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * One resource of one instance at one resolution, oldest step first; what a detector looks at. All arrays have the
 * same length; NaN marks a step without data.
 */
export interface SeriesWindow {
  /** Tells instances of the service apart. */
  readonly instance: string
  readonly stepMs: number
  /** Start of step 0, milliseconds since 1970. */
  readonly startMs: number
  /** The least value within each step: what survives collection. */
  readonly floor: Float64Array
  readonly mean: Float64Array
  /** When the process was started, by its own account, milliseconds since 1970; absent when it does not say. */
  readonly bornMs?: number
  /** Steps at which another process life begins (restart, reset): never compare across one. */
  readonly cuts: readonly number[]
  /** Steps at which another version was rolled out; also a cut. */
  readonly deploys: readonly number[]
  /** Work in flight (rate × latency), the mean of each step; absent when no call counts are known. */
  readonly concurrency?: Float64Array
  /** Completed calls in each step, all operations; absent when not known. */
  readonly calls?: Float64Array
}

/** Why growth is not reported: `leak.suppression.reasons`. */
export type SuppressionReason =
  | 'warmup'
  | 'backlog'
  | 'load_growth'
  | 'step'
  | 'cache_plateau'
  | 'batch'
  | 'collection_cycle'
  | 'negligible'

/** A number that a person can recompute from the input: an element of `leak.evidence`. */
export interface Fact {
  readonly type: string
  /** A plain sentence with the number in it. */
  readonly statement: string
  readonly value: number
  readonly unit: string
  /** Share of the decision that rests on it, 0..1. */
  readonly weight: number
}

/** Growth of one resource of one service, over its instances. */
export interface Growth {
  /** Units a second (bytes, or items), one instance (the mean of those affected), 95 % interval. */
  readonly rate: Estimate
  /** When it began, milliseconds since 1970, 95 % interval. */
  readonly onsetMs: Estimate
  /** Latest floor of the instance nearest to its limit. */
  readonly level: number
  /** Probability that this is a leak, 0..1; calibrated by the quality benchmark. */
  readonly confidence: number
  readonly affectedInstances: readonly string[]
  readonly totalInstances: number
  /** Seconds until the first instance reaches its limit, 80 % interval; absent when no limit is known. */
  readonly exhaustionSeconds?: Estimate
  readonly facts: readonly Fact[]
}

/** What is said of one (service, resource) at one moment. "Not enough data yet" is its own verdict. */
export type Verdict =
  | { readonly kind: 'warming'; readonly stepsSeen: number; readonly stepsNeeded: number }
  | { readonly kind: 'quiet' }
  | {
      readonly kind: 'explained'
      readonly reasons: readonly SuppressionReason[]
      /** Pace of the growth that is explained, units a second. */
      readonly rate: number
      readonly facts: readonly Fact[]
    }
  | { readonly kind: 'growing'; readonly growth: Growth }

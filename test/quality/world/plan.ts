/** What a simulated shop is made of: services with copies and memory, journeys of requests through them. */
import type { LeakResource } from '../../../processor/leak_detector/detect/evidence.ts'
import type { TrueLeak } from '../case.ts'
import type { Chance } from './chance.ts'

/** What runs in a service; decides which metrics it sends and how it collects garbage. */
export type Runtime = 'node' | 'jvm' | 'go' | 'dotnet' | 'python' | 'bare'

/** Everything that one run is made of. */
export interface ShopPlan {
  readonly seed: number
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  readonly services: readonly ServicePlan[]
  readonly journeys: readonly Journey[]
  /** Share of traces whose spans are sent; server histograms count all. */
  readonly sampled: number
}

export interface ServicePlan {
  readonly name: string
  readonly runtime: Runtime
  /** Which copies live when. */
  readonly lives: readonly LifePlan[]
  /** Limit of the heap and of the container, bytes; 0 for none told. */
  readonly heapLimitBytes: number
  /** The JVM's heap has its full size from the start. */
  readonly fixedHeap: boolean
  readonly containerLimitBytes: number
  /** What fills the memory: made anew for each life. */
  readonly parts: readonly Part[]
  readonly leaks: readonly LeakPlan[]
  /** The service counts its calls in a histogram. */
  readonly hasHistogram: boolean
  /** Kubelet tells of its container, SDK of the process; false where only kubelet speaks. */
  readonly hasSdk: boolean
}

/** A part that is a leak, and what must be said of it. */
export interface LeakPlan {
  readonly part: Part
  readonly level: keyof Levels
  /** Resources that show it. */
  readonly resources: readonly LeakResource[]
  readonly onsetMs: number
  readonly untilMs: number
  readonly kind: TrueLeak['kind']
  readonly culprit?: TrueLeak['culprit']
  readonly identifiable: TrueLeak['identifiable']
}

/** One process from its start to its end. */
export interface LifePlan {
  /** `service.instance.id`, or the pod. Copies that follow each other may share it. */
  readonly instance: string
  readonly startMs: number
  readonly endMs: number
  readonly version: string
  /** Ends when a limit is reached, and the next process starts in the same pod. */
  readonly isKilledAtLimit: boolean
  /** Share of the service's calls that this copy gets, beside the others alive. */
  readonly weight: number
}

/** A kind of request from outside and everything it calls, one after the other. */
export interface Journey {
  readonly hops: readonly Hop[]
  /** Requests a second at a time. */
  perSecond(atMs: number): number
}

/** The service called, its operation and how long it takes, milliseconds. */
export interface Hop {
  readonly service: string
  readonly operation: string
  latencyMs(atMs: number): number
  /** Share of calls that fail. */
  readonly errors: number
  /** Only this share of requests goes on to here. */
  readonly share: number
}

/** Amounts that a copy holds: bytes, then items. Parts add to them at every step. */
export interface Levels {
  /** Survives collection. */
  live: number
  /** Allocated since the last step and not needed any more. */
  garbage: number
  native: number
  pageCache: number
  fd: number
  thread: number
  goroutine: number
  handle: number
  connection: number
}

/** What a part sees of a step. */
export interface Tick {
  readonly atMs: number
  readonly stepMs: number
  /** Since the process started. */
  readonly ageMs: number
  readonly version: string
  readonly instance: string
  /** Calls of this copy in this step. */
  readonly calls: readonly Served[]
  /** All calls of this copy in this step. */
  readonly total: number
  /** Requests in flight, the mean of the step. */
  readonly inFlight: number
}

/** Calls of one operation by one caller in one step. */
export interface Served {
  readonly caller: string
  readonly operation: string
  readonly count: number
  readonly failed: number
}

/** Something that holds memory: a state of its own for each life, asked at every step in order. */
export type Part = (chance: Chance) => (tick: Tick, levels: Levels) => void

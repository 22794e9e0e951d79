/** How a shop tells of itself: the choices that senders make, and what is done to the telemetry on its way. */
import type { Request } from '../case.ts'
import type { Chance } from './chance.ts'
import type { Copy } from './run.ts'

export interface Telling {
  /** Semantic conventions: those of today, or those before 2024. */
  readonly names: 'new' | 'old'
  readonly isDelta: boolean
  /** Sizes that kubelet tells are in this unit. */
  readonly sizeUnit: 'By' | 'KiBy'
  /** Name of the copy as its resource tells it; absent attributes are ''. */
  identity(copy: Copy, atMs: number): { readonly service: string; readonly instance: string; readonly pod: string }
  /** How far its clock is ahead, milliseconds. */
  skewMs(copy: Copy): number
  /** The container's limit, as a factor of what it is in the plan. */
  limitFactor(atMs: number): number
  /** Counters start again at times without the process having started again. */
  resetMs(copy: Copy, atMs: number): number
  /** The sampler writes its threshold into the trace state. */
  readonly hasThreshold: boolean
  /** Share of traces whose spans are sent, in place of the plan's. */
  readonly sampled?: number
  /** The copy's request of this step is lost. */
  isLost(copy: Copy, atMs: number, chance: Chance): boolean
  /** The stream as it arrives. */
  onItsWay(requests: Iterable<Request>, chance: Chance): Iterable<Request>
}

/** Nothing happens to it. */
export const PLAIN: Telling = {
  names: 'new',
  isDelta: false,
  sizeUnit: 'By',
  identity: ({ service, instance, life }) => ({ service: service.name, instance, pod: life.instance }),
  skewMs: () => 0,
  limitFactor: () => 1,
  resetMs: () => 0,
  hasThreshold: true,
  isLost: () => false,
  onItsWay: (requests) => requests,
}

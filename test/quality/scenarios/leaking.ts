/** What the scenarios with a leak share: a shop, a service that leaks in it, how fast, and until when it lasts. */
import type { LeakResource } from '../../../processor/leak_detector/detect/evidence.ts'
import { HOUR_MS, type Keeps, keptByCalls, keptByTime, type Level, MIB } from '../world/parts.ts'
import type { LeakPlan } from '../world/plan.ts'
import {
  callersOf,
  callsAnHour,
  HEAP_MARGIN_BYTES,
  type ServiceDraft,
  type ShopDraft,
  type ShopShape,
  shop,
} from '../world/shop.ts'
import { at, type Scenario, type Severity } from './scenario.ts'

/** MiB an hour and copy, and hours from onset to limit, by severity. */
export const PACE = [96, 48, 24, 12, 6] as const
export const LIFE_HOURS = [12, 20, 30, 45, 70] as const

export const HEAP: readonly LeakResource[] = ['heap', 'memory']

/** A run of which the leak takes the last part: it begins after `quiet` hours and has `seen` of its life told. */
export interface Stage {
  readonly draft: ShopDraft
  readonly service: ServiceDraft
  readonly onsetMs: number
  readonly perHour: number
}

/** @param seen part of the leak's life that is in the run. */
export function stage(
  seed: number,
  severity: Severity,
  { name = 'cart', seen = 0.8, ...shape }: Partial<ShopShape> & { name?: string; seen?: number } = {},
): Stage {
  const lifeHours = at(severity, LIFE_HOURS)
  const perHour = at(severity, PACE) * MIB
  const quiet = 4 + (seed % 7) * 2
  const draft = shop({ seed, hours: quiet + lifeHours * seen, ...shape })
  const service = draft.services.get(name)!
  service.fixedHeap = false
  limitAfter(service, perHour * lifeHours)
  return { draft, service, onsetMs: draft.startMs + quiet * HOUR_MS, perHour }
}

/** A story about one leak: a stage of its own for each seed and severity, and what is different in it. */
export function leaking(
  number: number,
  name: string,
  change: (run: Stage, severity: Severity) => void,
  shape: Parameters<typeof stage>[2] = {},
): Scenario {
  return {
    number,
    name,
    hasLeak: true,
    plan(seed, severity, other) {
      const run = stage(seed, severity, { ...shape, ...other })
      change(run, severity)
      return run.draft.finish()
    },
  }
}

/** Room for so many more bytes than a healthy service of this shop holds, in heap and container. */
export function limitAfter(service: ServiceDraft, roomBytes: number): void {
  service.heapLimitBytes = Math.round((180 * MIB + roomBytes) / MIB) * MIB
  service.containerLimitBytes = service.heapLimitBytes + HEAP_MARGIN_BYTES
}

/** Bytes (or items) a call that come to `perHour` for each copy. */
export function perCallOf(
  { draft, service, onsetMs }: Stage,
  which: { operation?: string; caller?: string },
  perHour: number,
): number {
  return perHour / callsAnHour(draft, service.name, which, onsetMs, draft.endMs)
}

/** Calls keep something from the onset on. */
export function leakByCalls(
  stage: Stage,
  {
    level,
    perHour,
    operation,
    caller,
    ...extra
  }: Partial<Keeps> & { level: Level; perHour: number; operation: string },
  resources: readonly LeakResource[],
  identifiable: LeakPlan['identifiable'],
): LeakPlan {
  const { onsetMs, draft } = stage
  const perCall = perCallOf(stage, { operation, ...(caller !== undefined && { caller }) }, perHour)
  const keeps = { level, operation, perCall, ...(caller !== undefined && { caller }), ...extra }
  return {
    part: keptByCalls({ ...keeps, when: (tick) => tick.atMs > onsetMs && (extra.when?.(tick) ?? true) }),
    level,
    resources,
    onsetMs,
    untilMs: draft.endMs,
    kind: 'request_driven',
    culprit: { perCall, operation, ...callerOf(stage, operation, caller) },
    identifiable,
  }
}

function callerOf({ draft, service }: Stage, operation: string, caller: string | undefined) {
  if (caller !== undefined) return { caller }
  const [first, ...others] = callersOf(draft, service.name, operation)
  return { caller: '', ...(first && others.length === 0 && { onlyCaller: first }) }
}

/** Time keeps something from the onset on. */
export function leakByTime(
  { onsetMs, draft }: Stage,
  level: Level,
  perHour: number,
  resources: readonly LeakResource[],
): LeakPlan {
  return {
    part: keptByTime(level, perHour, ({ atMs }) => atMs > onsetMs),
    level,
    resources,
    onsetMs,
    untilMs: draft.endMs,
    kind: 'time_driven',
    identifiable: 'nothing',
  }
}

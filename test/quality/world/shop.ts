/**
 * A healthy shop to start from: web and mobile front ends that call services of mixed runtimes. Scenarios change what
 * they are about and leave the rest as it is.
 */
import { type Chance, chance } from './chance.ts'
import { constant, DAY_MS, droppedByCalls, HOUR_MS, heldInFlight, KIB, MIB, wandering } from './parts.ts'
import type { Hop, Journey, LeakPlan, LifePlan, Part, Runtime, ServicePlan, ShopPlan } from './plan.ts'
import { meanRate, type Rate, traffic } from './traffic.ts'

/** Monday 2026-03-02, midnight: runs begin a drawn number of hours later. */
const MONDAY_MS = Date.UTC(2026, 2, 2)

export interface ShopShape {
  readonly seed: number
  readonly hours: number
  /** Services, front ends included. */
  readonly size?: number
  readonly stepMs?: number
  readonly sampled?: number
  readonly daily?: number
  readonly weekend?: number
  /** Height of each journey's own waves; 0: all callers come in the same rhythm. */
  readonly waves?: number
}

/** A service that can still be changed. */
export interface ServiceDraft {
  readonly name: string
  runtime: Runtime
  lives: LifePlan[]
  heapLimitBytes: number
  fixedHeap: boolean
  containerLimitBytes: number
  parts: Part[]
  leaks: LeakPlan[]
  hasHistogram: boolean
  hasSdk: boolean
}

/** A shop that can still be changed. */
export interface ShopDraft {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  readonly dice: Chance
  readonly services: Map<string, ServiceDraft>
  journeys: Journey[]
  finish(): ShopPlan
}

const NAMES = [
  'frontend',
  'mobile',
  'cart',
  'catalog',
  'payment',
  'shipping',
  'account',
  'search',
  'ads',
  'email',
  'stock',
  'price',
]
const FRONT = ['frontend', 'mobile']
const RUNTIMES: readonly Runtime[] = ['node', 'jvm', 'go', 'dotnet', 'python', 'bare']

export function shop({
  seed,
  hours,
  size = 8,
  stepMs = 60_000,
  sampled = 0.03,
  daily,
  weekend,
  waves,
}: ShopShape): ShopDraft {
  const dice = chance(seed).fork('shop')
  const startMs = MONDAY_MS + Math.floor(dice.between(0, 48)) * HOUR_MS
  const endMs = startMs + Math.round((hours * HOUR_MS) / stepMs) * stepMs
  const names = Array.from({ length: size }, (_, at) => NAMES[at] ?? `service-${at}`)
  const services = new Map(names.map((name) => [name, serviceOf(name, dice.fork(name), startMs, endMs)]))
  const rhythm = {
    ...(daily !== undefined && { daily }),
    ...(weekend !== undefined && { weekend }),
    ...(waves !== undefined && { waves }),
  }
  return {
    startMs,
    endMs,
    stepMs,
    dice,
    services,
    journeys: names.filter((name) => !FRONT.includes(name)).flatMap((name) => journeysTo(name, dice, rhythm)),
    finish() {
      return {
        seed,
        startMs,
        endMs,
        stepMs,
        sampled,
        services: [...services.values()].map(withOwnLimits),
        journeys: this.journeys,
      }
    },
  }
}

/** Of the JVMs so many have a heap of fixed size: their old generation climbs for days between collections. */
const FIXED_SHARE = 0.3

function serviceOf(name: string, dice: Chance, startMs: number, endMs: number): ServiceDraft {
  const runtime = FRONT.includes(name) ? 'node' : dice.pick(RUNTIMES)
  const copies = 1 + Math.floor(dice.next() * 2)
  const heap = Math.round(dice.between(60, 160)) * MIB
  return {
    name,
    runtime,
    lives: Array.from({ length: copies }, (_, at) =>
      oldLife(`${name}-${at + 1}`, startMs - dice.between(2, 9) * DAY_MS, endMs),
    ),
    heapLimitBytes: 1024 * MIB,
    fixedHeap: dice.next() < FIXED_SHARE,
    containerLimitBytes: 1536 * MIB,
    parts: [
      constant(heap),
      constant(dice.between(5, 30) * MIB, 'native'),
      droppedByCalls(dice.between(30, 200) * KIB, dice.between(5, 40) * MIB),
      wandering(dice.between(0.3, 2.5) * MIB, dice.between(0.2, 2) * HOUR_MS),
      wandering(dice.between(0.3, 1.5) * MIB, dice.between(0.2, 2) * HOUR_MS, 'native'),
      heldInFlight(dice.between(100, 800) * KIB),
    ],
    leaks: [],
    hasHistogram: true,
    hasSdk: true,
  }
}

/** Only V8 and the JVM bound their heaps by themselves; the others have the container's limit alone. */
function withOwnLimits(service: ServiceDraft): ServicePlan {
  if (service.runtime === 'node' || service.runtime === 'jvm' || service.heapLimitBytes === 0) return service
  return { ...service, heapLimitBytes: 0, containerLimitBytes: service.containerLimitBytes - HEAP_MARGIN_BYTES }
}

/** So much more than its heap a container holds. */
export const HEAP_MARGIN_BYTES = 256 * MIB

/** A process that was there before the run and stays to its end. */
export function oldLife(instance: string, bornMs: number, endMs: number): LifePlan {
  return { instance, startMs: Math.round(bornMs), endMs, version: '1.0.0', isKilledAtLimit: true, weight: 1 }
}

function journeysTo(
  name: string,
  dice: Chance,
  rhythm: { daily?: number; weekend?: number; waves?: number },
): Journey[] {
  return FRONT.flatMap((front) => {
    const writes = traffic({ perSecond: dice.between(0.5, 1.5), ...rhythm }, dice)
    const reads = traffic({ perSecond: dice.between(1, 3), ...rhythm }, dice)
    return [
      journey(writes, [hop(front, `POST /do/${name}`, 30, dice), hop(name, `POST /${name}`, 15, dice)]),
      journey(reads, [hop(front, `GET /see/${name}`, 25, dice), hop(name, `GET /${name}`, 8, dice)]),
    ]
  })
}

export function journey(perSecond: Rate, hops: readonly Hop[]): Journey {
  return { perSecond, hops }
}

/** @param latencyMs mean; each hop has its own, and its own few failures. */
export function hop(
  service: string,
  operation: string,
  latencyMs: number,
  dice: Chance,
  extra: Partial<Hop> = {},
): Hop {
  const own = latencyMs * dice.between(0.5, 2)
  return { service, operation, latencyMs: () => own, errors: dice.between(0.001, 0.01), share: 1, ...extra }
}

/** Mean calls an hour that reach one copy of a service between two times. */
export function callsAnHour(
  draft: ShopDraft,
  service: string,
  which: { operation?: string; caller?: string },
  fromMs: number,
  toMs: number,
): number {
  let perSecond = 0
  for (const { hops, perSecond: rate } of draft.journeys) {
    let share = 1
    let caller = ''
    for (const { service: name, operation, share: on } of hops) {
      share *= on
      const isCalled =
        name === service && (which.operation ?? operation) === operation && (which.caller ?? caller) === caller
      if (isCalled) perSecond += share * meanRate(rate, fromMs, toMs)
      caller = name
    }
  }
  // Copies that follow each other count as one.
  const overlaps = draft.services
    .get(service)!
    .lives.map(({ startMs, endMs }) => Math.max(0, Math.min(endMs, toMs) - Math.max(startMs, fromMs)))
  const copies = overlaps.reduce((sum, ms) => sum + ms, 0) / (toMs - fromMs)
  return (perSecond * 3600) / copies
}

/** The services whose calls of an operation reach a service; '' is somebody outside of the shop. */
export function callersOf({ journeys }: ShopDraft, service: string, operation: string): ReadonlySet<string> {
  const callers = new Set<string>()
  for (const { hops } of journeys) {
    for (const [at, hop] of hops.entries()) {
      if (hop.service === service && hop.operation === operation) callers.add(hops[at - 1]?.service ?? '')
    }
  }
  return callers
}

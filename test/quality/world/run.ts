/** A shop lives its life, step by step. The same plan gives the same moments. */
import { type Chance, chance } from './chance.ts'
import { age, collect, EMPTY_HEAP, type Heap } from './collection.ts'
import type { Hop, Levels, LifePlan, Part, Served, ServicePlan, ShopPlan } from './plan.ts'
import { residentBytes } from './resident.ts'

/** The shop at the end of a step. */
export interface Moment {
  /** End of the step, milliseconds since 1970. */
  readonly atMs: number
  readonly copies: readonly Copy[]
  /** Requests of each journey that began in this step. */
  readonly requests: readonly number[]
}

/** A running process. Lives on from moment to moment: read it, do not keep it. */
export interface Copy {
  readonly service: ServicePlan
  readonly life: LifePlan
  /** `service.instance.id` of this process. */
  readonly instance: string
  /** When it was started, milliseconds since 1970. */
  readonly startMs: number
  /** Kills for memory of this pod so far. */
  readonly restarts: number
  readonly levels: Levels
  readonly heap: Heap
  /** What each leak of the service has kept in this process so far. */
  readonly leaked: readonly number[]
  /** Calls served since the start, by operation. */
  readonly served: ReadonlyMap<string, { readonly count: number; readonly seconds: number }>
}

interface Process extends Copy {
  readonly leaked: number[]
  readonly served: Map<string, { count: number; seconds: number }>
  readonly parts: readonly ((tick: Parameters<ReturnType<Part>>[0], levels: Levels) => void)[]
  readonly leaks: readonly ((tick: Parameters<ReturnType<Part>>[0], levels: Levels) => void)[]
  readonly chance: Chance
}

/** What one copy serves in one step. */
interface Load {
  readonly calls: Served[]
  total: number
  inFlight: number
  readonly seconds: Map<string, number>
}

/** Every step of the plan, oldest first. */
export function* moments(plan: ShopPlan): Generator<Moment> {
  const traffic = chance(plan.seed).fork('traffic')
  const copies = new Map<LifePlan, Process>()
  const kills = new Map<string, number>()
  for (let atMs = plan.startMs + plan.stepMs; atMs <= plan.endMs; atMs += plan.stepMs) {
    bury(copies, atMs)
    kill(plan, copies, kills, atMs)
    awaken(plan, copies, kills, atMs)
    const { loads, requests } = route(plan, copies, traffic, atMs)
    for (const [life, copy] of copies) live(copy, loads.get(life), plan, atMs)
    yield { atMs, copies: [...copies.values()], requests }
  }
}

function bury(copies: Map<LifePlan, Process>, atMs: number): void {
  for (const life of copies.keys()) if (life.endMs < atMs) copies.delete(life)
}

/** What was full at the end of the last step begins anew in the same place. */
function kill(plan: ShopPlan, copies: Map<LifePlan, Process>, kills: Map<string, number>, atMs: number): void {
  for (const [life, copy] of copies) {
    if (!life.isKilledAtLimit || !isFull(copy)) continue
    const count = (kills.get(life.instance) ?? 0) + 1
    kills.set(life.instance, count)
    copies.set(life, begin(copy.service, life, atMs - plan.stepMs, count, plan.seed))
  }
}

function awaken(plan: ShopPlan, copies: Map<LifePlan, Process>, kills: Map<string, number>, atMs: number): void {
  for (const service of plan.services) {
    for (const life of service.lives) {
      if (life.startMs >= atMs || life.endMs < atMs || copies.has(life)) continue
      copies.set(life, begin(service, life, life.startMs, kills.get(life.instance) ?? 0, plan.seed))
    }
  }
}

function begin(service: ServicePlan, life: LifePlan, startMs: number, restarts: number, seed: number): Process {
  const own = chance(seed).fork(`${life.instance} ${startMs}`)
  return {
    service,
    life,
    instance: restarts === 0 ? life.instance : `${life.instance}-r${restarts}`,
    startMs,
    restarts,
    levels: nothing(),
    heap: { ...EMPTY_HEAP },
    leaked: service.leaks.map(() => 0),
    served: new Map(),
    parts: service.parts.map((part, at) => part(own.fork(`part ${at}`))),
    leaks: service.leaks.map(({ part }, at) => part(own.fork(`leak ${at}`))),
    chance: own,
  }
}

function nothing(): Levels {
  return { live: 0, garbage: 0, native: 0, pageCache: 0, fd: 0, thread: 0, goroutine: 0, handle: 0, connection: 0 }
}

function isFull(copy: Copy): boolean {
  const { service, levels } = copy
  const { heapLimitBytes, containerLimitBytes } = service
  if (heapLimitBytes > 0 && levels.live >= heapLimitBytes) return true
  return containerLimitBytes > 0 && residentBytes(copy) >= containerLimitBytes
}

function route(
  plan: ShopPlan,
  copies: ReadonlyMap<LifePlan, Process>,
  traffic: Chance,
  atMs: number,
): { loads: ReadonlyMap<LifePlan, Load>; requests: number[] } {
  const byService = new Map<string, LifePlan[]>()
  for (const [life, { service }] of copies) {
    const known = byService.get(service.name)
    if (known === undefined) byService.set(service.name, [life])
    else known.push(life)
  }
  const loads = new Map<LifePlan, Load>()
  const requests: number[] = []
  for (const { hops, perSecond } of plan.journeys) {
    let count = traffic.poisson((perSecond(atMs) * plan.stepMs) / 1000)
    requests.push(count)
    let caller = ''
    for (const hop of hops) {
      count = traffic.binomial(count, hop.share)
      if (count > 0) share(byService.get(hop.service) ?? [], loads, { hop, caller, count, atMs }, plan.stepMs, traffic)
      caller = hop.service
    }
  }
  return { loads, requests }
}

interface HopCalls {
  readonly hop: Hop
  readonly caller: string
  readonly count: number
  readonly atMs: number
}

/** Spreads the calls of a hop over the copies by their weights. */
function share(
  lives: readonly LifePlan[],
  loads: Map<LifePlan, Load>,
  { hop, caller, count, atMs }: HopCalls,
  stepMs: number,
  traffic: Chance,
): void {
  let left = count
  let weight = lives.reduce((sum, life) => sum + life.weight, 0)
  const latencyMs = hop.latencyMs(atMs)
  for (const life of lives) {
    const mine = traffic.binomial(left, weight > 0 ? life.weight / weight : 1)
    left -= mine
    weight -= life.weight
    if (mine === 0) continue
    const load = loads.get(life) ?? { calls: [], total: 0, inFlight: 0, seconds: new Map<string, number>() }
    loads.set(life, load)
    load.calls.push({ caller, operation: hop.operation, count: mine, failed: traffic.binomial(mine, hop.errors) })
    load.total += mine
    load.inFlight += (mine * latencyMs) / stepMs
    load.seconds.set(hop.operation, (load.seconds.get(hop.operation) ?? 0) + (mine * latencyMs) / 1000)
  }
}

const IDLE: Load = { calls: [], total: 0, inFlight: 0, seconds: new Map() }

function live(copy: Process, load: Load = IDLE, { startMs, stepMs }: ShopPlan, atMs: number): void {
  const { levels, service, life, heap } = copy
  const { calls, total, inFlight } = load
  const tick = {
    atMs,
    stepMs,
    ageMs: atMs - copy.startMs,
    version: life.version,
    instance: life.instance,
    calls,
    total,
    inFlight,
  }
  Object.assign(levels, nothing())
  for (const part of copy.parts) part(tick, levels)
  for (const [at, leak] of copy.leaks.entries()) {
    const before = levels[service.leaks[at]!.level]
    leak(tick, levels)
    copy.leaked[at] = levels[service.leaks[at]!.level] - before
  }
  const { runtime, fixedHeap, heapLimitBytes } = service
  const step = {
    runtime,
    liveBytes: levels.live,
    droppedBytes: levels.garbage,
    fixedBytes: fixedHeap ? heapLimitBytes : 0,
  }
  if (heap.committedBytes === 0 && copy.startMs < startMs) age(heap, step, copy.chance)
  collect(heap, step, copy.chance)
  for (const { operation, count } of calls) {
    const known = copy.served.get(operation) ?? { count: 0, seconds: 0 }
    known.count += count
    copy.served.set(operation, known)
  }
  for (const [operation, seconds] of load.seconds) copy.served.get(operation)!.seconds += seconds
}

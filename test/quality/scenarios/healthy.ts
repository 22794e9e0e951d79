/** Hard negatives: growth that is not a leak. Every one of them has fooled somebody's rule. */
import { JVM_PROMOTED } from '../world/collection.ts'
import {
  backlog,
  boundedLru,
  byAge,
  byTime,
  DAY_MS,
  filledCache,
  HOUR_MS,
  heldInFlight,
  MIB,
  MINUTE_MS,
  refills,
  squareWave,
  wandering,
} from '../world/parts.ts'
import type { Part, Tick } from '../world/plan.ts'
import {
  callsAnHour,
  hop,
  journey,
  oldLife,
  type ServiceDraft,
  type ShopDraft,
  type ShopShape,
  shop,
} from '../world/shop.ts'
import { traffic } from '../world/traffic.ts'
import { limitAfter } from './leaking.ts'
import { shortLives } from './leaks_in_time.ts'
import { at, type Scenario, type Severity } from './scenario.ts'

type Change = (draft: ShopDraft, service: ServiceDraft, severity: Severity) => void

function healthy(
  number: number,
  name: string,
  hours: number,
  change: Change,
  shape: Partial<ShopShape> = {},
): Scenario {
  return {
    number,
    name,
    hasLeak: false,
    plan(seed, severity, other) {
      const draft = shop({ seed, hours, ...shape, ...other })
      const service = draft.services.get('cart')!
      limitAfter(service, 800 * MIB)
      // Go lets its heap grow to twice what lives before it collects.
      if (service.runtime === 'go') service.containerLimitBytes *= 2
      change(draft, service, severity)
      return draft.finish()
    },
  }
}

/** All copies are started anew some hours into the run. */
function rolledOut(draft: ShopDraft, service: ServiceDraft, afterHours: number): void {
  const { startMs, endMs } = draft
  const atMs = startMs + afterHours * HOUR_MS
  service.lives = [
    ...service.lives.map((life) => ({ ...life, endMs: atMs })),
    ...service.lives.map((life, n) => ({
      ...life,
      instance: `${life.instance}-new`,
      startMs: atMs + n * 2 * MINUTE_MS,
      endMs,
      version: '1.1.0',
    })),
  ]
}

/** A logistic step of the clock's own: before, on the way, after. */
const ramp = (fromMs: number, lengthMs: number) => (atMs: number) =>
  Math.min(1, Math.max(0, (atMs - fromMs) / lengthMs))

/** Journeys of a service come more or less often as time goes. */
function scaled(draft: ShopDraft, name: string, factor: (atMs: number) => number): void {
  draft.journeys = draft.journeys.map((each) =>
    each.hops.some(({ service }) => service === name)
      ? { ...each, perSecond: (atMs: number) => each.perSecond(atMs) * factor(atMs) }
      : each,
  )
}

export const HEALTHY: readonly Scenario[] = [
  healthy(26, 'logarithm that never arrives', 60, (draft, service, severity) => {
    rolledOut(draft, service, 4)
    const scale = at(severity, [10, 15, 20, 30, 40]) * MIB
    service.parts.push(byAge('live', (ageMs) => scale * Math.log(1 + ageMs / (20 * MINUTE_MS))))
  }),
  healthy(27, 'cache warms up', 84, (draft, service, severity) => {
    rolledOut(draft, service, 4)
    const fillHours = at(severity, [0.5, 1, 3, 8, 20])
    service.parts.push(filledCache(300 * MIB, fillHours * HOUR_MS))
  }),
  healthy(28, 'claims memory after a roll-out', 48, (draft, service, severity) => {
    rolledOut(draft, service, 6)
    service.runtime = severity % 2 === 0 ? 'jvm' : 'dotnet'
    const hours = at(severity, [0.5, 1, 2, 4, 6])
    service.parts.push(byAge('native', (ageMs) => 200 * MIB * Math.min(1, ageMs / (hours * HOUR_MS))))
  }),
  healthy(
    29,
    'day and week',
    9 * 24,
    (_draft, service, severity) => {
      service.parts.push(heldInFlight(at(severity, [1, 2, 4, 8, 12]) * MIB))
    },
    { daily: 0.8, weekend: 0.5, stepMs: 120_000 },
  ),
  healthy(30, 'traffic grows, memory follows', 72, (draft, service, severity) => {
    const more = at(severity, [1, 1.5, 2, 3, 4])
    const grown = ramp(draft.startMs + 12 * HOUR_MS, 48 * HOUR_MS)
    scaled(draft, 'cart', (atMs) => 1 + more * grown(atMs))
    service.parts.push(heldInFlight(at(severity, [4, 6, 8, 12, 16]) * MIB))
  }),
  healthy(31, 'a step', 48, (draft, service, severity) => {
    const atMs = draft.startMs + draft.dice.between(10, 30) * HOUR_MS
    const lengthMs = at(severity, [1, 5, 15, 30, 60]) * MINUTE_MS
    const climbed = ramp(atMs, lengthMs)
    service.parts.push(byTime('live', (nowMs) => 150 * MIB * climbed(nowMs)))
  }),
  healthy(32, 'batch job and cron pods', 72, (draft, service, severity) => {
    const periodMs = at(severity, [1, 2, 4, 8, 24]) * HOUR_MS
    service.parts.push(squareWave(300 * MIB, periodMs, 0.4))
    const cron = draft.services.get('email')! ?? draft.services.get('search')!
    cron.lives = Array.from({ length: Math.floor((draft.endMs - draft.startMs) / periodMs) }, (_, n) =>
      oldLife(`cron-${n}`, draft.startMs + n * periodMs, draft.startMs + (n + 0.3) * periodMs),
    )
    cron.parts.push(byAge('live', (ageMs) => (60 * MIB * ageMs) / (0.3 * periodMs)))
  }),
  healthy(33, 'more copies, each as before', 48, (draft, service, severity) => {
    const copies = at(severity, [3, 4, 6, 8, 10])
    const { startMs, endMs } = draft
    const every = ((endMs - startMs) * 0.7) / copies
    service.lives = Array.from({ length: copies }, (_, n) =>
      oldLife(`cart-${n}`, n === 0 ? startMs - 3 * DAY_MS : startMs + n * every, endMs),
    )
    scaled(draft, 'cart', (atMs) => 1 + Math.min(copies - 1, Math.floor((atMs - startMs) / every)))
  }),
  healthy(34, 'old generation until its collection', 60, (draft, service, severity) => {
    rolledOut(draft, service, 5)
    service.runtime = 'jvm'
    service.fixedHeap = true
    const hours = at(severity, [2, 4, 8, 14, 22])
    const promoted = (0.3 * service.heapLimitBytes) / hours / 60
    service.parts.push((chance) => ({ stepMs }, levels) => {
      levels.garbage += (promoted / JVM_PROMOTED) * chance.between(0.8, 1.2) * (stepMs / MINUTE_MS)
    })
  }),
  healthy(35, 'fragmentation that saturates', 72, (draft, service, severity) => {
    rolledOut(draft, service, 3)
    const hours = at(severity, [1, 3, 6, 10, 16])
    service.parts.push(filledCache(120 * MIB, hours * HOUR_MS, 'native'), wandering(10 * MIB, HOUR_MS, 'native'))
  }),
  healthy(36, 'page cache grows', 48, (_draft, service, severity) => {
    const perHour = at(severity, [20, 40, 80, 160, 320]) * MIB
    service.parts.push(() => {
      let kept = 0
      return (tick, levels) => {
        kept = Math.min(8 * 1024 * MIB, kept + (perHour * tick.stepMs) / HOUR_MS)
        levels.pageCache += kept
      }
    })
  }),
  healthy(37, 'pages kept after a peak', 48, (draft, service, severity) => {
    const peaks = at(severity, [1, 2, 3, 4, 5])
    const { startMs, endMs, dice } = draft
    const times = Array.from(
      { length: peaks },
      (_, n) => startMs + (endMs - startMs) * ((n + dice.between(0.3, 0.7)) / peaks),
    )
    service.parts.push(
      byTime('native', (atMs) => {
        const high = times.reduce(
          (most, timeMs, n) => (atMs >= timeMs ? Math.max(most, (60 + 25 * Math.sqrt(n)) * MIB) : most),
          0,
        )
        return high
      }),
    )
  }),
  healthy(38, 'callee slows down, callers queue up', 48, (draft, service, severity) => {
    const { startMs } = draft
    const slower = at(severity, [3, 6, 10, 20, 40])
    const climbs = ramp(startMs + 14 * HOUR_MS, 10 * HOUR_MS)
    const heals = ramp(startMs + 34 * HOUR_MS, HOUR_MS)
    const slow = (atMs: number) => 1 + (slower - 1) * (climbs(atMs) - heals(atMs))
    draft.journeys = draft.journeys.map((each) => ({
      ...each,
      hops: each.hops.flatMap((one) => {
        if (one.operation !== 'POST /cart') return [one]
        const charge = hop('payment', 'POST /charge', 40, draft.dice)
        const latencyMs = (atMs: number) => charge.latencyMs(atMs) * slow(atMs)
        return [
          { ...one, latencyMs: (atMs: number) => one.latencyMs(atMs) + latencyMs(atMs) },
          { ...charge, latencyMs },
        ]
      }),
    }))
    service.parts.push(heldInFlight(6 * MIB))
  }),
  healthy(39, 'outage fills retry buffers', 48, (draft, service, severity) => {
    const { startMs, dice } = draft
    const fromMs = startMs + dice.between(10, 20) * HOUR_MS
    const untilMs = fromMs + at(severity, [0.5, 1, 2, 4, 8]) * HOUR_MS
    const isDown = (atMs: number) => atMs >= fromMs && atMs < untilMs
    // Each call tries three times before its work is put aside for later.
    draft.journeys = draft.journeys.map((each) => ({
      ...each,
      hops: each.hops.map((one) =>
        one.operation === 'POST /cart'
          ? { ...one, latencyMs: (atMs: number) => one.latencyMs(atMs) + (isDown(atMs) ? 3_000 : 0) }
          : one,
      ),
    }))
    const calls = callsAnHour(draft, service.name, {}, fromMs, untilMs) * ((untilMs - fromMs) / HOUR_MS)
    service.parts.push(backlog((250 * MIB) / calls, isDown, 600))
  }),
  healthy(40, 'refilled after drops', 72, (_draft, service, severity) => {
    service.parts.push(refills(250 * MIB, at(severity, [1, 3, 8, 16, 30]) * HOUR_MS))
  }),
  healthy(41, 'restarts without a leak', 48, (draft, service, severity) => {
    const hours = at(severity, [12, 6, 3, 1.5, 0.7])
    const { startMs, endMs, dice } = draft
    service.lives = shortLives('cart', 2, startMs, endMs, () => hours * dice.between(0.5, 1.5) * HOUR_MS)
    service.parts.push(filledCache(80 * MIB, 20 * MINUTE_MS))
  }),
  healthy(42, 'telemetry buffers fill while the backend is away', 48, (draft, service, severity) => {
    const { startMs, dice } = draft
    const fromMs = startMs + dice.between(8, 24) * HOUR_MS
    const hours = at(severity, [1, 2, 4, 6, 10])
    const bound = 120 * MIB
    const climbs = ramp(fromMs, hours * HOUR_MS)
    const drains = ramp(fromMs + hours * 2 * HOUR_MS, 5 * MINUTE_MS)
    service.parts.push(byTime('live', (atMs) => bound * Math.max(0, climbs(atMs) - drains(atMs))))
  }),
  healthy(43, 'bounded LRU fills slowly', 120, (draft, service, severity) => {
    rolledOut(draft, service, 3)
    const keys = at(severity, [5_000, 20_000, 60_000, 150_000, 400_000])
    service.parts.push(boundedLru(keys, (200 * MIB) / keys))
  }),
  healthy(48, 'nothing happens', 72, (_draft, service, severity) => {
    service.parts.push(wandering(at(severity, [1, 4, 10, 25, 50]) * MIB, at(severity, [0.1, 0.5, 1, 2, 3]) * HOUR_MS))
  }),
  healthy(49, 'one caller sends more and more', 60, (draft, service, severity) => {
    const rate = traffic({ perSecond: 0.5, daily: 0 }, draft.dice)
    const grown = ramp(draft.startMs + 8 * HOUR_MS, 50 * HOUR_MS)
    const more = at(severity, [2, 4, 8, 12, 20])
    draft.journeys.push(
      journey(
        (atMs) => rate(atMs) * (1 + more * grown(atMs)),
        [hop('mobile', 'POST /sync', 40, draft.dice), hop('cart', 'POST /cart', 15, draft.dice)],
      ),
    )
    const { endMs } = draft
    const inTheEnd = callsAnHour(draft, service.name, {}, endMs - 6 * HOUR_MS, endMs) * (SESSION_MS / HOUR_MS)
    service.parts.push(heldInFlight(8 * MIB), sessions((at(severity, [80, 160, 240, 320, 400]) * MIB) / inTheEnd))
  }),
]

const SESSION_MS = 20 * MINUTE_MS

/** Sessions live for a while: memory follows the rate. */
function sessions(bytesASession: number): Part {
  return () => {
    let alive: number | undefined
    return ({ total, stepMs, ageMs }: Tick, levels) => {
      // A process that is watched from some day on has its sessions already.
      alive ??= ageMs > SESSION_MS ? (total * SESSION_MS) / stepMs : 0
      alive += total - (alive * stepMs) / SESSION_MS
      levels.live += alive * bytesASession
    }
  }
}

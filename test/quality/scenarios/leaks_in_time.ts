/** Leaks by their course: slow ones, short-lived processes, kills, roll-outs that bring or mend them. */
import { DAY_MS, HOUR_MS, keptByCalls, MIB, MINUTE_MS, wandering } from '../world/parts.ts'
import type { LeakPlan, LifePlan } from '../world/plan.ts'
import { callsAnHour, oldLife, shop } from '../world/shop.ts'
import { HEAP, leakByCalls, leakByTime, leaking, limitAfter, stage } from './leaking.ts'
import { at, type Scenario } from './scenario.ts'

/** Processes that follow each other in so many places, each for a while. */
export function shortLives(
  name: string,
  places: number,
  fromMs: number,
  toMs: number,
  lifeMs: (n: number) => number,
): LifePlan[] {
  const lives: LifePlan[] = []
  for (let place = 0; place < places; place++) {
    let startMs = fromMs - (place * 17 * MINUTE_MS) / places
    for (let n = 0; startMs < toMs; n++) {
      const endMs = Math.min(toMs, Math.round(startMs + lifeMs(n * places + place)))
      lives.push({ ...oldLife(`${name}-${place}-${n}`, startMs, endMs) })
      startMs = endMs
    }
  }
  return lives
}

export const LEAKS_IN_TIME: readonly Scenario[] = [
  {
    number: 9,
    name: 'slow, below the noise',
    hasLeak: true,
    plan(seed, severity, shape) {
      const run = stage(seed, severity, { seen: 0, ...shape })
      const hours = at(severity, [48, 60, 72, 84, 96])
      const draft = shop({ seed, hours, ...shape })
      const service = draft.services.get('cart')!
      service.runtime = 'bare'
      const perHour = at(severity, [12, 8, 6, 4, 3]) * MIB
      service.parts.push(wandering(at(severity, [50, 60, 70, 80, 90]) * MIB, 40_000, 'native'))
      const slow = { ...run, draft, service, onsetMs: draft.startMs, perHour }
      service.containerLimitBytes = 6 * 1024 * MIB
      service.leaks.push(leakByTime(slow, 'native', perHour, ['native', 'memory']))
      return draft.finish()
    },
  },
  {
    number: 10,
    name: 'very slow, days to the limit',
    hasLeak: true,
    plan(seed, severity, shape) {
      const draft = shop({ seed, hours: at(severity, [60, 72, 84, 96, 120]), ...shape })
      const service = draft.services.get('cart')!
      const perHour = at(severity, [4, 3, 2, 1.5, 1]) * MIB
      const onsetMs = draft.startMs + 12 * HOUR_MS
      limitAfter(service, perHour * 24 * 14)
      const slow = { draft, service, onsetMs, perHour }
      service.leaks.push(leakByCalls(slow, { level: 'live', perHour, operation: 'POST /cart' }, HEAP, 'operation'))
      return draft.finish()
    },
  },
  {
    number: 11,
    name: 'pods live less than an hour',
    hasLeak: true,
    plan(seed, severity, shape) {
      const draft = shop({ seed, hours: 36, ...shape })
      const service = draft.services.get('cart')!
      const { dice, startMs, endMs } = draft
      const minutes = at(severity, [90, 75, 60, 45, 30])
      service.lives = shortLives('cart', 3, startMs, endMs, () => dice.between(0.8, 1.2) * minutes * MINUTE_MS)
      const onsetMs = startMs + 8 * HOUR_MS
      const perHour = at(severity, [96, 64, 48, 48, 48]) * MIB
      const perCall = perHour / callsAnHour(draft, 'cart', { operation: 'POST /cart' }, onsetMs, endMs)
      const when = ({ atMs }: { atMs: number }) => atMs > onsetMs
      const leak: LeakPlan = {
        part: keptByCalls({ level: 'live', operation: 'POST /cart', perCall, when }),
        level: 'live',
        resources: HEAP,
        onsetMs,
        untilMs: endMs,
        kind: 'request_driven',
        culprit: { caller: '', operation: 'POST /cart', perCall },
        identifiable: 'operation',
      }
      limitAfter(service, perHour * 24)
      service.leaks.push(leak)
      return draft.finish()
    },
  },
  leaking(12, 'killed again and again', (run, severity) => {
    const { service } = run
    service.lives = service.lives.slice(0, 1)
    const perHour = run.perHour * 2
    limitAfter(service, perHour * at(severity, [2, 3, 4, 6, 8]))
    service.leaks.push(leakByCalls(run, { level: 'live', perHour, operation: 'POST /cart' }, HEAP, 'operation'))
  }),
  leaking(13, 'came with a roll-out, canary first', (run) => {
    const { service, onsetMs, draft } = run
    const old = [1, 2, 3].map((n) =>
      oldLife(`cart-old-${n}`, draft.startMs - (2 + n) * DAY_MS, onsetMs + (n === 1 ? 0 : 2 * HOUR_MS)),
    )
    const young = [1, 2, 3].map((n) => ({
      ...oldLife(`cart-new-${n}`, onsetMs + (n === 1 ? 0 : 2 * HOUR_MS), draft.endMs),
      version: '1.1.0',
    }))
    service.lives = [...old, ...young]
    const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart' } as const
    const when = ({ version }: { version: string }) => version === '1.1.0'
    const told = leakByCalls(run, { ...leak, when }, HEAP, 'operation')
    service.leaks.push(told)
  }),
  leaking(
    14,
    'mended by a roll-out',
    (run) => {
      const { service, onsetMs, draft } = run
      const untilMs = Math.round(onsetMs + (draft.endMs - onsetMs) * 0.55)
      const copies = service.lives.length
      const young = Array.from({ length: copies }, (_, n) => ({
        ...oldLife(`cart-new-${n}`, untilMs, draft.endMs),
        version: '1.0.1',
      }))
      service.lives = [...service.lives.map((life) => ({ ...life, endMs: untilMs })), ...young]
      const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart' } as const
      const when = ({ version }: { version: string }) => version === '1.0.0'
      service.leaks.push({ ...leakByCalls(run, { ...leak, when }, HEAP, 'operation'), untilMs })
    },
    { seen: 1 },
  ),
]

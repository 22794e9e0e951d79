/** Leaks of requests: who calls what decides. */
import { DAY_MS, HOUR_MS, MIB } from '../world/parts.ts'
import { hop, journey } from '../world/shop.ts'
import { traffic } from '../world/traffic.ts'
import { HEAP, leakByCalls, leakByTime, limitAfter, PACE, type Stage, stage } from './leaking.ts'
import { at, type Scenario } from './scenario.ts'

/** Nights: 22:00 to 6:00 UTC. */
const isNight = (atMs: number) => (atMs % DAY_MS) / HOUR_MS < 6 || (atMs % DAY_MS) / HOUR_MS >= 22

/** An operation that only a thousandth of the calls ask for. */
function withRareOperation({ draft, service }: Stage): void {
  for (const caller of ['frontend', 'mobile']) {
    const rate = traffic({ perSecond: draft.dice.between(0.003, 0.008) }, draft.dice)
    draft.journeys.push(
      journey(rate, [
        hop(caller, 'POST /account/delete', 60, draft.dice),
        hop(service.name, `DELETE /${service.name}`, 40, draft.dice),
      ]),
    )
  }
}

/** Both callers come in one rhythm and their shares never change: nobody can tell them apart. */
function inOneRhythm({ draft, service }: Stage): void {
  const rate = traffic({ perSecond: 1 }, draft.dice)
  draft.journeys = draft.journeys.map((each) => {
    const callee = each.hops.at(-1)!
    if (callee.service !== service.name) return each
    const share = 0.6 + (each.hops.length + callee.operation.length + each.hops[0]!.service.length) / 20
    return { ...each, perSecond: (atMs) => rate(atMs) * share }
  })
}

export const LEAKS_BY_CALLS: readonly Scenario[] = [
  {
    number: 1,
    name: 'linear, time-driven',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity)
      run.service.leaks.push(leakByTime(run, 'live', run.perHour, HEAP))
      return run.draft.finish()
    },
  },
  {
    number: 2,
    name: 'bytes per call',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity)
      const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart' } as const
      run.service.leaks.push(leakByCalls(run, leak, HEAP, 'operation'))
      return run.draft.finish()
    },
  },
  {
    number: 3,
    name: 'one caller only',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity)
      const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart', caller: 'mobile' } as const
      run.service.leaks.push(leakByCalls(run, leak, HEAP, 'caller'))
      return run.draft.finish()
    },
  },
  {
    number: 4,
    name: 'one rare operation',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity)
      withRareOperation(run)
      const leak = { level: 'live', perHour: run.perHour, operation: 'DELETE /cart' } as const
      run.service.leaks.push(leakByCalls(run, leak, HEAP, 'operation'))
      return run.draft.finish()
    },
  },
  {
    number: 5,
    name: 'only calls that fail',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity)
      const errors = 0.05
      run.draft.journeys = run.draft.journeys.map((each) => ({
        ...each,
        hops: each.hops.map((one) => (one.operation === 'POST /cart' ? { ...one, errors } : one)),
      }))
      const leak = { level: 'live', perHour: run.perHour / errors, operation: 'POST /cart', onlyFailed: true } as const
      const told = leakByCalls(run, leak, HEAP, 'operation')
      // Told a call of the operation, since spans and histograms count those.
      const culprit = { ...told.culprit!, perCall: told.culprit!.perCall * errors }
      run.service.leaks.push({ ...told, culprit })
      return run.draft.finish()
    },
  },
  {
    number: 8,
    name: 'ladder of rates',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity, { name: 'email', size: 10 })
      const leak = { level: 'live', perHour: at(severity, PACE) * 2 * MIB, operation: 'POST /email' } as const
      limitAfter(run.service, leak.perHour * at(severity, [8, 12, 20, 30, 40]))
      run.service.leaks.push(leakByCalls(run, leak, HEAP, 'operation'))
      return run.draft.finish()
    },
  },
  {
    number: 15,
    name: 'two leaks in one chain',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity)
      const payment = { ...run, service: run.draft.services.get('payment')! }
      payment.service.lives = payment.service.lives.slice(0, 1)
      limitAfter(payment.service, run.perHour * 60)
      run.draft.journeys = run.draft.journeys.map((each) =>
        each.hops.at(-1)!.operation === 'POST /cart'
          ? { ...each, hops: [...each.hops, hop('payment', 'POST /charge', 20, run.draft.dice, { share: 0.5 })] }
          : each,
      )
      const first = { level: 'live', perHour: run.perHour, operation: 'POST /cart' } as const
      const second = { level: 'live', perHour: run.perHour, operation: 'POST /charge', caller: 'cart' } as const
      run.service.leaks.push(leakByCalls(run, first, HEAP, 'operation'))
      payment.service.leaks.push(leakByCalls(payment, second, HEAP, 'caller'))
      return run.draft.finish()
    },
  },
  {
    number: 16,
    name: 'one copy of several',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity)
      const [first] = run.service.lives
      run.service.lives = [1, 2, 3].map((n) => ({ ...first!, instance: `cart-${n}` }))
      const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart' } as const
      const when = ({ instance }: { instance: string }) => instance === 'cart-2'
      run.service.leaks.push(leakByCalls(run, { ...leak, when }, HEAP, 'operation'))
      return run.draft.finish()
    },
  },
  {
    number: 23,
    name: 'leak under daily traffic',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity, { daily: 0.9 })
      const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart' } as const
      run.service.leaks.push(leakByCalls(run, leak, HEAP, 'operation'))
      return run.draft.finish()
    },
  },
  {
    number: 24,
    name: 'leak that pauses at night',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity, { daily: 0.6 })
      const leak = { level: 'live', perHour: run.perHour * 1.3, operation: 'POST /cart' } as const
      const when = ({ atMs }: { atMs: number }) => !isNight(atMs)
      run.service.leaks.push(leakByCalls(run, { ...leak, when }, HEAP, 'operation'))
      return run.draft.finish()
    },
  },
  {
    number: 44,
    name: 'callers in one rhythm',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity)
      inOneRhythm(run)
      const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart', caller: 'mobile' } as const
      run.service.leaks.push(leakByCalls(run, leak, HEAP, 'nothing'))
      return run.draft.finish()
    },
  },
  {
    number: 45,
    name: 'no spans at all',
    hasLeak: true,
    plan(seed, severity) {
      const run = stage(seed, severity, { sampled: 0 })
      run.service.hasHistogram = false
      const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart' } as const
      run.service.leaks.push(leakByCalls(run, leak, HEAP, 'nothing'))
      return run.draft.finish()
    },
  },
]

/** Leaks of requests: who calls what decides. */
import { DAY_MS, HOUR_MS, MIB } from '../world/parts.ts'
import { hop, journey } from '../world/shop.ts'
import { traffic } from '../world/traffic.ts'
import { HEAP, leakByCalls, leakByTime, leaking, limitAfter, PACE, type Stage } from './leaking.ts'
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
  leaking(1, 'linear, time-driven', (run) => {
    run.service.leaks.push(leakByTime(run, 'live', run.perHour, HEAP))
  }),
  leaking(2, 'bytes per call', (run) => {
    const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart' } as const
    run.service.leaks.push(leakByCalls(run, leak, HEAP, 'operation'))
  }),
  leaking(3, 'one caller only', (run) => {
    const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart', caller: 'mobile' } as const
    run.service.leaks.push(leakByCalls(run, leak, HEAP, 'caller'))
  }),
  leaking(4, 'one rare operation', (run) => {
    withRareOperation(run)
    const leak = { level: 'live', perHour: run.perHour, operation: 'DELETE /cart' } as const
    run.service.leaks.push(leakByCalls(run, leak, HEAP, 'operation'))
  }),
  leaking(5, 'only calls that fail', (run) => {
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
  }),
  leaking(
    8,
    'ladder of rates',
    (run, severity) => {
      const leak = { level: 'live', perHour: at(severity, PACE) * 2 * MIB, operation: 'POST /email' } as const
      limitAfter(run.service, leak.perHour * at(severity, [8, 12, 20, 30, 40]))
      run.service.leaks.push(leakByCalls(run, leak, HEAP, 'operation'))
    },
    { name: 'email', size: 10 },
  ),
  leaking(15, 'two leaks in one chain', (run) => {
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
  }),
  leaking(16, 'one copy of several', (run) => {
    const [first] = run.service.lives
    run.service.lives = [1, 2, 3].map((n) => ({ ...first!, instance: `cart-${n}` }))
    const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart' } as const
    const when = ({ instance }: { instance: string }) => instance === 'cart-2'
    run.service.leaks.push(leakByCalls(run, { ...leak, when }, HEAP, 'operation'))
  }),
  leaking(
    23,
    'leak under daily traffic',
    (run) => {
      const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart' } as const
      run.service.leaks.push(leakByCalls(run, leak, HEAP, 'operation'))
    },
    { daily: 0.9 },
  ),
  leaking(
    24,
    'leak that pauses at night',
    (run) => {
      const leak = { level: 'live', perHour: run.perHour * 1.3, operation: 'POST /cart' } as const
      const when = ({ atMs }: { atMs: number }) => !isNight(atMs)
      run.service.leaks.push(leakByCalls(run, { ...leak, when }, HEAP, 'operation'))
    },
    { daily: 0.6 },
  ),
  leaking(44, 'callers in one rhythm', (run) => {
    inOneRhythm(run)
    const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart', caller: 'mobile' } as const
    run.service.leaks.push(leakByCalls(run, leak, HEAP, 'nothing'))
  }),
  leaking(
    45,
    'no spans at all',
    (run) => {
      run.service.hasHistogram = false
      const leak = { level: 'live', perHour: run.perHour, operation: 'POST /cart' } as const
      run.service.leaks.push(leakByCalls(run, leak, HEAP, 'nothing'))
    },
    { sampled: 0 },
  ),
]

/** What happens to telemetry on its way, each at its middle level. The truth stays what it was. */
import type { Request } from '../case.ts'
import type { Chance } from './chance.ts'
import { HOUR_MS, MINUTE_MS } from './parts.ts'
import type { ShopPlan } from './plan.ts'
import type { Copy } from './run.ts'
import { PLAIN, type Telling } from './telling.ts'

/** A name, and how a shop is told under it. */
export interface Disturbance {
  readonly name: string
  telling(plan: ShopPlan): Partial<Telling>
  /** Another interval of export. */
  readonly stepMs?: number
}

const middle = ({ startMs, endMs }: ShopPlan) => startMs + (endMs - startMs) / 2

/** Arrives up to fifteen seconds late, in another order, and one in twenty twice. */
function* shuffled(requests: Iterable<Request>, chance: Chance): Generator<Request> {
  let held: Request[] = []
  for (const request of requests) {
    held.push(request)
    if (chance.next() < 0.05) held.push(request)
    if (held.length < 40) continue
    const timeMs = request.timeMs
    const going = held.splice(0, 20).map((one) => ({ one, order: chance.next() }))
    for (const { one } of going.toSorted((a, b) => a.order - b.order))
      yield { ...one, timeMs: Math.max(one.timeMs, timeMs - 15_000) }
  }
  yield* held
  held = []
}

/** The same number in [0, 1) for the same copy. */
function drawnFor({ instance }: Copy): number {
  let sum = 7
  for (let at = 0; at < instance.length; at++) sum = (sum * 31 + instance.charCodeAt(at)) % 1009
  return sum / 1009
}

/** Seconds by which the clock of a real pod was ahead in published data. */
const FAR_AHEAD_MS = 200_000_000_000

export const DISTURBANCES: readonly Disturbance[] = [
  { name: 'none', telling: () => ({}) },
  { name: 'gaps', telling: () => ({ isLost: (_copy, _atMs, chance) => chance.next() < 0.3 }) },
  {
    name: 'long-gap',
    telling: (plan) => ({ isLost: (_copy, atMs) => Math.abs(atMs - middle(plan)) < HOUR_MS }),
  },
  {
    name: 'counter-resets',
    telling: ({ startMs }) => ({
      resetMs: (_copy, atMs) => startMs + Math.floor((atMs - startMs) / (7 * HOUR_MS)) * 7 * HOUR_MS,
    }),
  },
  { name: 'delta', telling: () => ({ isDelta: true }) },
  { name: 'late-and-twice', telling: () => ({ onItsWay: shuffled }) },
  { name: 'clock-skew', telling: () => ({ skewMs: (copy) => (drawnFor(copy) - 0.5) * 4 * MINUTE_MS }) },
  {
    name: 'clock-years-ahead',
    telling: () => ({ skewMs: ({ service }) => (service.name === 'payment' ? FAR_AHEAD_MS : 0) }),
  },
  { name: 'old-names', telling: () => ({ names: 'old' }) },
  { name: 'kibibytes', telling: () => ({ sizeUnit: 'KiBy' }) },
  {
    name: 'limit-changes',
    telling: ({ startMs }) => ({ limitFactor: (atMs) => (atMs < startMs + 3 * HOUR_MS ? 0.5 : 1) }),
  },
  {
    name: 'renamed',
    telling: (plan) => ({
      identity: (copy, atMs) => {
        const more = atMs > middle(plan) ? '-b' : ''
        return {
          ...PLAIN.identity(copy, atMs),
          instance: `${copy.instance}${more}`,
          pod: `${copy.life.instance}${more}`,
        }
      },
    }),
  },
  {
    name: 'ids-used-again',
    telling: () => ({
      identity: (copy, atMs) => ({
        ...PLAIN.identity(copy, atMs),
        instance: copy.life.instance.replace(/-(new|old|r)?-?\d+$/, ''),
      }),
    }),
  },
  { name: 'one-percent-sampled', telling: () => ({ sampled: 0.01 }) },
  { name: 'sampled-in-silence', telling: () => ({ sampled: 0.1, hasThreshold: false }) },
  {
    name: 'nameless',
    telling: () => ({
      identity: (copy, atMs) => {
        const told = PLAIN.identity(copy, atMs)
        return copy.service.name === 'shipping' ? { ...told, service: '', pod: '' } : told
      },
    }),
  },
  { name: 'every-five-minutes', telling: () => ({}), stepMs: 5 * MINUTE_MS },
]

/** Every request leaves its spans: the other side of `one-percent-sampled`. Takes no turn, for it costs as ten cases. */
const ALL_TRACES: Disturbance = { name: 'all-traces', telling: () => ({ sampled: 1 }) }

/** The disturbance of this name. */
export function disturbance(name: string): Disturbance {
  const known = [...DISTURBANCES, ALL_TRACES]
  const found = known.find((one) => one.name === name)
  if (found === undefined)
    throw new Error(`no disturbance ${name}; there are ${known.map((one) => one.name).join(', ')}`)
  return found
}

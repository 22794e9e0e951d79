/** A measured figure with an interval: of shares, of rates of rare events, and of anything by resampling cases. */
import { mean } from 'simple-statistics'
import { seededRandom } from '../../component/fake_env.ts'

/** A figure and its 95 % interval. */
export interface Measured {
  readonly value: number
  readonly low: number
  readonly high: number
  /** How many it was measured on: leaks, cases, alarms. */
  readonly n: number
}

/** Two-sided 95 % of the normal distribution. */
const Z = 1.959963984540054

/**
 * A share, with Wilson's score interval (E. B. Wilson, JASA 22, 1927); absent when there were none to count.
 *
 * @example share(81, 263) // => { value: 0.308, low: 0.255, high: 0.366, n: 263 } (Newcombe 1998, table I)
 */
export function share(hits: number, n: number): Measured | undefined {
  if (n === 0) return undefined
  const value = hits / n
  const middle = value + Z ** 2 / (2 * n)
  const half = Z * Math.sqrt((value * (1 - value)) / n + Z ** 2 / (4 * n ** 2))
  const scale = 1 + Z ** 2 / n
  const low = hits === 0 ? 0 : Math.max(0, (middle - half) / scale)
  const high = hits === n ? 1 : Math.min(1, (middle + half) / scale)
  return { value, low, high, n }
}

/**
 * Rare events over an exposure, with Byar's interval for a Poisson count (Rothman, Boice 1979); absent without
 * exposure. Near the exact one even for no event at all: 3.67 where the exact bound is 3.69.
 */
export function eventRate(events: number, exposure: number): Measured | undefined {
  if (exposure <= 0) return undefined
  const bound = (count: number, z: number) => count * (1 - 1 / (9 * count) + z / (3 * Math.sqrt(count))) ** 3
  const low = events === 0 ? 0 : bound(events, -Z)
  return { value: events / exposure, low: low / exposure, high: bound(events + 1, Z) / exposure, n: events }
}

/** How often cases are drawn again. The seed is part of the benchmark: the same scores give the same interval. */
export interface Resampling {
  readonly rounds: number
  readonly seed: number
}

/** Enough for two digits of a 95 % bound. */
export const RESAMPLING: Resampling = { rounds: 2_000, seed: 20_240_229 }

/**
 * The percentile bootstrap over cases (Efron 1979), drawn within strata: each scenario keeps its number of cases.
 *
 * @param statistic of the drawn cases, stratum by stratum; `undefined` when they hold nothing to measure.
 * @param n what to say the figure was measured on.
 * @returns absent when the statistic is, for the cases as they are.
 */
export function bootstrap<Item>(
  strata: readonly (readonly Item[])[],
  statistic: (drawn: readonly (readonly Item[])[]) => number | undefined,
  n: number,
  { rounds, seed }: Resampling = RESAMPLING,
): Measured | undefined {
  const value = statistic(strata)
  if (value === undefined) return undefined
  const next = seededRandom(seed).next
  const redraw = (items: readonly Item[]) => items.map(() => items[Math.floor(next() * items.length)]!)
  const values: number[] = []
  for (let round = 0; round < rounds; round++) {
    const drawn = statistic(strata.map(redraw))
    if (drawn !== undefined) values.push(drawn)
  }
  return { value, low: quantile(values, 0.025)!, high: quantile(values, 0.975)!, n }
}

/** The value that this share lies at or below, between neighbours (type 7 of Hyndman and Fan); absent without values. */
export function quantile(values: readonly number[], share: number): number | undefined {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  const place = share * (sorted.length - 1)
  const below = sorted[Math.floor(place)]!
  const above = sorted[Math.ceil(place)]!
  return below + (above - below) * (place - Math.floor(place))
}

/** The mean; absent without values. */
export function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : mean([...values])
}

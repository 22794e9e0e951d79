/** Chance of the simulated shops: one seed, the same run on every machine. */
import { randomExponential, randomNormal, randomPoisson } from 'd3-random'
import { seededRandom } from '../../component/fake_env.ts'

/** Draws; each moves the seed on. */
export interface Chance {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** Mean 0, standard deviation 1. */
  normal(): number
  exponential(mean: number): number
  /** A count with this mean. */
  poisson(mean: number): number
  /** How many of `count` fall into a share. */
  binomial(count: number, share: number): number
  pick<Item>(items: readonly Item[]): Item
  /** Independent chance for a part: what one part draws does not move the others. */
  fork(name: string): Chance
}

/** Above this mean a Poisson count is drawn as a rounded normal one: a shop makes thousands of them. */
const POISSON_MAX = 30

export function chance(seed: number): Chance {
  const { next } = seededRandom(seed)
  const normal = randomNormal.source(next)(0, 1)
  const exponential = randomExponential.source(next)
  const poisson = randomPoisson.source(next)
  const about = (mean: number, variance: number) => Math.max(0, Math.round(mean + Math.sqrt(variance) * normal()))
  return {
    next,
    normal,
    between: (low, high) => low + (high - low) * next(),
    exponential: (mean) => exponential(1 / mean)(),
    poisson: (mean) => (mean <= 0 ? 0 : mean < POISSON_MAX ? poisson(mean)() : about(mean, mean)),
    binomial(count, share) {
      if (share <= 0 || count === 0) return 0
      if (share >= 1) return count
      if (count * share * (1 - share) > POISSON_MAX)
        return Math.min(count, about(count * share, count * share * (1 - share)))
      let hits = 0
      for (let n = 0; n < count; n++) if (next() < share) hits += 1
      return hits
    },
    pick: (items) => items[Math.floor(next() * items.length)]!,
    fork: (name) => chance(hash(`${seed} ${name}`)),
  }
}

/** FNV-1a over UTF-16 units: spreads names over seeds. */
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193)
  return sum >>> 0
}

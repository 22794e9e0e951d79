/**
 * Lows that never come back.
 *
 * Walk a series of block lows from the newest to the oldest and count the lows below everything that came after them:
 * levels that were never seen again. A leak leaves many, since each low is soon left behind for good; a busy hour, a
 * spike or a cache emptied in between takes nothing away, since it only adds higher values.
 *
 * How many are too many? If the lows came in an order that says nothing (exchangeable), the i-th from the end is a
 * new minimum with probability 1/i, independently of the others (Rényi 1962), whatever their distribution. If they
 * wander as a random walk with symmetric steps, the number follows the law of Majumdar and Ziff (Phys. Rev. Lett. 101,
 * 050601, 2008), again whatever the distribution of the steps. Both chances are exact and need no parameter.
 */

import { gammaln } from 'simple-statistics'
import { BLOCKS_MAX } from './settings.ts'

/** What the lows of one stretch say. */
export interface LowCount {
  /** Blocks with data. */
  readonly blocks: number
  /** Lows that were never seen again (the newest counts always). */
  readonly records: number
  /** Base-10 logarithm of the chance of as many or more if the order of the lows says nothing. */
  readonly log10POrder: number
  /** The same if the lows wander as a random walk without drift. */
  readonly log10PWalk: number
}

/**
 * Counts lows that were never seen again among `floor[from..]`.
 *
 * @param floor block lows, oldest first, NaN missing.
 * @example countLows(Float64Array.of(1, 2, 3, 2.5), 0).records // => 3: 1, 2 and the newest
 */
export function countLows(floor: Float64Array, from: number): LowCount {
  let least = Number.POSITIVE_INFINITY
  let blocks = 0
  let records = 0
  for (let i = floor.length - 1; i >= from; i--) {
    const value = floor[i]!
    if (Number.isNaN(value)) continue
    blocks += 1
    if (value < least) {
      least = value
      records += 1
    }
  }
  return { blocks, records, log10POrder: log10POrder(blocks, records), log10PWalk: log10PWalk(blocks, records) }
}

/**
 * Base-10 logarithm of the chance of at least `records` record lows among `blocks` exchangeable values.
 *
 * @example log10POrder(3, 3) // => log10(1/6)
 */
export function log10POrder(blocks: number, records: number): number {
  if (records <= 1) return 0
  return ORDER[Math.min(blocks, BLOCKS_MAX)]![records]!
}

/** Base-10 logarithm of the chance of at least `records` record lows among `blocks` positions of a random walk. */
export function log10PWalk(blocks: number, records: number): number {
  if (records <= 1) return 0
  return WALK[Math.min(blocks, BLOCKS_MAX)]![records]!
}

/** `ORDER[n][r]`: tail of a sum of independent 0/1 with chances 1, 1/2, …, 1/n. */
const ORDER: readonly Float64Array[] = orderTails(BLOCKS_MAX)

/** `WALK[n][r]`: tail of C(2s−m+1, s)·2^(m−1−2s) over m ≥ r, with s = n − 1 steps. */
const WALK: readonly Float64Array[] = walkTails(BLOCKS_MAX)

function orderTails(blocksMax: number): readonly Float64Array[] {
  let chance: Float64Array = Float64Array.of(1)
  const tails: Float64Array[] = [Float64Array.of(0, 0)]
  for (let n = 1; n <= blocksMax; n++) {
    const next = new Float64Array(n + 1)
    for (let r = 0; r < n; r++) {
      next[r]! += chance[r]! * (1 - 1 / n)
      next[r + 1]! += chance[r]! / n
    }
    chance = next
    tails.push(log10Tail(chance))
  }
  return tails
}

function walkTails(blocksMax: number): readonly Float64Array[] {
  const tails: Float64Array[] = [Float64Array.of(0, 0)]
  for (let n = 1; n <= blocksMax; n++) {
    const steps = n - 1
    const chance = new Float64Array(n + 1)
    for (let m = 1; m <= n; m++) {
      const choose = gammaln(2 * steps - m + 2) - gammaln(steps + 1) - gammaln(steps - m + 2)
      chance[m] = Math.exp(choose + (m - 1 - 2 * steps) * Math.LN2)
    }
    tails.push(log10Tail(chance))
  }
  return tails
}

function log10Tail(chance: Float64Array): Float64Array<ArrayBuffer> {
  const tail = new Float64Array(chance.length)
  let sum = 0
  for (let r = chance.length - 1; r >= 0; r--) {
    sum += chance[r]!
    tail[r] = Math.min(0, Math.log10(sum))
  }
  return tail
}

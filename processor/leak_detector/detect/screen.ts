/**
 * The question that is asked of every series at every step: could `assess` find anything here?
 *
 * One walk over the ring from the newest value back counts the lows that were never seen again, in blocks of 1, 2, 4,
 * … steps at once: a block holds such a low exactly when one of its steps is lower than everything after it. Only
 * series with more of them than chance lightly allows are worth a closer look. Nothing is allocated, nothing is kept.
 */

import { log10POrder } from './lows.ts'
import { BLOCKS_MAX, BLOCKS_MIN } from './settings.ts'

/** Chance below which a series is worth a closer look; `assess` itself asks for less than a hundredth of it. */
const SCREEN_LOG10_P = -3.5

/** Blocks of up to 2^5 steps. */
const SIZES = 6

/** Fewest record lows among so many blocks that are worth a closer look. */
const NEEDED = Uint8Array.from({ length: BLOCKS_MAX + 1 }, (_, blocks) => {
  for (let records = 1; records <= blocks; records++) if (log10POrder(blocks, records) <= SCREEN_LOG10_P) return records
  return 255
})

const records = new Uint8Array(SIZES)
const lastBlock = new Int32Array(SIZES)

/**
 * True when the floors in a ring rise more than chance lightly allows, in blocks of any length.
 *
 * @param ring values of one series, NaN missing; may be longer than what is in use.
 * @param newest index of the newest value; older ones lie before it and wrap round at the end of the ring.
 * @param count how many values, at most the ring's length, belong to the current process life.
 * @example mayGrow(Float32Array.from({ length: 40 }, (_, i) => i), 39, 40) // => true
 */
export function mayGrow(ring: Float32Array | Float64Array, newest: number, count: number): boolean {
  records.fill(0)
  lastBlock.fill(-1)
  let least = Number.POSITIVE_INFINITY
  let present = 0
  let at = newest
  for (let back = 0; back < count; back++) {
    const value = ring[at]!
    at = at === 0 ? ring.length - 1 : at - 1
    if (Number.isNaN(value)) continue
    present += 1
    if (!(value < least)) continue
    least = value
    if (isRecord(back, present)) return true
  }
  return false
}

/** Counts a record low `back` steps ago in blocks of every size; true when one size has seen enough of them. */
function isRecord(back: number, present: number): boolean {
  for (let k = 0; k < SIZES; k++) {
    const block = back >> k
    if (block >= BLOCKS_MAX || block === lastBlock[k]) continue
    lastBlock[k] = block
    records[k]! += 1
    const blocks = Math.min(block, present >> k) + 1
    if (blocks >= BLOCKS_MIN && records[k]! >= NEEDED[blocks]!) return true
  }
  return false
}

/** Did growth begin when calls became slow? Then work waits for something, and what waits is held. */
import { median } from 'simple-statistics'
import type { Blocks } from './blocks.ts'
import type { Onset } from './onset.ts'

/**
 * Since the growth began, calls take much longer than they did before. What waits is let go when that has recovered; if
 * not after a day, it is no excuse any more.
 *
 * @param view the whole life, with calls and work in flight; where either is not known the answer is no.
 */
export function cameWithSlowCalls(view: Blocks, onset: Onset): boolean {
  const { concurrency, calls, blockMs, floor } = view
  if (concurrency === undefined || calls === undefined) return false
  const from = Math.round((view.lifeStartMs + onset.seconds * 1000 - view.startMs) / blockMs)
  const end = floor.length
  if (from <= 0 || (end - from) * blockMs > DAY_MS) return false
  const latency = concurrency.map((inFlight, block) => (inFlight * blockMs) / calls[block]!)
  const usual = present(latency.subarray(Math.max(0, from - BLOCKS_BEFORE), from))
  if (usual.length < BLOCKS_BEFORE / 2) return false
  const base = median(usual)
  let slowFrom = end
  while (slowFrom > 0 && latency[slowFrom - 1]! >= SLOW_TIMES * base) slowFrom -= 1
  const isTogether = Math.abs(slowFrom - from) <= Math.max(APART_BLOCKS, APART_SHARE * (end - from))
  return isTogether && end - slowFrom >= SLOW_BLOCKS_MIN
}

const DAY_MS = 86_400_000
/** Calls are slow that take so many times as long as they did in so many blocks before. */
const SLOW_TIMES = 2
const BLOCKS_BEFORE = 8
/** They have to be slow in each of the last blocks, and to have become so about when it began. */
const SLOW_BLOCKS_MIN = 2
const APART_BLOCKS = 4
const APART_SHARE = 0.25

function present(values: Float64Array): number[] {
  return Array.from(values).filter((value) => Number.isFinite(value))
}

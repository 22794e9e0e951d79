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
  if (from <= 0 || (floor.length - from) * blockMs > DAY_MS) return false
  const latency = concurrency.map((inFlight, block) => (inFlight * blockMs) / calls[block]!)
  const before = present(latency.subarray(Math.max(0, from - BLOCKS), from))
  const since = present(latency.subarray(from, from + BLOCKS))
  if (before.length < BLOCKS / 2 || since.length < BLOCKS / 2) return false
  return median(since) >= TIMES_MIN * median(before)
}

const DAY_MS = 86_400_000
/** Blocks compared before and after the beginning, and how many times longer calls have to take. */
const BLOCKS = 8
const TIMES_MIN = 2

function present(values: Float64Array): number[] {
  return Array.from(values).filter((value) => Number.isFinite(value))
}

/** Did the growth come while calls were slow? Then work waits for something, and what waits is held. */
import { quantile } from 'simple-statistics'
import type { Blocks } from './blocks.ts'
import type { Onset } from './onset.ts'

/**
 * Most of the growth came while calls took at least twice as long as they usually do. What waits is let go when that has
 * recovered; if not a day after calls became slow, it is no excuse any more.
 *
 * @param views of one instance, finest first.
 * @param life the one of them that covers the whole life: it tells what is usual.
 */
export function cameWithSlowCalls(views: readonly Blocks[], life: Blocks, onset: Onset): boolean {
  const slow = slowTime(views, life)
  if (slow === undefined) return false
  const onsetMs = life.lifeStartMs + onset.seconds * 1000
  if (onsetMs - slow.fromMs > LATER_SHARE * (slow.toMs - slow.fromMs)) return false
  const view = views.find(({ startMs }) => startMs < Math.min(onsetMs, slow.fromMs))
  return view !== undefined && cameIn(view, onsetMs, slow)
}

/** From when to when calls were slow, milliseconds since 1970. */
interface SlowTime {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * The newest time in which calls were slow; undefined when there is none within a day, or where nothing is known of calls.
 * The finest view that saw its beginning tells it.
 */
function slowTime(views: readonly Blocks[], life: Blocks): SlowTime | undefined {
  const known = latenciesOf(life).filter((latency) => latency > 0)
  if (known.length < USUAL_BLOCKS_MIN) return undefined
  const slow = SLOW_TIMES * quantile(Array.from(known), USUAL)
  for (const view of views) {
    const isSlow = Array.from(latenciesOf(view), (latency) => latency >= slow)
    const to = isSlow.findLastIndex((is, block) => is && isSlow[block - 1] === true) + 1
    if (to === 0) continue
    const from = isSlow.lastIndexOf(false, to - 1) + 1
    if (from === 0) continue
    const at = (block: number): number => view.startMs + block * view.blockMs
    return at(isSlow.length) - at(from) <= DAY_MS ? { fromMs: at(from), toMs: at(to) } : undefined
  }
  return undefined
}

/** Most of the growth since a moment came within a time. */
function cameIn({ floor, startMs, blockMs }: Blocks, sinceMs: number, { fromMs, toMs }: SlowTime): boolean {
  const block = (atMs: number): number => Math.max(0, Math.ceil((atMs - startMs) / blockMs))
  const known = (from: number, to: number): Float64Array => floor.subarray(from, to).filter((low) => !Number.isNaN(low))
  const before = known(Math.min(block(sinceMs), block(fromMs) - 1), block(fromMs))
  const within = known(block(fromMs), block(toMs) + 1)
  const now = known(block(fromMs), floor.length).at(-1)
  if (now === undefined || within.length === 0 || before.length === 0) return false
  return Math.max(...within) - before.at(-1)! >= GROWTH_SHARE * (now - Math.min(...before))
}

const DAY_MS = 86_400_000
/** Calls are slow that take so many times as long as a quarter of all does. */
const SLOW_TIMES = 2
const USUAL = 0.25
const USUAL_BLOCKS_MIN = 8
const GROWTH_SHARE = 0.7
/** Growth that began when calls had long been slow has another cause. */
const LATER_SHARE = 0.25

/** Milliseconds a call in each block; none where not known. */
function latenciesOf({ concurrency, calls, blockMs }: Blocks): Float64Array {
  if (concurrency === undefined || calls === undefined) return new Float64Array()
  return concurrency.map((inFlight, block) => (inFlight * blockMs) / calls[block]!)
}

/**
 * How many calls come at which hour: what a leak of calls has left is used up by those that are still to come, and
 * they come as they did yesterday. A forecast at the pace of a busy morning is wrong by the evening.
 */
import type { Blocks } from './blocks.ts'

/** Calls a second in each hour of the day, UTC; hours that were not seen yet have the mean of those that were. */
export type CallDay = Float64Array

const HOURS = 24
const HOUR_MS = 3_600_000
/** Below this there is no rhythm to speak of. */
const HOURS_SEEN_MIN = 4

/** The last day of a view; undefined when its calls are not known for at least four hours. */
export function callDayOf(view: Blocks): CallDay | undefined {
  const { calls, blockMs, startMs } = view
  if (calls === undefined) return undefined
  const sums = new Float64Array(HOURS)
  const seconds = new Float64Array(HOURS)
  const first = Math.max(0, calls.length - Math.round((HOURS * HOUR_MS) / blockMs))
  for (let block = first; block < calls.length; block++) {
    const count = calls[block]!
    if (Number.isNaN(count)) continue
    const hour = hourOf(startMs + (block + 0.5) * blockMs)
    sums[hour]! += count
    seconds[hour]! += blockMs / 1000
  }
  const seen = seconds.reduce((sum, value) => sum + value, 0)
  const served = sums.reduce((sum, value) => sum + value, 0)
  if (seen * 1000 < HOURS_SEEN_MIN * HOUR_MS || !(served > 0)) return undefined
  return sums.map((sum, hour) => (seconds[hour]! > 0 ? sum / seconds[hour]! : served / seen))
}

/**
 * Seconds until so many more calls have come.
 *
 * @example secondsToServe(new Float64Array(24).fill(2), 7_200, 0) // => 3600
 */
export function secondsToServe(day: CallDay, calls: number, nowMs: number): number {
  const aDay = day.reduce((sum, perSecond) => sum + perSecond * 3600, 0)
  const days = Math.floor(calls / aDay)
  let left = calls - days * aDay
  let atMs = nowMs
  for (let hour = 0; hour <= HOURS && left > 0; hour++) {
    const endMs = (Math.floor(atMs / HOUR_MS) + 1) * HOUR_MS
    const perSecond = day[hourOf(atMs)]!
    const served = Math.min(left, (perSecond * (endMs - atMs)) / 1000)
    if (served === left) return days * 86_400 + (atMs - nowMs) / 1000 + left / perSecond
    left -= served
    atMs = endMs
  }
  return days * 86_400 + (atMs - nowMs) / 1000
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) % HOURS
}

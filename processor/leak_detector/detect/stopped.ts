/**
 * Did it grow, and stop? A stretch that climbs for hours and then lies level rises beyond chance for hours more: what was
 * gained is not lost. What is told as growing should be growing now.
 */
import type { Blocks } from './blocks.ts'
import { fitLine } from './line.ts'
import { pointsOf } from './points.ts'

/**
 * True when the last quarter of the time since the onset, and of the calls since then where calls are known, surely
 * climbs at less than two fifths of the mean pace.
 *
 * @param views of one instance, finest first: the finest that saw the onset is asked.
 * @param onsetMs milliseconds since 1970.
 */
export function hasStopped(views: readonly Blocks[], onsetMs: number): boolean {
  const view = views.find(({ startMs }) => startMs <= onsetMs)
  if (view === undefined) return false
  const { x, y, work } = pointsOf(view, Math.floor((onsetMs - view.startMs) / view.blockMs))
  return [x, ...(work ? [work] : [])].every((clock) => climbsNoMore(clock, y))
}

function climbsNoMore(clock: Float64Array, y: Float64Array): boolean {
  const last = clock.length - 1
  const end = clock[last]!
  const late = clock.findIndex((at) => at > end - (end - clock[0]!) * LATE_SHARE)
  if (late < LATE_POINTS_MIN || last + 1 - late < LATE_POINTS_MIN) return false
  const { slope, slopeError } = fitLine(clock.subarray(late), y.subarray(late))
  return slope + 2 * slopeError < STILL_SHARE * fitLine(clock, y).slope
}

const LATE_SHARE = 0.25
const LATE_POINTS_MIN = 6
const STILL_SHARE = 0.4

/** Does it grow ever faster? Then there is less time than a straight line says. */
import { fitLine, type Line } from './line.ts'
import type { Points } from './points.ts'

/**
 * True when what was kept since a moment keeps speeding up, in time and in calls: the traffic of a morning grows too, but
 * what feeds on itself keeps more and more of each call.
 *
 * @param seconds since the life began.
 */
export function speedsUp(points: Points, seconds: number): boolean {
  const from = since(points, seconds)
  const y = points.y.subarray(from)
  return [points.x, ...(points.work ? [points.work] : [])].every((clock) => keepsSpeedingUp(clock.subarray(from), y))
}

/** Number of the first point at or after a moment; 0 when there is none. */
export function since({ x }: Points, seconds: number): number {
  return Math.max(
    0,
    x.findIndex((at) => at >= seconds),
  )
}

/** Whether each third climbs faster than the one before, and the last surely at twice the pace of the first. */
function keepsSpeedingUp(clock: Float64Array, y: Float64Array): boolean {
  const third = Math.floor(clock.length / 3)
  if (third < THIRD_MIN) return false
  const [first, second, last] = [0, 1, 2].map((k) =>
    fitLine(clock.subarray(k * third, (k + 1) * third), y.subarray(k * third, (k + 1) * third)),
  ) as [Line, Line, Line]
  if (!(first.slope > 0 && second.slope >= FASTER * first.slope && last.slope >= FASTER * second.slope)) return false
  const surely = 3 * Math.hypot(first.slopeError, last.slopeError)
  return last.slope >= 2 * first.slope && last.slope - first.slope > surely
}

const THIRD_MIN = 5
const FASTER = 1.2

/** Turns a shape of minutes into the windows that an engine would hold at a moment. */

import type { SeriesWindow } from '../../../../processor/leak_detector/detect/evidence.ts'
import type { Shape } from './shapes.ts'

/** Steps of 1, 10 and 60 minutes; 4 hours, 2 days, 30 days. */
const RINGS = [
  { minutes: 1, steps: 240 },
  { minutes: 10, steps: 288 },
  { minutes: 60, steps: 720 },
] as const

export const START_MS = 1_700_000_400_000
const MINUTE_MS = 60_000

/** The windows of one instance after `now` minutes. */
export function windowsAt(shape: Shape, now: number, instance = 'a'): SeriesWindow[] {
  return RINGS.map(({ minutes, steps }) => {
    const last = Math.floor(now / minutes)
    const first = Math.max(0, last - steps)
    const rows = Array.from({ length: last - first }, (_, k) => (first + k) * minutes)
    const each = (values: Float64Array, of: (part: Float64Array) => number): Float64Array =>
      Float64Array.from(rows, (from) => of(values.subarray(from, from + minutes)))
    return {
      instance,
      stepMs: minutes * MINUTE_MS,
      startMs: START_MS + first * minutes * MINUTE_MS,
      floor: each(shape.floor, low),
      mean: each(shape.mean, average),
      cuts: shape.cuts.map((cut) => Math.floor(cut / minutes) - first).filter((cut) => cut > 0 && cut < last - first),
      deploys: [],
      ...(shape.concurrency && { concurrency: each(shape.concurrency, average) }),
      ...(shape.calls && { calls: each(shape.calls, (part) => average(part) * part.length) }),
    }
  })
}

function low(part: Float64Array): number {
  let least = Number.NaN
  for (const value of part) if (!(value >= least)) least = Number.isNaN(value) ? least : value
  return least
}

function average(part: Float64Array): number {
  let sum = 0
  let n = 0
  for (const value of part) {
    if (Number.isNaN(value)) continue
    sum += value
    n += 1
  }
  return n === 0 ? Number.NaN : sum / n
}

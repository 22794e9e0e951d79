/** Old processes whose memory goes in legs: to a level, in so many minutes. */

import { assess } from '../../../../processor/leak_detector/detect/assess.ts'
import { seededRandom } from '../../../component/fake_env.ts'
import { contextWith, WHOLE_BLOCKS_MS, windowOf } from './context.ts'

const MIB = 2 ** 20
export const HOUR = 60
const settled = { startMs: WHOLE_BLOCKS_MS, bornMs: WHOLE_BLOCKS_MS - 30 * 86_400_000 }

/** MiB at the end of each leg, and minutes to get there; what falls, falls at once. */
export type Leg = readonly [toMib: number, minutes: number]

/** Lows by the minute, with a MiB of noise. */
export function levels(fromMib: number, legs: readonly Leg[], seed = 1): Float64Array {
  const random = seededRandom(seed)
  let at = fromMib
  return Float64Array.from(
    legs.flatMap(([toMib, minutes]) => {
      const begun = at
      at = toMib
      return Array.from({ length: minutes }, (_, minute) => begun + ((toMib - begun) * (minute + 1)) / minutes)
    }),
    (mib) => (mib + random.next()) * MIB,
  )
}

/** What is said of the climb of the last copy; work in flight does not change. */
export function said(copies: readonly Float64Array[], kind = {}): string {
  const windows = copies.map((floor, at) => {
    const calls = new Float64Array(floor.length).fill(10)
    return windowOf(floor, { ...settled, instance: `i${at}`, calls, concurrency: calls })
  })
  const context = contextWith({ kind: { items: false, heap: true, collected: false, ...kind } })
  const verdict = assess(windows, context)
  return verdict.kind === 'explained' ? verdict.reasons.join() : verdict.kind
}

export const FLAT: Leg = [100, 10 * HOUR]
export const climb = (toMib: number, hours: number): Leg => [toMib, hours * HOUR]
export const drop = (toMib: number): Leg => [toMib, 1]

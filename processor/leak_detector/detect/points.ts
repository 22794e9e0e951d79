/** Blocks without the missing ones: what curves are fitted to. */

import type { Blocks } from './blocks.ts'

/** Columns of equal length, oldest first, without gaps. */
export interface Points {
  /** Seconds since the life began, at the low of the block. */
  readonly x: Float64Array
  /** Block lows. */
  readonly y: Float64Array
  /** Block means. */
  readonly mean: Float64Array
  /** Work in flight, where known for every point; else absent. */
  readonly load?: Float64Array
  /** Calls a second, where known for every point; else absent. */
  readonly callRate?: Float64Array
  /** Calls completed since the first point, where known for every point; else absent. */
  readonly work?: Float64Array
}

/** The blocks from `from` on that hold data. */
export function pointsOf(blocks: Blocks, from: number): Points {
  const kept: number[] = []
  for (let i = from; i < blocks.floor.length; i++) if (!Number.isNaN(blocks.floor[i]!)) kept.push(i)
  const pick = (values: Float64Array): Float64Array => {
    const picked = new Float64Array(kept.length)
    for (let at = 0; at < kept.length; at++) picked[at] = values[kept[at]!]!
    return picked
  }
  const atMs = (i: number): number => blocks.startMs + i * blocks.blockMs + blocks.lowAfterMs[i]!
  const x = new Float64Array(kept.length)
  kept.forEach((i, at) => {
    x[at] = (atMs(i) - blocks.lifeStartMs) / 1000
  })
  const load = known(blocks.concurrency)
  const work = known(blocks.calls)
  return {
    x,
    y: pick(blocks.floor),
    mean: pick(blocks.mean),
    ...(load && { load: pick(load) }),
    ...(work && { callRate: pick(work.map((calls) => (calls * 1000) / blocks.blockMs)), work: pick(runningSum(work)) }),
  }
}

/** Gaps are filled with the mean when few; a series with more than a third missing counts as unknown. */
function known(values: Float64Array | undefined): Float64Array | undefined {
  if (values === undefined) return undefined
  let sum = 0
  let n = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    sum += value
    n += 1
  }
  if (n === 0 || 3 * n < 2 * values.length) return undefined
  return values.map((value) => (Number.isNaN(value) ? sum / n : value))
}

function runningSum(values: Float64Array): Float64Array {
  let sum = 0
  return values.map((value) => {
    sum += value
    return sum
  })
}

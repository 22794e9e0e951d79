/**
 * From steps to blocks: the low of each block.
 *
 * A collected heap draws a sawtooth; its peaks follow traffic, its lows follow what survives collection. The low of a
 * block longer than the collection cycle is the part that survives. Nobody knows the cycle beforehand, so every
 * series is looked at in blocks of several lengths.
 */

import type { SeriesWindow } from './evidence.ts'
import { BLOCKS_MAX, BLOCKS_MIN } from './settings.ts'

/** One life of one instance in blocks of equal length, oldest first; NaN marks a block with too little data. */
export interface Blocks {
  readonly instance: string
  readonly blockMs: number
  /** Start of block 0; a multiple of `blockMs`, so that blocks do not slide from look to look. */
  readonly startMs: number
  /** Start of the process life that the blocks lie in, warm-up included. */
  readonly lifeStartMs: number
  /** When the process was started, by its own account; absent when it does not say. */
  readonly bornMs?: number
  readonly floor: Float64Array
  /** Milliseconds from the start of a block to the middle of the step that holds its low. */
  readonly lowAfterMs: Float64Array
  readonly mean: Float64Array
  /** Work in flight, mean of each block; absent when not known. */
  readonly concurrency?: Float64Array
  /** Calls of each block; absent when not known. */
  readonly calls?: Float64Array
}

/** The last process life in a window: first step, and first step after the warm-up. */
export interface Life {
  readonly firstStep: number
  readonly settledStep: number
}

/** Blocks need data in at least this share of their steps. */
const COVERAGE_MIN = 0.25

/** Where the current process life begins: after the last cut or roll-out, at the first step that holds data. */
export function currentLife(window: SeriesWindow, warmUpMs: number): Life {
  let first = 0
  for (const cut of window.cuts) if (cut > first && cut < window.floor.length) first = cut
  for (const cut of window.deploys) if (cut > first && cut < window.floor.length) first = cut
  while (first < window.floor.length && Number.isNaN(window.floor[first]!)) first += 1
  return { firstStep: first, settledStep: Math.min(window.floor.length, first + Math.ceil(warmUpMs / window.stepMs)) }
}

/**
 * The views of one window: blocks of 1, 2, 4, … steps as long as enough blocks remain, each view the last
 * `BLOCKS_MAX` blocks at most. Longest blocks last.
 */
export function viewsOf(window: SeriesWindow, warmUpMs: number): Blocks[] {
  const life = currentLife(window, warmUpMs)
  const views: Blocks[] = []
  for (let size = 1; ; size *= 2) {
    const view = blocksOf(window, life, size, BLOCKS_MAX)
    if (view.floor.length < BLOCKS_MIN) return views
    views.push(view)
    if (view.startMs <= window.startMs + life.settledStep * window.stepMs + 2 * view.blockMs) return views
  }
}

/** The last `blocksMax` whole blocks of `size` steps of one life. */
export function blocksOf(window: SeriesWindow, life: Life, size: number, blocksMax: number): Blocks {
  const blockMs = size * window.stepMs
  const endMs = window.startMs + window.floor.length * window.stepMs
  const settledMs = window.startMs + life.settledStep * window.stepMs
  const last = Math.floor(endMs / blockMs)
  const first = Math.max(Math.ceil(settledMs / blockMs), last - blocksMax)
  const count = Math.max(0, last - first)
  const offset = Math.round((first * blockMs - window.startMs) / window.stepMs)
  return {
    instance: window.instance,
    blockMs,
    startMs: first * blockMs,
    lifeStartMs: window.startMs + life.firstStep * window.stepMs,
    ...(window.bornMs !== undefined && { bornMs: window.bornMs }),
    ...lowsOf(window, offset, size, count),
    mean: reduceBlocks(window.mean, offset, size, count, average),
    ...(window.concurrency && { concurrency: reduceBlocks(window.concurrency, offset, size, count, average) }),
    ...(window.calls && { calls: reduceBlocks(window.calls, offset, size, count, total) }),
  }
}

type Reduce = (values: Float64Array, from: number, to: number) => number

function reduceBlocks(values: Float64Array, offset: number, size: number, count: number, reduce: Reduce): Float64Array {
  const out = new Float64Array(count)
  for (let i = 0; i < count; i++) out[i] = reduce(values, offset + i * size, offset + (i + 1) * size)
  return out
}

/** The low of each block, and where in the block it lies. */
function lowsOf(
  window: SeriesWindow,
  offset: number,
  size: number,
  count: number,
): Pick<Blocks, 'floor' | 'lowAfterMs'> {
  const floor = new Float64Array(count).fill(Number.NaN)
  const lowAfterMs = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const from = offset + i * size
    let lowest = from
    let n = 0
    for (let step = from; step < from + size; step++) {
      const value = window.floor[step]!
      if (Number.isNaN(value)) continue
      n += 1
      if (!(window.floor[lowest]! <= value)) lowest = step
    }
    if (n === 0 || n < COVERAGE_MIN * size) continue
    floor[i] = window.floor[lowest]!
    lowAfterMs[i] = (lowest - from + 0.5) * window.stepMs
  }
  return { floor, lowAfterMs }
}

function average(values: Float64Array, from: number, to: number): number {
  const [sum, n] = sumOf(values, from, to)
  return n > 0 ? sum / n : Number.NaN
}

/** Calls of the steps that were not seen are taken to be like those that were. */
function total(values: Float64Array, from: number, to: number): number {
  const [sum, n] = sumOf(values, from, to)
  return n > 0 ? (sum * (to - from)) / n : Number.NaN
}

function sumOf(values: Float64Array, from: number, to: number): readonly [sum: number, n: number] {
  let sum = 0
  let n = 0
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (Number.isNaN(value)) continue
    sum += value
    n += 1
  }
  return [sum, n]
}

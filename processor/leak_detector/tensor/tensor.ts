/**
 * The tensor: service × time × resource, kept as one row of numbers a step for each series.
 *
 * A series is one component of one metric of one instance (a level: floor, mean, max and last of each step) or a count
 * of calls (one number a step). Steps are numbered from 1970, so that the steps of all grains line up. Missing is NaN.
 */

import { createRingStore, giveRing, type RingSettings, type RingStore, ringBytes, ringOf, takeRing } from './rings.ts'

/** What is kept of a level in each step, and where in the row. */
export const STAT = { floor: 0, mean: 1, max: 2, last: 3 } as const
export type Stat = keyof typeof STAT

export type SeriesKind = 'level' | 'count'

export interface Tensor {
  readonly rings: readonly RingSettings[]
  /** Begins a series under a number that is free. */
  begin(series: number, kind: SeriesKind): void
  end(series: number): void
  /** Writes a level's step; older than the newest is refused. */
  writeLevel(series: number, step: number, row: LevelRow): boolean
  writeCount(series: number, step: number, count: number): boolean
  /**
   * One statistic of a series at a grain, `[steps]`, oldest first, ending at the newest finished step of that grain.
   * @param closedStep newest closed step of the finest grain.
   */
  read(series: number, ring: number, closedStep: number, steps: number, stat: Stat): Float64Array
  /** The floors of a level as they lie in a ring, without copying: for whoever looks at thousands of series. */
  floors(series: number, ring: number, closedStep: number): FloorRing
  /** Newest step written, at the finest grain. */
  lastStep(series: number): number
  firstStep(series: number): number
  /** Bytes held in rings. */
  readonly bytes: number
}

export interface LevelRow {
  readonly floor: number
  readonly mean: number
  readonly max: number
  readonly last: number
}

/** Values of a ring: the newest of `count` at index `newest`, older ones before it, wrapping round at the start. */
export interface FloorRing {
  readonly values: Float32Array
  readonly newest: number
  readonly count: number
}

const NONE = -1
const NEVER = Number.NEGATIVE_INFINITY

interface Series {
  readonly kind: SeriesKind
  readonly slots: number[]
  /** Newest step written, by grain. */
  readonly last: number[]
  first: number
}

/** @param rings from fine to coarse; each step is a whole multiple of the one before. */
export function createTensor(rings: readonly RingSettings[]): Tensor {
  const stores = {
    level: rings.map((ring) => createRingStore(ring, 4)),
    count: rings.map((ring) => createRingStore(ring, 1)),
  }
  const all: (Series | undefined)[] = []
  return {
    rings,
    get bytes() {
      return [...stores.level, ...stores.count].reduce((sum, ring) => sum + ringBytes(ring), 0)
    },
    begin(series, kind) {
      all[series] = { kind, slots: rings.map(() => NONE), last: rings.map(() => NEVER), first: NEVER }
    },
    end(series) {
      const entry = all[series]
      if (entry === undefined) return
      entry.slots.forEach((slot, ring) => {
        if (slot !== NONE) giveRing(stores[entry.kind][ring]!, slot)
      })
      all[series] = undefined
    },
    writeLevel: (series, step, { floor, mean, max, last }) =>
      write(stores.level, all[series]!, step, [floor, mean, max, last]),
    writeCount: (series, step, count) => write(stores.count, all[series]!, step, [count]),
    read(series, ring, closedStep, steps, stat) {
      const entry = all[series]!
      const store = stores[entry.kind]
      settle(store, entry, closedStep)
      const ratio = rings[ring]!.stepMs / rings[0]!.stepMs
      const newest = Math.floor((closedStep + 1) / ratio) - 1
      return readRing(store[ring]!, entry, ring, newest, steps, entry.kind === 'level' ? STAT[stat] : 0)
    },
    floors(series, ring, closedStep) {
      const entry = all[series]!
      const store = stores[entry.kind]
      settle(store, entry, closedStep)
      const { steps } = store[ring]!
      const slot = entry.slots[ring]!
      if (slot === NONE) return { values: new Float32Array(steps), newest: 0, count: 0 }
      const last = entry.last[ring]!
      const ratio = rings[ring]!.stepMs / rings[0]!.stepMs
      const count = Math.min(steps, last - Math.floor(entry.first / ratio) + 1)
      return { values: ringOf(store[ring]!, slot).subarray(0, steps), newest: last % steps, count }
    },
    lastStep: (series) => all[series]!.last[0]!,
    firstStep: (series) => all[series]!.first,
  }
}

function write(stores: readonly RingStore[], entry: Series, step: number, row: readonly number[]): boolean {
  if (step < entry.last[0]!) return false
  if (entry.first === NEVER) entry.first = step
  else settle(stores, entry, step - 1)
  put(stores[0]!, entry, 0, step, row)
  return true
}

function put(ring: RingStore, entry: Series, grain: number, step: number, row: readonly number[]): void {
  if (entry.slots[grain] === NONE) entry.slots[grain] = takeRing(ring)
  const numbers = ringOf(ring, entry.slots[grain]!)
  const last = entry.last[grain]!
  for (let missing = Math.max(last + 1, step - ring.steps); missing < step && last !== NEVER; missing++) {
    for (let stat = 0; stat < ring.width; stat++) numbers[stat * ring.steps + (missing % ring.steps)] = Number.NaN
  }
  for (let stat = 0; stat < ring.width; stat++) numbers[stat * ring.steps + (step % ring.steps)] = row[stat]!
  entry.last[grain] = step
}

/** Writes the coarser steps that are finished when the finest grain is closed through `closedStep`. */
function settle(stores: readonly RingStore[], entry: Series, closedStep: number): void {
  let closed = closedStep
  for (let grain = 1; grain < stores.length; grain++) {
    const ratio = stores[grain]!.stepMs / stores[grain - 1]!.stepMs
    const finer = entry.last[grain - 1]!
    if (finer === NEVER) return
    const coarse = Math.floor(finer / ratio)
    closed = Math.floor((closed + 1) / ratio) - 1
    if (coarse > closed || coarse <= entry.last[grain]!) continue
    put(stores[grain]!, entry, grain, coarse, combine(stores[grain - 1]!, entry, grain - 1, coarse * ratio, ratio))
  }
}

/** The row of a coarse step out of the finer ones in it: least floor, mean of means, greatest max, newest last. */
function combine(ring: RingStore, entry: Series, grain: number, from: number, steps: number): number[] {
  const numbers = ringOf(ring, entry.slots[grain]!)
  const newest = entry.last[grain]!
  const known: number[] = []
  for (let step = Math.max(from, newest - ring.steps + 1); step < from + steps && step <= newest; step++) {
    const at = step % ring.steps
    if (!Number.isNaN(numbers[at]!)) known.push(at)
  }
  if (known.length === 0) return new Array<number>(ring.width).fill(Number.NaN)
  const values = (stat: number) => known.map((at) => numbers[stat * ring.steps + at]!)
  if (ring.width === 1) return [sum(values(0))]
  const row: number[] = []
  row[STAT.floor] = Math.min(...values(STAT.floor))
  row[STAT.mean] = sum(values(STAT.mean)) / known.length
  row[STAT.max] = Math.max(...values(STAT.max))
  row[STAT.last] = values(STAT.last).at(-1)!
  return row
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function readRing(
  ring: RingStore,
  entry: Series,
  grain: number,
  newest: number,
  steps: number,
  stat: number,
): Float64Array {
  const out = new Float64Array(steps).fill(Number.NaN)
  const slot = entry.slots[grain]!
  if (slot === NONE) return out
  const numbers = ringOf(ring, slot)
  const last = entry.last[grain]!
  const from = Math.max(newest - steps + 1, last - ring.steps + 1, 0)
  for (let step = from; step <= Math.min(newest, last); step++) {
    out[step - (newest - steps + 1)] = numbers[stat * ring.steps + (step % ring.steps)]!
  }
  return out
}

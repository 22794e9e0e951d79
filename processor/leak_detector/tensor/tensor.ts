/**
 * The tensor: service × time × resource, kept as one row of numbers a step for each series.
 *
 * A series is one component of one metric of one instance (a level: floor, mean, max and last of each step) or a count
 * of calls (one number a step). Steps are numbered from 1970, so that the steps of all grains line up. Missing is NaN.
 */

import {
  clearStep,
  createRingStore,
  floorsOf,
  giveRing,
  type LevelRow,
  putCount,
  putLevel,
  type RingSettings,
  type RingStore,
  readStep,
  ringBytes,
  type Stat,
  takeRing,
} from './rings.ts'

/** A level has four numbers a step, a count has one. */
export type SeriesKind = 'level' | 'count'

/** Rings of history for numbered series. */
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
  /** Newest step written, at the finest grain; `NEVER` before the first. */
  lastStep(series: number): number
  firstStep(series: number): number
  /** Bytes held in rings. */
  readonly bytes: number
}

/** Values of a ring: the newest of `count` at index `newest`, older ones before it, wrapping round at the start. */
export interface FloorRing {
  readonly values: Float32Array
  readonly newest: number
  readonly count: number
  /** Step of the newest value. */
  readonly last: number
}

const NONE = -1
/** Before all steps. */
export const NEVER = -0x8000_0000
const GONE = 0
const LEVEL = 1
const COUNT = 2

/** What is known of series, in columns; `rings` numbers each in `slots` and `last`. */
interface Columns {
  kind: Uint8Array
  first: Int32Array
  slots: Int32Array
  last: Int32Array
}

interface State extends Columns {
  readonly rings: readonly RingSettings[]
  readonly level: readonly RingStore[]
  readonly count: readonly RingStore[]
}

/** @param rings from fine to coarse; each step is a whole multiple of the one before. */
export function createTensor(rings: readonly RingSettings[]): Tensor {
  const state: State = {
    rings,
    level: rings.map((ring) => createRingStore(ring, true)),
    count: rings.map((ring) => createRingStore(ring, false)),
    ...columns(1024, rings.length),
  }
  return {
    rings,
    get bytes() {
      return [...state.level, ...state.count].reduce((sum, ring) => sum + ringBytes(ring), 0)
    },
    begin(series, kind) {
      if (series >= state.kind.length) grow(state, series)
      state.kind[series] = kind === 'level' ? LEVEL : COUNT
      state.first[series] = NEVER
      state.slots.fill(NONE, series * rings.length, (series + 1) * rings.length)
      state.last.fill(NEVER, series * rings.length, (series + 1) * rings.length)
    },
    end(series) {
      if (series >= state.kind.length || state.kind[series] === GONE) return
      storesOf(state, series).forEach((ring, grain) => {
        const slot = state.slots[series * rings.length + grain]!
        if (slot !== NONE) giveRing(ring, slot)
      })
      state.kind[series] = GONE
    },
    writeLevel(series, step, row) {
      if (!isNext(state, series, step)) return false
      putLevel(state.level[0]!, moveTo(state, series, 0, step), step, row)
      return true
    },
    writeCount(series, step, count) {
      if (!isNext(state, series, step)) return false
      putCount(state.count[0]!, moveTo(state, series, 0, step), step, count)
      return true
    },
    read(series, ring, closedStep, steps, stat) {
      settle(state, series, closedStep)
      const newest = Math.floor((closedStep + 1) / ratioOf(rings, 0, ring)) - 1
      return readRing(state, series, ring, newest, steps, stat)
    },
    floors(series, ring, closedStep) {
      settle(state, series, closedStep)
      const store = storesOf(state, series)[ring]!
      const slot = state.slots[series * rings.length + ring]!
      if (slot === NONE) return { values: NOTHING, newest: 0, count: 0, last: NEVER }
      const last = state.last[series * rings.length + ring]!
      const count = last - Math.floor(state.first[series]! / ratioOf(rings, 0, ring)) + 1
      return { values: floorsOf(store, slot), newest: last % store.steps, count: Math.min(store.steps, count), last }
    },
    lastStep: (series) => state.last[series * rings.length]!,
    firstStep: (series) => state.first[series]!,
  }
}

const NOTHING = new Float32Array(1)

function columns(series: number, rings: number): Columns {
  return {
    kind: new Uint8Array(series),
    first: new Int32Array(series),
    slots: new Int32Array(series * rings),
    last: new Int32Array(series * rings),
  }
}

function grow(state: State, series: number): void {
  const wider = columns(Math.max(series + 1, state.kind.length * 2), state.rings.length)
  wider.kind.set(state.kind)
  wider.first.set(state.first)
  wider.slots.set(state.slots)
  wider.last.set(state.last)
  Object.assign(state, wider)
}

function storesOf(state: State, series: number): readonly RingStore[] {
  return state.kind[series] === LEVEL ? state.level : state.count
}

function ratioOf(rings: readonly RingSettings[], fine: number, coarse: number): number {
  return rings[coarse]!.stepMs / rings[fine]!.stepMs
}

/** Makes ready for a step of the finest grain; false when a newer one is there. */
function isNext(state: State, series: number, step: number): boolean {
  if (step < state.last[series * state.rings.length]!) return false
  if (state.first[series] === NEVER) state.first[series] = step
  else settle(state, series, step - 1)
  return true
}

/** Steps between the newest and `step` are missing: forgets what lay there. Returns the slot. */
function moveTo(state: State, series: number, grain: number, step: number): number {
  const at = series * state.rings.length + grain
  const ring = storesOf(state, series)[grain]!
  if (state.slots[at] === NONE) state.slots[at] = takeRing(ring)
  const slot = state.slots[at]!
  const last = state.last[at]!
  if (last !== NEVER) {
    for (let missing = Math.max(last + 1, step - ring.steps); missing < step; missing++) clearStep(ring, slot, missing)
  }
  state.last[at] = step
  return slot
}

/** Writes the coarser steps that are finished when the finest grain is closed through `closedStep`. */
function settle(state: State, series: number, closedStep: number): void {
  const { rings } = state
  let closed = closedStep
  for (let grain = 1; grain < rings.length; grain++) {
    const ratio = ratioOf(rings, grain - 1, grain)
    const finer = state.last[series * rings.length + grain - 1]!
    if (finer === NEVER) return
    const coarse = Math.floor(finer / ratio)
    closed = Math.floor((closed + 1) / ratio) - 1
    if (coarse > closed || coarse <= state.last[series * rings.length + grain]!) continue
    combine(state, series, grain, coarse, ratio)
  }
}

/** A coarse step out of the finer ones in it: least floor, mean of means, greatest max, newest last; counts add up. */
function combine(state: State, series: number, grain: number, coarse: number, ratio: number): void {
  const finer = storesOf(state, series)[grain - 1]!
  const slot = state.slots[series * state.rings.length + grain - 1]!
  const newest = state.last[series * state.rings.length + grain - 1]!
  let known = 0
  let sum = 0
  let [floor, max, last] = [Number.NaN, Number.NaN, Number.NaN]
  const from = Math.max(coarse * ratio, newest - finer.steps + 1)
  for (let step = from; step < (coarse + 1) * ratio && step <= newest; step++) {
    const low = readStep(finer, slot, step, 'floor')
    if (Number.isNaN(low)) continue
    const high = readStep(finer, slot, step, 'max')
    floor = known === 0 ? low : Math.min(floor, low)
    max = known === 0 ? high : Math.max(max, high)
    sum += readStep(finer, slot, step, 'mean')
    last = readStep(finer, slot, step, 'last')
    known += 1
  }
  const store = storesOf(state, series)[grain]!
  const to = moveTo(state, series, grain, coarse)
  if (store.isLevel) putLevel(store, to, coarse, { floor, mean: sum / known, max, last })
  else putCount(store, to, coarse, known === 0 ? Number.NaN : sum)
}

function readRing(
  state: State,
  series: number,
  grain: number,
  newest: number,
  steps: number,
  stat: Stat,
): Float64Array {
  const out = new Float64Array(steps).fill(Number.NaN)
  const slot = state.slots[series * state.rings.length + grain]!
  if (slot === NONE) return out
  const ring = storesOf(state, series)[grain]!
  const last = state.last[series * state.rings.length + grain]!
  const oldest = newest - steps + 1
  const from = Math.max(oldest, last - ring.steps + 1, 0)
  for (let step = from; step <= Math.min(newest, last); step++) out[step - oldest] = readStep(ring, slot, step, stat)
  return out
}

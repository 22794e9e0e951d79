/**
 * History without unbounded memory: the last steps of every series at three grains. The newest are kept step by step,
 * older ones ten at a time, the oldest sixty at a time, so that a fast leak is seen in the first and a slow one in the
 * last. Rings lie in slabs that are taken when a series first needs them and given back when it goes.
 *
 * A level's floor and max are kept as they are; mean and last lie between them and are kept as sixteen bits of the way,
 * which is exact to a 65,535th of the range: twelve bytes a step for four numbers. A count takes four bytes a step.
 */

/** One ring: how long a step of it is, and how many are kept. */
export interface RingSettings {
  readonly stepMs: number
  readonly steps: number
}

/** What is kept of a level in each step. All NaN: nothing is known. */
export interface LevelRow {
  readonly floor: number
  readonly mean: number
  readonly max: number
  readonly last: number
}

/** The rings of one grain and kind of series. */
export interface RingStore {
  readonly stepMs: number
  readonly steps: number
  readonly isLevel: boolean
  /** Floors then maxes of each slot, or counts. */
  readonly values: Float32Array[]
  /** Means then lasts of each slot, as parts of the way from floor to max; empty for counts. */
  readonly parts: Uint16Array[]
  readonly free: number[]
  taken: number
}

const SLOTS_A_SLAB = 64
const WHOLE = 65_535

/** A store without slabs. */
export function createRingStore({ stepMs, steps }: RingSettings, isLevel: boolean): RingStore {
  return { stepMs, steps, isLevel, values: [], parts: [], free: [], taken: 0 }
}

/** A slot for one series, all NaN. */
export function takeRing(ring: RingStore): number {
  if (ring.free.length === 0) addSlab(ring)
  const slot = ring.free.pop()!
  ring.taken += 1
  valuesOf(ring, slot).fill(Number.NaN)
  return slot
}

function addSlab(ring: RingStore): void {
  const first = ring.values.length * SLOTS_A_SLAB
  ring.values.push(new Float32Array(SLOTS_A_SLAB * ring.steps * widthOf(ring)))
  if (ring.isLevel) ring.parts.push(new Uint16Array(SLOTS_A_SLAB * ring.steps * 2))
  for (let slot = first + SLOTS_A_SLAB - 1; slot >= first; slot--) ring.free.push(slot)
}

function widthOf({ isLevel }: RingStore): number {
  return isLevel ? 2 : 1
}

/** Gives a slot back. */
export function giveRing(ring: RingStore, slot: number): void {
  ring.taken -= 1
  ring.free.push(slot)
}

/** The floors of a slot, or its counts: step `s` at `s mod steps`. */
export function floorsOf(ring: RingStore, slot: number): Float32Array {
  const from = (slot % SLOTS_A_SLAB) * ring.steps * widthOf(ring)
  return ring.values[Math.floor(slot / SLOTS_A_SLAB)]!.subarray(from, from + ring.steps)
}

function valuesOf(ring: RingStore, slot: number): Float32Array {
  const size = ring.steps * widthOf(ring)
  const from = (slot % SLOTS_A_SLAB) * size
  return ring.values[Math.floor(slot / SLOTS_A_SLAB)]!.subarray(from, from + size)
}

/** Forgets a step. */
export function clearStep(ring: RingStore, slot: number, step: number): void {
  const at = indexOf(ring, slot) + (step % ring.steps)
  ring.values[Math.floor(slot / SLOTS_A_SLAB)]![at] = Number.NaN
}

/** Where the values of a slot begin in its slab; its parts begin at the same place. */
function indexOf(ring: RingStore, slot: number): number {
  return (slot % SLOTS_A_SLAB) * ring.steps * widthOf(ring)
}

/** Writes a step of a level. */
export function putLevel(ring: RingStore, slot: number, step: number, { floor, mean, max, last }: LevelRow): void {
  const slab = Math.floor(slot / SLOTS_A_SLAB)
  const at = indexOf(ring, slot) + (step % ring.steps)
  const values = ring.values[slab]!
  values[at] = floor
  values[at + ring.steps] = max
  const range = max - floor
  ring.parts[slab]![at] = range > 0 ? Math.round(((mean - floor) / range) * WHOLE) : 0
  ring.parts[slab]![at + ring.steps] = range > 0 ? Math.round(((last - floor) / range) * WHOLE) : 0
}

/** Writes a step of a count. */
export function putCount(ring: RingStore, slot: number, step: number, count: number): void {
  ring.values[Math.floor(slot / SLOTS_A_SLAB)]![indexOf(ring, slot) + (step % ring.steps)] = count
}

/** What is kept of a level in each step, and which of it is read. Of a count there is but one number. */
export type Stat = 'floor' | 'mean' | 'max' | 'last'

/** One number of one step; NaN when nothing is known. */
export function readStep(ring: RingStore, slot: number, step: number, stat: Stat): number {
  const slab = Math.floor(slot / SLOTS_A_SLAB)
  const at = indexOf(ring, slot) + (step % ring.steps)
  const values = ring.values[slab]!
  const floor = values[at]!
  if (!ring.isLevel || stat === 'floor') return floor
  const max = values[at + ring.steps]!
  if (stat === 'max' || Number.isNaN(floor)) return Number.isNaN(floor) ? floor : max
  const part = ring.parts[slab]![stat === 'mean' ? at : at + ring.steps]!
  return floor + ((max - floor) * part) / WHOLE
}

/** Bytes held in slabs. */
export function ringBytes({ values, parts }: RingStore): number {
  return [...values, ...parts].reduce((sum, { byteLength }) => sum + byteLength, 0)
}

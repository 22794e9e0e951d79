/**
 * History without unbounded memory: the last steps of every series at three grains. The newest are kept step by step,
 * older ones ten at a time, the oldest sixty at a time, so that a fast leak is seen in the first and a slow one in the
 * last. Rings lie in slabs that are taken when a series first needs them and given back when it goes.
 */

/** One ring: how long a step of it is, in steps of the ring before, and how many are kept. */
export interface RingSettings {
  readonly stepMs: number
  readonly steps: number
}

export interface RingStore {
  readonly stepMs: number
  readonly steps: number
  /** Numbers kept for each step. */
  readonly width: number
  readonly slabs: Float32Array[]
  readonly free: number[]
  taken: number
}

const SLOTS_A_SLAB = 64

export function createRingStore({ stepMs, steps }: RingSettings, width: number): RingStore {
  return { stepMs, steps, width, slabs: [], free: [], taken: 0 }
}

/** A slot for one series, all NaN. */
export function takeRing(ring: RingStore): number {
  if (ring.free.length === 0) addSlab(ring)
  const slot = ring.free.pop()!
  ring.taken += 1
  ringOf(ring, slot).fill(Number.NaN)
  return slot
}

function addSlab(ring: RingStore): void {
  const first = ring.slabs.length * SLOTS_A_SLAB
  ring.slabs.push(new Float32Array(SLOTS_A_SLAB * ring.steps * ring.width))
  for (let slot = first + SLOTS_A_SLAB - 1; slot >= first; slot--) ring.free.push(slot)
}

export function giveRing(ring: RingStore, slot: number): void {
  ring.taken -= 1
  ring.free.push(slot)
}

/** The numbers of a slot, one statistic after the other: number `n` of step `s` at `n * steps + s mod steps`. */
export function ringOf(ring: RingStore, slot: number): Float32Array {
  const size = ring.steps * ring.width
  const at = (slot % SLOTS_A_SLAB) * size
  return ring.slabs[Math.floor(slot / SLOTS_A_SLAB)]!.subarray(at, at + size)
}

export function ringBytes(ring: RingStore): number {
  return ring.slabs.length * SLOTS_A_SLAB * ring.steps * ring.width * 4
}

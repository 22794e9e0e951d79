/**
 * How each runtime collects garbage: what a heap shows between two collections. What dies stays in use until it is
 * collected; a collection comes when the heap has grown by so much since the last one.
 */
import type { Chance } from './chance.ts'
import type { Runtime } from './plan.ts'

/** The heap of one process. */
export interface Heap {
  /** Dropped and not yet collected, in the part that metrics show. */
  garbageBytes: number
  liveBytes: number
  /** Live bytes when it was last collected. */
  liveAfterBytes: number
  /** Pages taken from the system and not given back. */
  committedBytes: number
}

export const EMPTY_HEAP: Heap = { garbageBytes: 0, liveBytes: 0, liveAfterBytes: 0, committedBytes: 0 }

interface Collector {
  /** Share of what is dropped that survives the young generation first. */
  readonly promoted: number
  /** Growth since the last collection that starts the next. */
  trigger(liveAfterBytes: number): number
  /** Share of the pages above what is in use that is kept over ten steps. */
  readonly keepsPages: number
  /** What dies is freed at once. */
  readonly isCounted: boolean
}

const MIB = 2 ** 20

/** Share of what a JVM drops that reaches the old generation: recorded shops promote next to nothing. */
export const JVM_PROMOTED = 0.0005
/** G1 starts a cycle when so much of the heap is old. */
const G1_OCCUPANCY = 0.45

const COLLECTORS: Record<Runtime, Collector> = {
  // V8 collects the old space when it has grown by about a third, at least some MiB.
  node: { promoted: 0.03, trigger: (live) => Math.max(8 * MIB, live * 0.3), keepsPages: 0.7, isCounted: false },
  // G1 keeps the heap about twice as large as what is live, and collects at 45 % of it.
  jvm: { promoted: JVM_PROMOTED, trigger: (live) => Math.max(8 * MIB, live * 0.15), keepsPages: 1, isCounted: false },
  // GOGC=100: the heap doubles between collections.
  go: { promoted: 1, trigger: (live) => Math.max(4 * MIB, live), keepsPages: 0.8, isCounted: false },
  dotnet: { promoted: 0.01, trigger: (live) => Math.max(12 * MIB, live * 0.25), keepsPages: 0.9, isCounted: false },
  // Counted references: nothing waits for collection but cycles.
  python: { promoted: 0.002, trigger: () => 2 * MIB, keepsPages: 1, isCounted: true },
  // What the allocator holds back for later is all that waits.
  bare: { promoted: 0.01, trigger: () => 4 * MIB, keepsPages: 0.9, isCounted: true },
}

/** What a collection has to know of a process. */
export interface HeapStep {
  readonly runtime: Runtime
  readonly liveBytes: number
  readonly droppedBytes: number
  /** A heap of fixed size (-Xms = -Xmx) is collected by its size; 0: it grows as needed. */
  readonly fixedBytes: number
}

function triggerOf({ runtime, fixedBytes }: HeapStep, liveAfterBytes: number): number {
  const usual = COLLECTORS[runtime].trigger(liveAfterBytes)
  return runtime === 'jvm' && fixedBytes > 0 ? Math.max(usual, G1_OCCUPANCY * fixedBytes - liveAfterBytes) : usual
}

/** A heap that has lived for days: somewhere within a cycle, with the pages of many cycles behind it. */
export function age(heap: Heap, step: HeapStep, chance: Chance): void {
  const most = triggerOf(step, step.liveBytes)
  heap.garbageBytes = chance.next() * most
  heap.liveBytes = step.liveBytes
  heap.liveAfterBytes = step.liveBytes
  heap.committedBytes = (step.liveBytes + most) * 1.05
}

/** One step further. */
export function collect(heap: Heap, step: HeapStep, chance: Chance): void {
  const { promoted, keepsPages, isCounted } = COLLECTORS[step.runtime]
  const died = isCounted ? 0 : Math.max(0, heap.liveBytes - step.liveBytes)
  heap.garbageBytes += step.droppedBytes * promoted + died
  heap.liveBytes = step.liveBytes
  const most = triggerOf(step, heap.liveAfterBytes)
  const grown = step.liveBytes + heap.garbageBytes - heap.liveAfterBytes
  const counted = isCounted ? heap.garbageBytes : grown
  if (counted >= most) {
    // Several collections fit into a step of a busy process: it ends somewhere within a cycle.
    const isBusy = heap.garbageBytes > 2 * most
    heap.garbageBytes = isBusy ? chance.between(0.02, 1) * most : chance.between(0.01, 0.06) * heap.garbageBytes
    heap.liveAfterBytes = step.liveBytes
  }
  const used = step.liveBytes + heap.garbageBytes
  const above = heap.committedBytes - used
  heap.committedBytes = above < 0 ? used * 1.05 : used + above * keepsPages ** (1 / 10)
}

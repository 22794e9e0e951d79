/** How each runtime collects garbage: what a heap shows between two collections. Pure: state in, state out. */
import type { Chance } from './chance.ts'
import type { Runtime } from './plan.ts'

/** The heap of one process. */
export interface Heap {
  /** Dropped and not yet collected, in the part that metrics show. */
  garbageBytes: number
  /** Live bytes when it was last collected. */
  liveAfterBytes: number
  /** Pages taken from the system and not given back. */
  committedBytes: number
  collections: number
}

export const EMPTY_HEAP: Heap = { garbageBytes: 0, liveAfterBytes: 0, committedBytes: 0, collections: 0 }

/** Share of dropped bytes that survives the young generation, and when the old one is collected. */
interface Collector {
  readonly promoted: number
  /** Garbage that starts a collection. */
  trigger(liveBytes: number, limitBytes: number): number
  /** Share of the committed pages above what is in use that is kept. */
  readonly keepsPages: number
}

const MIB = 2 ** 20

/** Share of what a JVM drops that reaches the old generation first. */
export const JVM_PROMOTED = 0.0005

const COLLECTORS: Record<Runtime, Collector> = {
  // V8 collects the old space when it has grown by about a third, at least some MiB.
  node: { promoted: 0.03, trigger: (live) => Math.max(8 * MIB, live * 0.3), keepsPages: 0.7 },
  // G1 starts a concurrent cycle when 45 % of the heap is old. Recorded: of a shop's garbage next to nothing gets there.
  jvm: {
    promoted: JVM_PROMOTED,
    trigger: (live, limit) => Math.max(MIB, (limit > 0 ? 0.45 * limit : live * 2) - live),
    keepsPages: 1,
  },
  // GOGC=100: the heap doubles between collections.
  go: { promoted: 1, trigger: (live) => Math.max(4 * MIB, live), keepsPages: 0.8 },
  dotnet: { promoted: 0.02, trigger: (live) => Math.max(12 * MIB, live * 0.25), keepsPages: 0.9 },
  // Counted references: nothing waits for collection but cycles.
  python: { promoted: 0.002, trigger: () => 2 * MIB, keepsPages: 1 },
  // Freed at once: what the allocator holds back for later is all that waits.
  bare: { promoted: 0.01, trigger: () => 4 * MIB, keepsPages: 0.9 },
}

/** A heap that has lived for days: somewhere within a cycle, with the pages of many cycles behind it. */
export function aged(heap: Heap, runtime: Runtime, liveBytes: number, limitBytes: number, chance: Chance): void {
  const most = COLLECTORS[runtime].trigger(liveBytes, limitBytes)
  heap.garbageBytes = chance.next() * most
  heap.liveAfterBytes = liveBytes
  heap.committedBytes = (liveBytes + most) * 1.05
  heap.collections = 1
}

/** One step further. */
export function collect(
  heap: Heap,
  runtime: Runtime,
  { liveBytes, droppedBytes, limitBytes }: { liveBytes: number; droppedBytes: number; limitBytes: number },
  chance: Chance,
): void {
  const { promoted, trigger, keepsPages } = COLLECTORS[runtime]
  heap.garbageBytes += droppedBytes * promoted
  const most = trigger(liveBytes, limitBytes)
  if (heap.garbageBytes >= most) {
    // Several collections fit into a step of a busy process: it ends somewhere within a cycle.
    const left = heap.garbageBytes > 2 * most ? chance.between(0.02, 1) * most : chance.between(0.01, 0.06) * most
    heap.garbageBytes = left
    heap.liveAfterBytes = liveBytes
    heap.collections += 1
  }
  const used = liveBytes + heap.garbageBytes
  heap.committedBytes =
    used > heap.committedBytes ? used * 1.05 : used + (heap.committedBytes - used) * keepsPages ** (1 / 10)
}

/**
 * Resident memory holds the heap: what the heap's growth accounts for is judged by the heap's own metric, which knows
 * of collections, and not a second time by its pages.
 */
import type { Suspicion } from '../finding/suspicion.ts'

/** The heap explains the memory when it grows at least at this part of its pace. */
const HEAP_SHARE_MIN = 0.5

/**
 * What is said of a service's memory when its heap has been judged.
 *
 * @param heap the newest word on the heap of the same copies; undefined when it has none, or lies still.
 */
export function besideHeap(memory: Suspicion, heap: Suspicion | undefined): Suspicion {
  const { verdict } = memory
  if (verdict.kind !== 'growing' || heap?.verdict.kind !== 'explained') return memory
  const { reasons, rate, facts } = heap.verdict
  if (rate < HEAP_SHARE_MIN * verdict.growth.rate.value) return memory
  return { ...memory, verdict: { kind: 'explained', reasons, rate: verdict.growth.rate.value, facts } }
}

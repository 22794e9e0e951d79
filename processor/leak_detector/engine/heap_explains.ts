/**
 * Resident memory holds the heap: what the heap's growth accounts for is judged by the heap's own metric, which knows
 * of collections, and not a second time by its pages. And a process that was started not long ago claims pages, arenas
 * and compiled code for hours without keeping anything.
 */
import type { Verdict } from '../detect/evidence.ts'
import type { Suspicion } from '../finding/suspicion.ts'

/** The heap explains the memory when it grows at least at this part of its pace. */
const HEAP_SHARE_MIN = 0.5

/** Where a heap is told and does not grow, memory that grows alone has to be so sure. */
const ALONE_CONFIDENCE_MIN = 0.85

/**
 * What is said of a service's memory when its heap has been judged.
 *
 * @param memory of copies that tell of their heap too.
 * @param heap the newest word on that heap; undefined when it lies still.
 * @param patienceMs a process younger than this is young.
 */
export function besideHeap(memory: Suspicion, heap: Suspicion | undefined, patienceMs: number): Suspicion {
  const { verdict } = memory
  if (verdict.kind !== 'growing') return memory
  if (heap?.verdict.kind === 'growing') return blamedAsHeap(memory, heap)
  const pace = verdict.growth.rate.value
  if (heap?.verdict.kind === 'explained' && heap.verdict.rate >= HEAP_SHARE_MIN * pace && !isOnlyYoung(heap.verdict)) {
    const { reasons, facts } = heap.verdict
    return { ...memory, verdict: { kind: 'explained', reasons, rate: pace, facts } }
  }
  if (isClaiming(memory, patienceMs)) return { ...memory, verdict: claiming(verdict.growth.facts, pace) }
  return verdict.growth.confidence < ALONE_CONFIDENCE_MIN ? { ...memory, verdict: { kind: 'quiet' } } : memory
}

/** A heap may not know of any limit, so nothing in it is urgent; memory that meets its limit soon is. */
function isOnlyYoung({ reasons }: Extract<Verdict, { kind: 'explained' }>): boolean {
  return reasons.every((reason) => reason === 'warmup')
}

/** Pages come and go in lumps of their own: what the heap says of the cause counts, and memory's word only beside it. */
function blamedAsHeap(memory: Suspicion, { attribution }: Suspicion): Suspicion {
  const isVague = attribution === undefined || attribution.kind === 'unknown'
  if (isVague && memory.attribution?.kind !== 'time_driven') return memory
  return { ...memory, ...(attribution && { attribution }) }
}

/** Young, and the limit is further away than its age. */
function isClaiming({ verdict, restartMs, atMs }: Suspicion, patienceMs: number): boolean {
  if (verdict.kind !== 'growing' || restartMs === undefined) return false
  const ageMs = atMs - restartMs
  const leftMs = (verdict.growth.exhaustionSeconds?.value ?? Number.POSITIVE_INFINITY) * 1000
  return ageMs < patienceMs && leftMs > ageMs
}

function claiming(facts: Extract<Verdict, { kind: 'explained' }>['facts'], rate: number): Verdict {
  return { kind: 'explained', reasons: ['warmup'], rate, facts }
}

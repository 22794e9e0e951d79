/**
 * How high a heap may grow by what its container leaves. Go without GOMEMLIMIT, .NET and Node without a flag tell no limit
 * of the heap; kubelet tells that of the container around it.
 */
import { HEARD_STEPS, levelsOf, limitOf, type Member, rankOf } from './groups.ts'
import type { SourceSeries } from './series.ts'
import type { EngineState } from './state.ts'

/**
 * The heap's level plus what is left of the memory's limit, bytes; undefined where either is not told.
 *
 * @param heap what the heap's level is told by: the sum of these series.
 * @example 200 MiB of heap in 300 MiB of memory with a limit of 512 MiB // => 412 MiB
 */
export function ceilingOf(state: EngineState, member: Member, heap: readonly SourceSeries[]): number | undefined {
  const limit = limitOf(member, 'memory')
  if (limit === undefined) return undefined
  const level = levelOf(state, heap)
  const used = levelOf(state, memoryOf(state, member))
  if (level === undefined || used === undefined) return undefined
  // Go's heap grows to twice what lives before it is collected: what lives may take half of the room.
  const share = Math.min(...heap.map(({ metric }) => metric.scale ?? 1))
  return level + share * Math.max(0, limit.value - used)
}

/** The series of the copy's memory that is nearest to the allocator. */
function memoryOf(state: EngineState, { owner }: Member): readonly SourceSeries[] {
  const metrics = [...(levelsOf(state, owner).get('memory')?.values() ?? [])]
  return metrics.toSorted(([a], [b]) => rankOf(a!) - rankOf(b!))[0] ?? []
}

/** Mean of the newest steps, summed over components; undefined where one of them was not heard. */
function levelOf({ tensor, closedStep }: EngineState, sources: readonly SourceSeries[]): number | undefined {
  let total = 0
  for (const { id } of sources) {
    const known = tensor.read(id, 0, closedStep, HEARD_STEPS, 'mean').filter((value) => !Number.isNaN(value))
    if (known.length === 0) return undefined
    total += known.reduce((sum, value) => sum + value, 0) / known.length
  }
  return sources.length === 0 ? undefined : total
}

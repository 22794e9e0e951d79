import type { Heap } from './collection.ts'
import type { Levels, Runtime } from './plan.ts'

/** What a process of this runtime holds before it does anything, MiB. */
const OWN_MIB: Record<Runtime, number> = { node: 38, jvm: 90, go: 12, dotnet: 55, python: 24, bare: 6 }

/** Resident bytes of a process. */
export function residentBytes(process: {
  readonly service: { readonly runtime: Runtime }
  readonly levels: Levels
  readonly heap: Heap
}): number {
  const { service, levels, heap } = process
  return OWN_MIB[service.runtime] * 2 ** 20 + Math.max(heap.committedBytes, levels.live) + levels.native
}

import assert from 'node:assert/strict'
import { encodeBatch } from '../../processor/leak_detector/batch/codec.ts'
import { createObserver } from '../../processor/leak_detector/batch/observe.ts'
import { METRIC_NAMES, recogniseMetrics } from '../../processor/leak_detector/tensor/resources.ts'
import { createWalker } from '../../proto/walker.ts'

/** What an ingest thread does, for measurements. */
export interface Ingest {
  /** Takes a request in. */
  take(signal: 'traces' | 'metrics', bytes: Uint8Array): void
  /** What changed, as bytes for the engine. */
  drain(): Uint8Array
}

/** Walker, observer and codec in a row. */
export function createIngest(stepMs: number): Ingest {
  const walker = createWalker()
  const origin = { node: 'bench', thread: 0, incarnation: 1 }
  const observer = createObserver({ origin, stepMs, recognise: recogniseMetrics })
  return {
    take(signal, bytes) {
      const columns =
        signal === 'traces'
          ? walker.traces(bytes)
          : walker.metrics(bytes, (metric) => METRIC_NAMES.has(walker.text(metric)))
      assert(columns.ok)
      if ('trace' in columns) observer.traces(columns, walker)
      else observer.metrics(columns, walker)
    },
    drain() {
      const batch = observer.drain()
      assert(batch !== undefined)
      return encodeBatch(batch)
    },
  }
}

/** CPU time of this process, microseconds. */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** What this process holds and cannot be collected: heap, buffers. Needs `--expose-gc`. */
export function heldBytes(): number {
  for (let turn = 0; turn < 3; turn++) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

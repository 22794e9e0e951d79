import type { SpanRows } from './batch.ts'

/**
 * Columns that grow by doubling, one row a span, emptied by setting `count` to 0. The owner of all of an ingest
 * thread's spans between two batches.
 */
export interface SpanStore {
  count: number
  capacity: number
  instance: Uint32Array
  trace: Uint32Array
  spanHi: Uint32Array
  spanLo: Uint32Array
  parentHi: Uint32Array
  parentLo: Uint32Array
  kind: Uint8Array
  failed: Uint8Array
  startMs: Float64Array
  endMs: Float64Array
  operationText: Uint32Array
  peerText: Uint32Array
  peerKind: Uint8Array
  weight: Float64Array
}

/** A store without spans and with room for `capacity`. */
export function createSpanStore(capacity = 1024): SpanStore {
  return {
    count: 0,
    capacity,
    instance: new Uint32Array(capacity),
    trace: new Uint32Array(capacity * 4),
    spanHi: new Uint32Array(capacity),
    spanLo: new Uint32Array(capacity),
    parentHi: new Uint32Array(capacity),
    parentLo: new Uint32Array(capacity),
    kind: new Uint8Array(capacity),
    failed: new Uint8Array(capacity),
    startMs: new Float64Array(capacity),
    endMs: new Float64Array(capacity),
    operationText: new Uint32Array(capacity),
    peerText: new Uint32Array(capacity),
    peerKind: new Uint8Array(capacity),
    weight: new Float64Array(capacity),
  }
}

/** Makes room for `rows` in total, keeping what is there. */
export function reserveSpans(store: SpanStore, rows: number): void {
  if (rows <= store.capacity) return
  let capacity = store.capacity
  while (capacity < rows) capacity *= 2
  const next = createSpanStore(capacity)
  next.instance.set(store.instance)
  next.trace.set(store.trace)
  next.spanHi.set(store.spanHi)
  next.spanLo.set(store.spanLo)
  next.parentHi.set(store.parentHi)
  next.parentLo.set(store.parentLo)
  next.kind.set(store.kind)
  next.failed.set(store.failed)
  next.startMs.set(store.startMs)
  next.endMs.set(store.endMs)
  next.operationText.set(store.operationText)
  next.peerText.set(store.peerText)
  next.peerKind.set(store.peerKind)
  next.weight.set(store.weight)
  Object.assign(store, next, { count: store.count })
}

/** The rows in use, as views: valid until the store is written to again. */
export function spanRows(store: SpanStore): SpanRows {
  const { count } = store
  return {
    count,
    instance: store.instance.subarray(0, count),
    trace: store.trace.subarray(0, count * 4),
    spanHi: store.spanHi.subarray(0, count),
    spanLo: store.spanLo.subarray(0, count),
    parentHi: store.parentHi.subarray(0, count),
    parentLo: store.parentLo.subarray(0, count),
    kind: store.kind.subarray(0, count),
    failed: store.failed.subarray(0, count),
    startMs: store.startMs.subarray(0, count),
    endMs: store.endMs.subarray(0, count),
    operationText: store.operationText.subarray(0, count),
    peerText: store.peerText.subarray(0, count),
    peerKind: store.peerKind.subarray(0, count),
    weight: store.weight.subarray(0, count),
  }
}

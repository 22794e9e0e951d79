/** Columns made and enlarged. Rows that come back from a walk are read before the next one. */
import type { PointColumns, SpanColumns } from './columns.ts'

const ROWS_AT_START = 1024

/** Columns of `rows` rows. */
export function createSpanColumns(rows: number = ROWS_AT_START): SpanColumns {
  return {
    ok: true,
    count: 0,
    items: 0,
    resource: new Uint32Array(rows),
    trace: new Uint32Array(rows * 4),
    spanHi: new Uint32Array(rows),
    spanLo: new Uint32Array(rows),
    parentHi: new Uint32Array(rows),
    parentLo: new Uint32Array(rows),
    kind: new Uint8Array(rows),
    flags: new Uint32Array(rows),
    status: new Uint8Array(rows),
    startMs: new Float64Array(rows),
    endMs: new Float64Array(rows),
    name: new Uint32Array(rows),
    route: new Uint32Array(rows),
    path: new Uint32Array(rows),
    method: new Uint32Array(rows),
    peer: new Uint32Array(rows),
    peerKind: new Uint8Array(rows),
    weight: new Float64Array(rows),
  }
}

/** Columns of `rows` rows. */
export function createPointColumns(rows: number = ROWS_AT_START): PointColumns {
  return {
    ok: true,
    count: 0,
    items: 0,
    resource: new Uint32Array(rows),
    metric: new Uint32Array(rows),
    unit: new Uint32Array(rows),
    type: new Uint8Array(rows),
    temporality: new Uint8Array(rows),
    monotonic: new Uint8Array(rows),
    attributes: new Uint32Array(rows),
    startMs: new Float64Array(rows),
    timeMs: new Float64Array(rows),
    value: new Float64Array(rows),
    sum: new Float64Array(rows),
  }
}

/** Makes room for one more row, by doubling. */
export function makeRoom(columns: SpanColumns | PointColumns): void {
  if (columns.count < columns.resource.length) return
  for (const [name, column] of Object.entries(columns)) {
    if (!ArrayBuffer.isView(column)) continue
    const old = column as Uint8Array | Uint32Array | Float64Array
    const larger = new (old.constructor as new (length: number) => typeof old)(old.length * 2)
    larger.set(old)
    Object.assign(columns, { [name]: larger })
  }
}

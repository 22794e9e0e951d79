/**
 * The spans that wait for their other half: one row a span, found by its id.
 *
 * Rows lie in columns, chained from an array of buckets by the hash of the span id; a row that is let go is the next to
 * be used. A span id is 64 bits of chance; a word of the trace id beside it makes a collision between traces harmless.
 */

export const NO_ROW = 0xffffffff

/** `flags` of a row. */
export const FLAG = {
  /** Only heard of by a child: the span itself has not come. */
  placeholder: 1,
  /** A server or consumer in another service is its child. */
  answered: 2,
  failed: 4,
  /** Its edges were told. */
  told: 8,
} as const

/** Waiting spans in columns. */
export interface HalfStore {
  readonly rowsMax: number
  /** Rows in use. */
  used: number
  /** Rows ever used: rows beyond are untouched. */
  high: number
  free: number
  buckets: Uint32Array
  chain: Uint32Array
  spanHi: Uint32Array
  spanLo: Uint32Array
  parentHi: Uint32Array
  parentLo: Uint32Array
  /** Four words a row. */
  trace: Uint32Array
  /** The engine's numbers. */
  instance: Uint32Array
  operation: Uint32Array
  peer: Uint32Array
  kind: Uint8Array
  peerKind: Uint8Array
  flags: Uint8Array
  endMs: Float64Array
  durationUs: Float64Array
  weight: Float32Array
  /** Next row of the same generation. */
  sibling: Uint32Array
}

const FIRST_ROWS = 4096

/** An empty store that grows up to `rowsMax` rows. */
export function createHalfStore(rowsMax: number): HalfStore {
  return {
    rowsMax,
    used: 0,
    high: 0,
    free: NO_ROW,
    buckets: new Uint32Array(FIRST_ROWS * 2).fill(NO_ROW),
    ...columns(Math.min(FIRST_ROWS, rowsMax)),
  }
}

type Columns = Omit<HalfStore, 'rowsMax' | 'used' | 'high' | 'free' | 'buckets'>

function columns(rows: number): Columns {
  return {
    chain: new Uint32Array(rows),
    spanHi: new Uint32Array(rows),
    spanLo: new Uint32Array(rows),
    parentHi: new Uint32Array(rows),
    parentLo: new Uint32Array(rows),
    trace: new Uint32Array(rows * 4),
    instance: new Uint32Array(rows),
    operation: new Uint32Array(rows),
    peer: new Uint32Array(rows),
    kind: new Uint8Array(rows),
    peerKind: new Uint8Array(rows),
    flags: new Uint8Array(rows),
    endMs: new Float64Array(rows),
    durationUs: new Float64Array(rows),
    weight: new Float32Array(rows),
    sibling: new Uint32Array(rows),
  }
}

/** The row of a span, or NO_ROW. */
export function findHalf(store: HalfStore, spanHi: number, spanLo: number, traceWord: number): number {
  let row = store.buckets[bucketOf(store, spanHi, spanLo)]!
  while (row !== NO_ROW) {
    if (store.spanLo[row] === spanLo && store.spanHi[row] === spanHi && store.trace[row * 4 + 3] === traceWord)
      return row
    row = store.chain[row]!
  }
  return NO_ROW
}

/** Takes a row for a span that is not there yet; NO_ROW when the store is full. Only the id is set. */
export function addHalf(store: HalfStore, spanHi: number, spanLo: number): number {
  if (store.used >= store.rowsMax) return NO_ROW
  let row = store.free
  if (row !== NO_ROW) store.free = store.chain[row]!
  else {
    if (store.high === store.chain.length) grow(store)
    row = store.high
    store.high += 1
  }
  store.used += 1
  store.spanHi[row] = spanHi
  store.spanLo[row] = spanLo
  const bucket = bucketOf(store, spanHi, spanLo)
  store.chain[row] = store.buckets[bucket]!
  store.buckets[bucket] = row
  return row
}

/** Lets a row go. */
export function removeHalf(store: HalfStore, row: number): void {
  const bucket = bucketOf(store, store.spanHi[row]!, store.spanLo[row]!)
  let before = NO_ROW
  let at = store.buckets[bucket]!
  while (at !== row) {
    before = at
    at = store.chain[at]!
  }
  if (before === NO_ROW) store.buckets[bucket] = store.chain[row]!
  else store.chain[before] = store.chain[row]!
  store.chain[row] = store.free
  store.free = row
  store.used -= 1
}

/** Span ids are random, but not every sender's are good: both words are mixed. */
function bucketOf(store: HalfStore, spanHi: number, spanLo: number): number {
  const mixed = Math.imul(spanLo ^ (spanHi >>> 7) ^ Math.imul(spanHi, 0x9e3779b1), 0x85ebca6b)
  return (mixed ^ (mixed >>> 15)) & (store.buckets.length - 1)
}

function grow(store: HalfStore): void {
  const rows = Math.min(store.rowsMax, store.chain.length * 2)
  const wider = columns(rows)
  for (const name of Object.keys(wider) as (keyof Columns)[]) wider[name].set(store[name])
  Object.assign(store, wider)
  if (store.buckets.length >= rows) return
  store.buckets = new Uint32Array(store.buckets.length * 2).fill(NO_ROW)
  for (let row = 0; row < store.high; row++) {
    const bucket = bucketOf(store, store.spanHi[row]!, store.spanLo[row]!)
    store.chain[row] = store.buckets[bucket]!
    store.buckets[bucket] = row
  }
}

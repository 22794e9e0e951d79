/**
 * What an ingest thread remembers of each series: the cells of its newest few steps. A cell only ever gains points, so
 * sending it again, fuller and with a higher revision, replaces what was sent before.
 */

/** Steps of one series that can still gain points; a point of an older step opens its cell anew. */
export const CELLS_A_SERIES_MAX = 3
const NONE = 0xffffffff

/** Cells in columns, chained by series from the newest. */
export interface CellStore {
  /** Cells in use or once used; columns are this long at least. */
  count: number
  series: Uint32Array
  windowMs: Float64Array
  n: Float64Array
  min: Float64Array
  max: Float64Array
  sum: Float64Array
  last: Float64Array
  lastMs: Float64Array
  streamStartMs: Float64Array
  /** Next older cell of the same series. */
  next: Uint32Array
  isChanged: Uint8Array
  /** Cells changed since they were last sent, in order of their first change. */
  changed: Uint32Array
  changedCount: number
  /** Newest cell of each series. */
  heads: Uint32Array
}

/** A store without cells. */
export function createCellStore(): CellStore {
  return { ...columns(1024), count: 0, changedCount: 0, heads: new Uint32Array(1024).fill(NONE) }
}

function columns(capacity: number): Omit<CellStore, 'count' | 'changedCount' | 'heads'> {
  return {
    series: new Uint32Array(capacity),
    windowMs: new Float64Array(capacity),
    n: new Float64Array(capacity),
    min: new Float64Array(capacity),
    max: new Float64Array(capacity),
    sum: new Float64Array(capacity),
    last: new Float64Array(capacity),
    lastMs: new Float64Array(capacity),
    streamStartMs: new Float64Array(capacity),
    next: new Uint32Array(capacity),
    isChanged: new Uint8Array(capacity),
    changed: new Uint32Array(capacity),
  }
}

/** A data point on its way into a cell. */
export interface Point {
  readonly windowMs: number
  readonly timeMs: number
  readonly value: number
  readonly streamStartMs: number
}

/**
 * Adds a point to its series' cell. A repetition of the newest point (same time and value: a retried export) changes
 * nothing.
 */
export function addPoint(store: CellStore, series: number, point: Point): void {
  const cell = cellOf(store, series, point.windowMs)
  const { value, timeMs } = point
  if (store.n[cell]! > 0 && timeMs === store.lastMs[cell] && value === store.last[cell]) return
  store.n[cell]! += 1
  store.sum[cell]! += exact(value)
  if (store.n[cell] === 1 || value < store.min[cell]!) store.min[cell] = value
  if (store.n[cell] === 1 || value > store.max[cell]!) store.max[cell] = value
  if (isLater(store, cell, timeMs, value)) {
    store.last[cell] = value
    store.lastMs[cell] = timeMs
    store.streamStartMs[cell] = point.streamStartMs
  }
  if (store.isChanged[cell] === 1) return
  store.isChanged[cell] = 1
  store.changed[store.changedCount] = cell
  store.changedCount += 1
}

/** Of two points at the same time the greater counts as the later one: any order of arrival gives the same cell. */
function isLater(store: CellStore, cell: number, timeMs: number, value: number): boolean {
  if (store.n[cell] === 1 || timeMs > store.lastMs[cell]!) return true
  return timeMs === store.lastMs[cell] && value > store.last[cell]!
}

/** The nearest multiple of 1/1024: sums of such numbers are exact, so the order of adding does not matter. */
export function exact(value: number): number {
  return Math.round(value * 1024) / 1024
}

function cellOf(store: CellStore, series: number, windowMs: number): number {
  if (series >= store.heads.length) growHeads(store, series)
  let length = 0
  let oldest = NONE
  for (let cell = store.heads[series]!; cell !== NONE; cell = store.next[cell]!) {
    if (store.windowMs[cell] === windowMs) return cell
    if (oldest === NONE || store.windowMs[cell]! < store.windowMs[oldest]!) oldest = cell
    length += 1
  }
  if (length >= CELLS_A_SERIES_MAX && store.isChanged[oldest] === 0) return reopen(store, oldest, windowMs)
  const cell = store.count
  if (cell === store.series.length) growCells(store)
  store.count += 1
  store.series[cell] = series
  store.next[cell] = store.heads[series]!
  store.heads[series] = cell
  return reopen(store, cell, windowMs)
}

function reopen(store: CellStore, cell: number, windowMs: number): number {
  store.windowMs[cell] = windowMs
  store.n[cell] = 0
  store.sum[cell] = 0
  store.lastMs[cell] = 0
  return cell
}

function growHeads(store: CellStore, series: number): void {
  const heads = new Uint32Array(Math.max(series + 1, store.heads.length * 2)).fill(NONE)
  heads.set(store.heads)
  store.heads = heads
}

function growCells(store: CellStore): void {
  const wider = columns(store.series.length * 2)
  for (const name of Object.keys(wider) as (keyof typeof wider)[]) wider[name].set(store[name])
  Object.assign(store, wider)
}

/** Marks every cell as sent. */
export function settleCells(store: CellStore): void {
  for (let at = 0; at < store.changedCount; at++) store.isChanged[store.changed[at]!] = 0
  store.changedCount = 0
}

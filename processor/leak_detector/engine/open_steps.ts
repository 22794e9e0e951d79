/**
 * Steps that may still gain data. Each origin's cell is kept apart until its step is closed, the one of the highest
 * revision: delivering a batch twice, late or in another order leaves the same cells.
 */

import { createEdgeStep, type EdgeStep, ORIGINS_MAX } from '../graph/edge_cells.ts'

/** The cells of one step, in columns. */
export interface OpenStep {
  count: number
  /** Row by series and origin. */
  readonly rows: Map<number, number>
  series: Uint32Array
  shape: Uint8Array
  revision: Float64Array
  n: Float64Array
  min: Float64Array
  max: Float64Array
  sum: Float64Array
  last: Float64Array
  lastMs: Float64Array
  streamStartMs: Float64Array
  readonly edges: EdgeStep
}

/** What one origin, or all of them, say of one series in one step. */
export interface Cell {
  readonly shape: number
  readonly n: number
  readonly min: number
  readonly max: number
  readonly sum: number
  readonly last: number
  readonly lastMs: number
  readonly streamStartMs: number
}

/** Room at the start: clocks that are wrong open many steps for a cell or two. */
const ROWS_AT_START = 16

/** A step without cells. */
export function createOpenStep(): OpenStep {
  return { count: 0, rows: new Map(), ...columns(ROWS_AT_START), edges: createEdgeStep() }
}

type Columns = Omit<OpenStep, 'count' | 'rows' | 'edges'>

function columns(rows: number): Columns {
  return {
    series: new Uint32Array(rows),
    shape: new Uint8Array(rows),
    revision: new Float64Array(rows),
    n: new Float64Array(rows),
    min: new Float64Array(rows),
    max: new Float64Array(rows),
    sum: new Float64Array(rows),
    last: new Float64Array(rows),
    lastMs: new Float64Array(rows),
    streamStartMs: new Float64Array(rows),
  }
}

/** Puts an origin's cell in, unless a later revision of it is there. */
export function putCell(step: OpenStep, series: number, origin: number, revision: number, cell: Cell): void {
  const key = series * ORIGINS_MAX + origin
  let row = step.rows.get(key)
  if (row === undefined) {
    row = step.count
    if (row === step.series.length) grow(step)
    step.count += 1
    step.rows.set(key, row)
    step.series[row] = series
  } else if (step.revision[row]! >= revision) return
  step.revision[row] = revision
  step.shape[row] = cell.shape
  step.n[row] = cell.n
  step.min[row] = cell.min
  step.max[row] = cell.max
  step.sum[row] = cell.sum
  step.last[row] = cell.last
  step.lastMs[row] = cell.lastMs
  step.streamStartMs[row] = cell.streamStartMs
}

/**
 * Calls `take` once for each series of the step with what all origins together say: numbers and sums added, the least
 * minimum, the greatest maximum, the latest last. The cell is reused.
 */
export function eachSeries(step: OpenStep, take: (series: number, cell: Cell) => void): void {
  const rows = Array.from({ length: step.count }, (_, row) => row)
  rows.sort(
    (a, b) => step.series[a]! - step.series[b]! || step.lastMs[a]! - step.lastMs[b]! || step.last[a]! - step.last[b]!,
  )
  for (let at = 0; at < rows.length; ) {
    const series = step.series[rows[at]!]!
    const cell = { ...cellAt(step, rows[at]!) }
    for (at += 1; at < rows.length && step.series[rows[at]!] === series; at++) add(cell, cellAt(step, rows[at]!))
    take(series, cell)
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function add(to: Mutable<Cell>, more: Cell): void {
  to.n += more.n
  to.sum += more.sum
  to.min = Math.min(to.min, more.min)
  to.max = Math.max(to.max, more.max)
  to.last = more.last
  to.lastMs = more.lastMs
  to.streamStartMs = more.streamStartMs
}

function cellAt(step: OpenStep, row: number): Cell {
  return {
    shape: step.shape[row]!,
    n: step.n[row]!,
    min: step.min[row]!,
    max: step.max[row]!,
    sum: step.sum[row]!,
    last: step.last[row]!,
    lastMs: step.lastMs[row]!,
    streamStartMs: step.streamStartMs[row]!,
  }
}

function grow(step: OpenStep): void {
  const wider = columns(step.series.length * 2)
  for (const name of Object.keys(wider) as (keyof Columns)[]) wider[name].set(step[name])
  Object.assign(step, wider)
}

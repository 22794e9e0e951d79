/** Stretches as rows of one regression: each stretch's own level and the correlation of neighbours are taken out. */

import type { Hypothesis } from './hypotheses.ts'
import type { Stretch } from './observations.ts'

/** Rows after removing each stretch's own level and the correlation of neighbours. */
export interface White {
  readonly y: Float64Array
  /** `[hypotheses][rows]`. */
  readonly columns: readonly Float64Array[]
  /** Rise of each hypothesis's column from the first to the last row, summed over stretches. */
  readonly rises: readonly number[]
  /** Rows at which a stretch begins. */
  readonly starts: readonly number[]
  /** Sum of squares of `y`. */
  readonly total: number
}

/** @param correlation of neighbours, 0..1: quasi-differences take it out. */
export function whiten(stretches: readonly Stretch[], hypotheses: readonly Hypothesis[], correlation: number): White {
  const y: number[] = []
  const columns: number[][] = hypotheses.map(() => [])
  const rises = hypotheses.map(() => 0)
  const starts: number[] = []
  for (const stretch of stretches) {
    starts.push(y.length)
    y.push(...centred(stretch.floor, correlation))
    for (let h = 0; h < hypotheses.length; h++) {
      const column = columnOf(stretch, hypotheses[h]!)
      rises[h]! += column[column.length - 1]! - column[0]!
      columns[h]!.push(...centred(column, correlation))
    }
  }
  const rows = Float64Array.from(y)
  return {
    y: rows,
    columns: columns.map((column) => Float64Array.from(column)),
    rises,
    starts,
    total: rows.reduce((sum, value) => sum + value * value, 0),
  }
}

/** The rows of several grains one after the other. @param grains at least one. */
export function together(grains: readonly White[]): White {
  const first = grains[0]!
  if (grains.length === 1) return first
  const starts: number[] = []
  let rows = 0
  for (const grain of grains) {
    for (const start of grain.starts) starts.push(rows + start)
    rows += grain.y.length
  }
  const joined = (of: (grain: White) => Float64Array): Float64Array =>
    Float64Array.from(grains.flatMap((grain) => Array.from(of(grain))))
  return {
    y: joined(({ y }) => y),
    columns: first.columns.map((_, h) => joined(({ columns }) => columns[h]!)),
    rises: first.rises.map((_, h) => grains.reduce((sum, { rises }) => sum + rises[h]!, 0)),
    starts,
    total: grains.reduce((sum, { total }) => sum + total, 0),
  }
}

function columnOf(stretch: Stretch, hypothesis: Hypothesis): Float64Array {
  if (hypothesis.kind === 'time') return stretch.seconds
  const sum = new Float64Array(stretch.floor.length)
  for (const member of hypothesis.members) {
    const calls = stretch.calls[member]!
    for (let i = 0; i < sum.length; i++) sum[i]! += calls[i]!
  }
  return sum
}

/** Quasi-differences, less their mean. */
function centred(values: Float64Array, correlation: number): number[] {
  const out: number[] = []
  for (let i = correlation > 0 ? 1 : 0; i < values.length; i++) {
    out.push(values[i]! - (i > 0 ? correlation * values[i - 1]! : 0))
  }
  const mean = out.reduce((sum, value) => sum + value, 0) / out.length
  return out.map((value) => value - mean)
}

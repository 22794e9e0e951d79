import { Matrix } from 'ml-matrix'
import type { Stat } from './rings.ts'
import type { Tensor } from './tensor.ts'

/** Where in time a slice lies: its last steps at one grain. */
export interface SliceSpan {
  readonly ring: number
  readonly closedStep: number
  readonly steps: number
  readonly stat: Stat
}

/** Series × steps, `[series.length][steps]`, NaN where nothing is known. */
export function sliceOf(tensor: Tensor, series: readonly number[], span: SliceSpan): Matrix {
  const rows = series.map((one) => tensor.read(one, span.ring, span.closedStep, span.steps, span.stat))
  return new Matrix(rows.map((row) => Array.from(row)))
}

/**
 * A dense tensor service × time × resource, `[services][steps][resources]`, each cell the sum over the series that
 * belong to it; a cell with none is NaN.
 */
export interface DenseTensor {
  readonly services: number
  readonly steps: number
  readonly resources: number
  /** `values[(service * steps + step) * resources + resource]` */
  readonly values: Float64Array
}

/** @param cells `[services][resources]`, the numbers of the series in each. */
export function denseTensor(
  tensor: Tensor,
  cells: readonly (readonly (readonly number[])[])[],
  span: SliceSpan,
): DenseTensor {
  const [services, resources] = [cells.length, cells[0]?.length ?? 0]
  const values = new Float64Array(services * span.steps * resources).fill(Number.NaN)
  cells.forEach((row, service) => {
    row.forEach((series, resource) => {
      if (series.length === 0) return
      const slice = sliceOf(tensor, series, span)
      for (let step = 0; step < span.steps; step++) {
        const sum = slice.getColumn(step).reduce((total, value) => total + value, 0)
        values[(service * span.steps + step) * resources + resource] = sum
      }
    })
  })
  return { services, steps: span.steps, resources, values }
}

/** Along which of its three sides a tensor is laid flat. */
export type Mode = 'service' | 'time' | 'resource'

/**
 * The tensor laid flat along one mode (Kolda and Bader 2009): a row for each service, step or resource, a column for
 * each pair of the other two, the first of them running fastest.
 */
export function unfold({ services, steps, resources, values }: DenseTensor, mode: Mode): Matrix {
  const at = (service: number, step: number, resource: number) =>
    values[(service * steps + step) * resources + resource]!
  switch (mode) {
    case 'service':
      return filled(services, steps * resources, (row, column) => at(row, column % steps, Math.floor(column / steps)))
    case 'time':
      return filled(steps, services * resources, (row, column) =>
        at(column % services, row, Math.floor(column / services)),
      )
    case 'resource':
      return filled(resources, services * steps, (row, column) =>
        at(column % services, Math.floor(column / services), row),
      )
  }
}

function filled(rows: number, columns: number, value: (row: number, column: number) => number): Matrix {
  const matrix = Matrix.zeros(rows, columns)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) matrix.set(row, column, value(row, column))
  }
  return matrix
}

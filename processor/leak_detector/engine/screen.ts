/**
 * Is this worth a closer look? Nearly every series is flat; asking it properly costs a hundred times what this costs.
 * Whatever the proper question could answer with yes passes here: if later is higher than earlier beyond what
 * independent noise explains, or if the lows of the newer part lie above the lows of the older part. Noise that hangs
 * together passes too; that is the proper question's business.
 */

/** Standard errors between the means of the first and last third. */
const Z_MIN = 2.5
/** Steps whose lowest value stands for them when lows are compared. */
const LOW_STEPS = 4
const POINTS_MIN = 12

/**
 * @param floor lowest value of each step, oldest first, NaN missing.
 * @returns whether some stretch at its end rises.
 */
export function mayRise(floor: Float64Array): boolean {
  for (let from = 0; floor.length - from >= POINTS_MIN; from += Math.ceil((floor.length - from) / 3)) {
    const third = Math.floor((floor.length - from) / 3)
    if (risesInMean(floor, from, third) || risesInLows(floor, from, third)) return true
  }
  return false
}

function risesInMean(floor: Float64Array, from: number, third: number): boolean {
  const early = momentsOf(floor, from, from + third)
  const late = momentsOf(floor, floor.length - third, floor.length)
  if (early.n < 3 || late.n < 3 || !(late.mean > early.mean)) return false
  const spread = Math.sqrt(early.variance / early.n + late.variance / late.n)
  return late.mean - early.mean > Z_MIN * spread
}

function momentsOf(values: Float64Array, from: number, to: number): { n: number; mean: number; variance: number } {
  let n = 0
  let mean = 0
  let squares = 0
  for (let at = from; at < to; at++) {
    const value = values[at]!
    if (Number.isNaN(value)) continue
    n += 1
    const off = value - mean
    mean += off / n
    squares += off * (value - mean)
  }
  return { n, mean, variance: n > 1 ? squares / (n - 1) : 0 }
}

function risesInLows(floor: Float64Array, from: number, third: number): boolean {
  const early = highestLow(floor, from, from + third)
  const late = lowest(floor, floor.length - third, floor.length)
  return late > early
}

/** The highest of the lows of each `LOW_STEPS` steps; infinity when there are none. */
function highestLow(values: Float64Array, from: number, to: number): number {
  let highest = Number.NEGATIVE_INFINITY
  for (let at = from; at < to; at += LOW_STEPS) {
    highest = Math.max(highest, lowest(values, at, Math.min(at + LOW_STEPS, to)))
  }
  return highest === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : highest
}

/** The lowest value; minus infinity when there is none. */
function lowest(values: Float64Array, from: number, to: number): number {
  let low = Number.POSITIVE_INFINITY
  for (let at = from; at < to; at++) if (values[at]! < low) low = values[at]!
  return low === Number.POSITIVE_INFINITY ? Number.NEGATIVE_INFINITY : low
}

/** Of what is said at 0.9, are nine in ten leaks? A reliability table, and the gap in one number. */
import type { CalibrationPair } from './case_score.ts'
import { bootstrap, type Measured, meanOf, RESAMPLING, type Resampling, share } from './interval.ts'

const BINS = 10

/** What was said with about the same probability. */
export interface ReliabilityBin {
  /** Least probability of the bin; the bins are 0.1 wide, and the last holds 1. */
  readonly from: number
  readonly count: number
  /** The mean of what was said. */
  readonly said: number
  /** How often it was a leak. */
  readonly right: Measured
}

/** How well probabilities were said. */
export interface Reliability {
  /** Bins with something in them. */
  readonly bins: readonly ReliabilityBin[]
  /** Expected calibration error: the mean gap between said and right, weighted by count (Naeini and others, 2015). */
  readonly error?: Measured
}

/** Something said with a probability. */
export interface Said {
  readonly confidence: number
  readonly right: boolean
}

/** The reliability of what was said when the alarm opened, or last, case by case. */
export function reliability(
  cases: readonly (readonly CalibrationPair[])[],
  moment: 'opened' | 'final',
  resampling: Resampling = RESAMPLING,
): Reliability {
  const said = cases.map((pairs) => pairs.map((pair) => ({ confidence: pair[moment], right: pair.right })))
  const error = bootstrap(
    [said],
    ([drawn]) => calibrationError(drawn!.flat()),
    said.reduce((sum, { length }) => sum + length, 0),
    resampling,
  )
  return { bins: binsOf(said.flat()), error }
}

/** Expected calibration error over ten bins; absent when nothing was said. */
export function calibrationError(said: readonly Said[]): number | undefined {
  if (said.length === 0) return undefined
  const gaps = new Float64Array(BINS)
  for (const { confidence, right } of said) gaps[binOf(confidence)]! += (right ? 1 : 0) - confidence
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / said.length
}

function binOf(confidence: number): number {
  return Math.min(BINS - 1, Math.floor(confidence * BINS + 1e-9))
}

function binsOf(said: readonly Said[]): readonly ReliabilityBin[] {
  return Array.from({ length: BINS }, (_, at) => {
    const members = said.filter(({ confidence }) => binOf(confidence) === at)
    const right = share(members.filter((one) => one.right).length, members.length)
    if (right === undefined) return []
    return [{ from: at / BINS, count: members.length, said: meanOf(members.map((one) => one.confidence))!, right }]
  }).flat()
}

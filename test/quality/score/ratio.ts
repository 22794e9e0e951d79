import type { Estimate } from '../../../processor/leak_detector/detect/evidence.ts'
import type { RatioScore } from './case_score.ts'

/** Said through true, and whether the interval holds the truth. */
export function ratioOf(said: Estimate, truth: number): RatioScore {
  return { ratio: said.value / truth, holds: holds(said, truth) }
}

/** Does the interval hold this value? Its ends belong to it. */
export function holds({ low, high }: Estimate, value: number): boolean {
  return low <= value && value <= high
}

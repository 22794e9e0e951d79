import type { ShopPlan } from '../world/plan.ts'
import type { ShopShape } from '../world/shop.ts'

/** 1 mild to 5 hard. */
export type Severity = 1 | 2 | 3 | 4 | 5

export const SEVERITIES: readonly Severity[] = [1, 2, 3, 4, 5]

/** A story with a number in the list of `detection.md` and five degrees of difficulty. */
export interface Scenario {
  readonly number: number
  readonly name: string
  readonly hasLeak: boolean
  /** @param shape of the shop, where it is to be another one than the story's own. */
  plan(seed: number, severity: Severity, shape?: StoryShape): ShopPlan
}

/** What a story leaves open: how many services there are, and how often they export. */
export type StoryShape = Partial<Pick<ShopShape, 'size' | 'stepMs'>>

/** The value of a severity. @example at(severity, [96, 48, 24, 12, 6]) */
export function at<Value>(severity: Severity, values: readonly [Value, Value, Value, Value, Value]): Value {
  return values[severity - 1]!
}

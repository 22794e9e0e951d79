import type { ShopPlan } from '../world/plan.ts'

/** 1 mild to 5 hard. */
export type Severity = 1 | 2 | 3 | 4 | 5

export const SEVERITIES: readonly Severity[] = [1, 2, 3, 4, 5]

/** A story with a number in the list of `detection.md` and five degrees of difficulty. */
export interface Scenario {
  readonly number: number
  readonly name: string
  readonly hasLeak: boolean
  plan(seed: number, severity: Severity): ShopPlan
}

/** The value of a severity. @example at(severity, [96, 48, 24, 12, 6]) */
export function at<Value>(severity: Severity, values: readonly [Value, Value, Value, Value, Value]): Value {
  return values[severity - 1]!
}

/** All baselines, and how they watch a case: its bytes are read once for all of them. */
import type { Statement } from '../case.ts'
import type { Baseline } from './alarm.ts'
import { coroot } from './coroot.ts'
import { deriv } from './deriv.ts'
import { fleetPivot } from './fleet_pivot.ts'
import { heapAfterGc } from './heap_after_gc.ts'
import { HAMED_RAO, MANN_KENDALL, MANN_KENDALL_SEN, mannKendallRule } from './mann_kendall.ts'
import { precog } from './precog.ts'
import { PREDICT_1H_4H, PREDICT_6H_24H, predictLinear } from './predict_linear.ts'
import type { SeriesSet } from './series.ts'

/** In the order of the report, each with its published defaults. */
export const BASELINES: readonly Baseline[] = [
  predictLinear(PREDICT_1H_4H),
  predictLinear(PREDICT_6H_24H),
  deriv(),
  mannKendallRule(MANN_KENDALL),
  mannKendallRule(MANN_KENDALL_SEN),
  mannKendallRule(HAMED_RAO),
  coroot(1),
  coroot(6),
  coroot(24),
  precog(false),
  precog(true),
  heapAfterGc(),
  fleetPivot(),
]

/** What each baseline says of a run that has been read, by its name. */
export function runBaselines(set: SeriesSet): ReadonlyMap<string, readonly Statement[]> {
  return new Map(BASELINES.map((baseline) => [baseline.name, baseline.decide(set)]))
}

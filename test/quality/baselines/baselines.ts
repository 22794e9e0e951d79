/** All baselines, and how they watch a case: its bytes are read once for all of them. */
import type { Case, Detector, Statement } from '../case.ts'
import type { Baseline } from './alarm.ts'
import { PREDICT_1H_4H, PREDICT_6H_24H, predictLinear } from './predict_linear.ts'
import { readSeries } from './series.ts'

/** In the order of the report, each with its published defaults. */
export const BASELINES: readonly Baseline[] = [predictLinear(PREDICT_1H_4H), predictLinear(PREDICT_6H_24H)]

/** What each baseline says of a run, by its name. */
export function runBaselines(run: Case, baselines = BASELINES): ReadonlyMap<string, readonly Statement[]> {
  const set = readSeries(run)
  return new Map(baselines.map((baseline) => [baseline.name, baseline.decide(set)]))
}

/** One baseline as a detector that reads the bytes for itself. */
export function detectorOf(baseline: Baseline): Detector {
  return { name: baseline.name, watch: (run) => baseline.decide(readSeries(run)) }
}

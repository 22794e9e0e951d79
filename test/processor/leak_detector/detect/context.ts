/** What tests ask detection with, unless they say otherwise. */

import type { AssessContext } from '../../../../processor/leak_detector/detect/assess.ts'
import type { SeriesWindow } from '../../../../processor/leak_detector/detect/evidence.ts'
import { DEFAULT_DETECT_SETTINGS } from '../../../../processor/leak_detector/detect/settings.ts'
import { START_MS } from './rings.ts'

/** A moment at which blocks of up to 64 minutes begin. */
export const WHOLE_BLOCKS_MS = 60_000 * 64 * 100_000

export function contextWith(changes: Partial<AssessContext> = {}): AssessContext {
  return {
    nowMs: START_MS,
    kind: { items: false, heap: false, collected: false },
    settings: DEFAULT_DETECT_SETTINGS,
    open: false,
    limits: new Map(),
    ceilings: new Map(),
    ...changes,
  }
}

/** One window of one instance, a step a minute. */
export function windowOf(floor: Float64Array, changes: Partial<SeriesWindow> = {}): SeriesWindow {
  return {
    instance: 'a',
    stepMs: 60_000,
    startMs: START_MS,
    floor,
    mean: floor,
    cuts: [],
    deploys: [],
    ...changes,
  }
}

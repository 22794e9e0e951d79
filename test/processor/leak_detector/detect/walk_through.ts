/** Walks through the life of a service look by look, as an engine would, and notes what was said. */

import { type AssessContext, assess } from '../../../../processor/leak_detector/detect/assess.ts'
import type { Growth, SuppressionReason } from '../../../../processor/leak_detector/detect/evidence.ts'
import { contextWith } from './context.ts'
import { windowsAt } from './rings.ts'
import type { Shape } from './shapes.ts'

export interface Course {
  /** Minutes at which growth was said for the first time; undefined when it never was. */
  readonly firstMinute: number | undefined
  readonly growths: readonly { readonly minute: number; readonly growth: Growth }[]
  readonly reasons: ReadonlySet<SuppressionReason>
}

/** @param shapes one instance each, all of the same length. */
export function walkThrough(shapes: readonly Shape[], everyMinutes: number, changes: Partial<AssessContext>): Course {
  const growths: { minute: number; growth: Growth }[] = []
  const reasons = new Set<SuppressionReason>()
  for (let minute = everyMinutes; minute <= shapes[0]!.floor.length; minute += everyMinutes) {
    const windows = shapes.flatMap((shape, i) => windowsAt(shape, minute, `i${i}`))
    const verdict = assess(windows, contextWith(changes))
    if (verdict.kind === 'growing') growths.push({ minute, growth: verdict.growth })
    if (verdict.kind === 'explained') for (const reason of verdict.reasons) reasons.add(reason)
  }
  return { firstMinute: growths[0]?.minute, growths, reasons }
}

import { createOpenStep, type OpenStep } from './open_steps.ts'
import type { EngineState } from './state.ts'

/** The step of a time, but never further than the data agree that it is: rosters must not count a wrong clock's steps. */
export function stepAt({ settings, watermark }: EngineState, timeMs: number): number {
  const step = Math.floor(timeMs / settings.stepMs)
  return Number.isFinite(watermark.ms) ? Math.min(step, Math.floor(watermark.ms / settings.stepMs)) : step
}

/** The cells of a step that is not closed yet, made when needed; undefined when it is late or too far ahead. */
export function openStep(state: EngineState, step: number): OpenStep | undefined {
  if (step <= state.closedStep) {
    state.counts.late += 1
    return undefined
  }
  const known = state.open.get(step)
  if (known !== undefined) return known
  if (state.open.size >= state.settings.openStepsMax && !makeRoom(state, step)) {
    state.counts.overflow += 1
    return undefined
  }
  const fresh = createOpenStep()
  state.open.set(step, fresh)
  return fresh
}

/** A step of the far future gives way to one that is nearer. */
function makeRoom({ open, watermark, counts }: EngineState, step: number): boolean {
  const furthest = Math.max(...open.keys())
  if (furthest <= step || !Number.isFinite(watermark.ms)) return false
  counts.overflow += open.get(furthest)!.count
  return open.delete(furthest)
}

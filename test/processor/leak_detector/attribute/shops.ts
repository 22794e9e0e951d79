/** A service and those who call it, made from a seed: what leaks is known. */

import type { AttributionInput, Candidate } from '../../../../processor/leak_detector/attribute/attribution.ts'
import { chance } from '../detect/shapes.ts'

/** Two operations that two callers use, one that one caller uses, and probes from outside. */
export const CANDIDATES: readonly Candidate[] = [
  { callerService: 'mobile', callerOperation: 'POST /buy', operation: 'POST /cart' },
  { callerService: 'frontend', callerOperation: 'POST /buy', operation: 'POST /cart' },
  { callerService: 'mobile', callerOperation: 'GET /', operation: 'GET /cart' },
  { callerService: 'frontend', callerOperation: 'GET /', operation: 'GET /cart' },
  { callerService: 'checkout', callerOperation: 'POST /pay', operation: 'DELETE /cart' },
  { callerService: '', callerOperation: '', operation: 'GET /health' },
]

export interface ShopPlan {
  readonly seed: number
  readonly steps: number
  readonly stepMs: number
  /** Bytes kept a call, by candidate. */
  readonly perCall: readonly number[]
  readonly perSecond: number
  /** Steps for which a mix of calls lasts; Infinity: it never changes. */
  readonly phaseSteps: number
  /** Standard deviation of the floor around the truth, bytes. */
  readonly noise: number
  readonly instances: number
  /** Garbage a step until the next collection, bytes, and steps from one collection to the next, about; absent: none. */
  readonly garbage?: { readonly perStep: number; readonly cycleSteps: number }
}

/** Calls a second and candidate, at most. */
const BUSIEST = 20

/** What attribution is given of the planned shop. */
export function shop(plan: ShopPlan): AttributionInput {
  const random = chance(plan.seed)
  const phases = new Map<number, number[]>()
  const ratesAt = (step: number): number[] => {
    const phase = Math.floor(step / plan.phaseSteps)
    const known = phases.get(phase)
    if (known !== undefined) return known
    const rates = CANDIDATES.map((_, k) => (k === CANDIDATES.length - 1 ? 1 : 1 + (BUSIEST - 1) * random.even()))
    phases.set(phase, rates)
    return rates
  }
  const instances = Array.from({ length: plan.instances }, (_, i) => {
    const calls = CANDIDATES.map(() => new Float64Array(plan.steps))
    const floor = new Float64Array(plan.steps)
    let kept = 50_000_000 * (1 + random.even())
    let uncollected = 0
    for (let step = 0; step < plan.steps; step++) {
      floor[step] = kept + uncollected + plan.noise * random.normal()
      if (plan.garbage !== undefined) {
        uncollected += plan.garbage.perStep
        if (random.even() < 1 / plan.garbage.cycleSteps) uncollected = 0
      }
      const rates = ratesAt(step)
      for (let k = 0; k < calls.length; k++) {
        const mean = (rates[k]! * plan.stepMs) / 1000 / plan.instances
        const made = Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()))
        calls[k]![step] = made
        kept += made * plan.perCall[k]!
      }
      kept += (plan.perSecond * plan.stepMs) / 1000
    }
    return { instance: `cart-${i}`, floor, calls, cuts: [] }
  })
  return { stepMs: plan.stepMs, candidates: CANDIDATES, instances, onsetStep: 0, earlier: [], sampledOnly: false }
}

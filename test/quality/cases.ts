/** Cases from scenarios: a plan, told in one way, with its truth counted beside it. */
import type { Case } from './case.ts'
import type { Scenario, Severity } from './scenarios/scenario.ts'
import { tell } from './world/tell.ts'
import { PLAIN, type Telling } from './world/telling.ts'
import { leaksOf } from './world/truth.ts'

export interface Disturbance {
  readonly name: string
  readonly telling: Telling
}

export const UNDISTURBED: Disturbance = { name: 'none', telling: PLAIN }

export function caseOf(scenario: Scenario, severity: Severity, seed: number, disturbance = UNDISTURBED): Case {
  const plan = scenario.plan(seed, severity)
  const slug = scenario.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return {
    id: `${String(scenario.number).padStart(2, '0')}-${slug}/s${severity}/${seed}/${disturbance.name}`,
    scenario: scenario.number,
    name: scenario.name,
    severity,
    seed,
    disturbance: disturbance.name,
    stepMs: plan.stepMs,
    startMs: plan.startMs,
    endMs: plan.endMs,
    services: plan.services.map(({ name }) => name),
    leaks: leaksOf(plan),
    telemetry: () => tell(plan, disturbance.telling),
  }
}

/** Cases from scenarios: a plan, told in one way, with its truth counted beside it. */
import type { Case } from './case.ts'
import { SCENARIOS } from './scenarios/all.ts'
import type { Severity } from './scenarios/scenario.ts'
import { disturbance } from './world/disturbances.ts'
import { tell } from './world/tell.ts'
import { PLAIN } from './world/telling.ts'
import { leaksOf } from './world/truth.ts'

/** Names a case: everything else follows from it. */
export interface CaseName {
  readonly scenario: number
  readonly severity: Severity
  readonly seed: number
  readonly disturbance: string
}

/** Builds a case; throws for numbers and names that there are not. */
export function caseOf({ scenario: number, severity, seed, disturbance: how }: CaseName): Case {
  const scenario = SCENARIOS.find((one) => one.number === number)
  if (scenario === undefined) throw new Error(`no scenario ${number}`)
  const { telling, stepMs } = disturbance(how)
  // Each case draws a shop of its own: else one seed's runtimes would speak for all.
  const planned = scenario.plan(seed * 1000 + number * 10 + severity, severity)
  const plan = stepMs === undefined ? planned : { ...planned, stepMs }
  return {
    id: `${String(number).padStart(2, '0')}-${slug(scenario.name)}/s${severity}/${seed}/${how}`,
    scenario: number,
    name: scenario.name,
    severity,
    seed,
    disturbance: how,
    stepMs: plan.stepMs,
    startMs: plan.startMs,
    endMs: plan.endMs,
    services: plan.services.map(({ name }) => name),
    leaks: leaksOf(plan),
    telemetry: () => tell(plan, { ...PLAIN, ...telling(plan) }),
  }
}

/** A case by its id. */
export function caseById(id: string): Case {
  const [, number, severity, seed, how] = /^(\d+)-[^/]*\/s(\d)\/(\d+)\/(.+)$/.exec(id) ?? []
  if (how === undefined) throw new Error(`${id} is no case: 03-one-caller-only/s2/17/gaps is one`)
  return caseOf({
    scenario: Number(number),
    severity: Number(severity) as Severity,
    seed: Number(seed),
    disturbance: how,
  })
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

/** Cases from scenarios: a plan, told in one way, with its truth counted beside it. */
import type { Case } from './case.ts'
import { SCENARIOS } from './scenarios/all.ts'
import type { Scenario, Severity } from './scenarios/scenario.ts'
import { disturbance } from './world/disturbances.ts'
import type { ShopPlan } from './world/plan.ts'
import { tell } from './world/tell.ts'
import { PLAIN } from './world/telling.ts'
import { leaksOf } from './world/truth.ts'

/** Names a case: everything else follows from it. */
export interface CaseName {
  readonly scenario: number
  readonly severity: Severity
  readonly seed: number
  readonly disturbance: string
  /** Interval of export, seconds, where it is not the story's own. */
  readonly stepSeconds?: number
  /** How many services there are, where the story's own number will not do. */
  readonly services?: number
}

/** Builds a case; throws for numbers and names that there are not. */
export function caseOf(named: CaseName): Case {
  const { scenario, severity, seed, disturbance: how } = named
  const { telling } = disturbance(how)
  const plan = planOf(named)
  const { name } = scenarioOf(scenario)
  return {
    id: idOf(named),
    scenario,
    name,
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

/** Is there a leak whose culprit can be told from the telemetry? */
export function tellsCulprit(named: CaseName): boolean {
  return planOf(named).services.some(({ leaks }) => leaks.some(({ identifiable }) => identifiable !== 'nothing'))
}

function scenarioOf(number: number): Scenario {
  const scenario = SCENARIOS.find((one) => one.number === number)
  if (scenario === undefined) throw new Error(`no scenario ${number}`)
  return scenario
}

/** Stories are about some of so many. */
const SERVICES_MIN = 10

function planOf({ scenario, severity, seed, disturbance: how, stepSeconds, services }: CaseName): ShopPlan {
  if (services !== undefined && services < SERVICES_MIN)
    throw new Error(`${services} services are too few: stories are about some of ${SERVICES_MIN}`)
  // Each case draws a shop of its own: else one seed's runtimes would speak for all.
  const plan = scenarioOf(scenario).plan(seed * 1000 + scenario * 10 + severity, severity, {
    ...(stepSeconds !== undefined && { stepMs: stepSeconds * 1000 }),
    ...(services !== undefined && { size: services }),
  })
  const { stepMs } = disturbance(how)
  return stepMs === undefined || stepSeconds !== undefined ? plan : { ...plan, stepMs }
}

function idOf({ scenario, severity, seed, disturbance: how, stepSeconds, services }: CaseName): string {
  const story = `${String(scenario).padStart(2, '0')}-${slug(scenarioOf(scenario).name)}`
  const step = stepSeconds === undefined ? '' : `/step${stepSeconds}`
  const size = services === undefined ? '' : `/services${services}`
  return `${story}/s${severity}/${seed}/${how}${step}${size}`
}

const ID = /^(\d+)-[^/]*\/s(\d)\/(\d+)\/([^/]+)(?:\/step(\d+))?(?:\/services(\d+))?$/

/** A case by its id. */
export function caseById(id: string): Case {
  const [, number, severity, seed, how, step, services] = ID.exec(id) ?? []
  if (how === undefined) throw new Error(`${id} is no case: 03-one-caller-only/s2/17/gaps is one`)
  return caseOf({
    scenario: Number(number),
    severity: Number(severity) as Severity,
    seed: Number(seed),
    disturbance: how,
    ...(step !== undefined && { stepSeconds: Number(step) }),
    ...(services !== undefined && { services: Number(services) }),
  })
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

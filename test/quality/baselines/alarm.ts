/**
 * How a rule becomes statements: it looks at one series at one moment after another, `hold` makes it wait as `for` does
 * in Prometheus, the worst instance speaks for its service, and changes between quiet and alarm are what is said.
 */
import type { LeakResource } from '../../../processor/leak_detector/detect/evidence.ts'
import type { Statement } from '../case.ts'
import type { Series, SeriesSet } from './series.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000

/** What a rule sees while its condition is true. */
export interface Look {
  /** Units a second. */
  readonly perSecond?: number
  /** Event time at which the limit is reached. */
  readonly exhaustMs?: number
  /** Larger is worse, between looks of one rule; decides which instance speaks. */
  readonly severity: number
}

/** Asked at ever later moments; undefined while the condition is false or there is too little to tell. */
export type Watch = (atMs: number) => Look | undefined

/** A rule that looks at each instance by itself. */
export interface Rule {
  readonly name: string
  readonly everyMs: number
  /** So long the condition has to be true before it alarms. */
  readonly forMs: number
  /** So long it goes on after the condition is false. */
  readonly keepMs?: number
  /** So long after its last value a series may still be in the rule's window. */
  readonly windowMs: number
  readonly looksAt: (series: Series) => boolean
  /**
   * Prepares what is asked again and again. `end` counts steps from the first value of the series: the rule may read
   * `values[0..end)` and nothing after; `end` may lie past the last value.
   */
  readonly watch: (series: Series, set: SeriesSet) => (end: number, atMs: number) => Look | undefined
}

/** Whatever looks for leaks in series. Pure: the same set gives the same statements. */
export interface Baseline {
  readonly name: string
  decide(set: SeriesSet): readonly Statement[]
}

/** All instances of a service that tell one resource. */
export interface Fleet {
  readonly service: string
  readonly resource: LeakResource
  readonly series: readonly Series[]
}

/** While an alarm goes on, its estimates are told again after so long: half-way forecasts are scored too. */
export const RETELL_MS = HOUR_MS

/** Series by service and resource. */
export function fleetsOf(set: SeriesSet, looksAt: (series: Series) => boolean): readonly Fleet[] {
  const groups = Map.groupBy(set.series.filter(looksAt), ({ service, resource }) => `${service} ${resource}`)
  return [...groups.values()].map((series) => ({ ...series[0]!, series }))
}

/** The baseline that a rule makes: one alarm for each service and resource, told by the worst instance. */
export function baselineOf(rule: Rule): Baseline {
  return {
    name: rule.name,
    decide: (set) =>
      fleetsOf(set, rule.looksAt)
        .flatMap((fleet) =>
          tell(set, fleet, rule.everyMs, worstOf(fleet.series.map((series) => instanceWatch(rule, series, set)))),
        )
        .toSorted(byTime),
  }
}

/** Oldest first. */
export function byTime(a: Statement, b: Statement): number {
  return a.atMs - b.atMs
}

function instanceWatch(rule: Rule, series: Series, set: SeriesSet): Watch {
  const look = rule.watch(series, set)
  const held = hold((atMs) => look(stepsBefore(set, atMs) - series.firstStep, atMs), rule.forMs, rule.keepMs ?? 0)
  const fromMs = set.startMs + series.firstStep * set.stepMs
  const untilMs = fromMs + series.values.length * set.stepMs + rule.windowMs + (rule.keepMs ?? 0)
  return (atMs) => (atMs > fromMs && atMs <= untilMs ? held(atMs) : undefined)
}

/** Steps that are over at a moment, from the start of the run. */
export function stepsBefore(set: SeriesSet, atMs: number): number {
  return Math.floor((atMs - set.startMs) / set.stepMs)
}

/** Alarms when the condition has been true at every look for `forMs`, and then on until it was false for `keepMs`. */
export function hold(watch: Watch, forMs: number, keepMs: number): Watch {
  let sinceMs = Number.NaN
  let isOn = false
  let last: Look | undefined
  let lastMs = Number.NEGATIVE_INFINITY
  return (atMs) => {
    const look = watch(atMs)
    if (look === undefined) {
      sinceMs = Number.NaN
      isOn = isOn && atMs - lastMs <= keepMs
      return isOn ? last : undefined
    }
    if (Number.isNaN(sinceMs)) sinceMs = atMs
    isOn ||= atMs - sinceMs >= forMs
    last = look
    lastMs = atMs
    return isOn ? look : undefined
  }
}

/** The look of the highest severity, with the nearest end of all. */
function worstOf(watches: readonly Watch[]): Watch {
  return (atMs) => {
    let worst: Look | undefined
    let exhaustMs = Number.POSITIVE_INFINITY
    for (const watch of watches) {
      const look = watch(atMs)
      if (look === undefined) continue
      exhaustMs = Math.min(exhaustMs, look.exhaustMs ?? Number.POSITIVE_INFINITY)
      if (worst === undefined || look.severity > worst.severity) worst = look
    }
    return worst === undefined || exhaustMs === Number.POSITIVE_INFINITY ? worst : { ...worst, exhaustMs }
  }
}

/** Asks from the start of the run to its end and tells what changed. */
export function tell(set: SeriesSet, fleet: Fleet, everyMs: number, watch: Watch): readonly Statement[] {
  const said: Statement[] = []
  const { service, resource } = fleet
  const leak = `${service}/${resource}`
  let toldMs = Number.NaN
  for (let atMs = set.startMs + everyMs; atMs <= set.endMs; atMs += everyMs) {
    const look = watch(atMs)
    if (look !== undefined && !(atMs - toldMs < RETELL_MS)) {
      said.push({ leak, atMs, service, resource, state: 'alarm', ...estimates(look) })
      toldMs = atMs
    }
    if (look === undefined && !Number.isNaN(toldMs)) {
      said.push({ leak, atMs, service, resource, state: 'ended' })
      toldMs = Number.NaN
    }
  }
  return said
}

function estimates({ severity, perSecond, exhaustMs }: Look): Partial<Statement> {
  return {
    severity,
    ...(perSecond === undefined ? {} : { perSecond: { value: perSecond, low: perSecond, high: perSecond } }),
    ...(exhaustMs === undefined ? {} : { exhaustMs: { value: exhaustMs, low: exhaustMs, high: exhaustMs } }),
  }
}

/** When a line that is at `level` now reaches its limit; undefined when it does not grow or no limit is known. */
export function exhaustAt(atMs: number, level: number, perSecond: number, limit: number): number | undefined {
  const aheadMs = ((limit - level) / perSecond) * 1000
  return perSecond > 0 && Number.isFinite(aheadMs) ? atMs + Math.max(0, aheadMs) : undefined
}

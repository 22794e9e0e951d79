/**
 * Processes that live too short to be judged one by one: put over each other by their age.
 *
 * Each life's own level is taken out; what all lives do at the same age stays. A cache fills in every life and levels
 * off; a leak climbs as fast in the last third of a life as in the middle one. Lives are born at all hours, so that
 * the day averages out over them.
 */
import { mean, median, sampleStandardDeviation } from 'simple-statistics'
import type { AssessContext } from './assess.ts'
import type { Growth, SeriesWindow, Verdict } from './evidence.ts'

/** Lives looked at: the newest. */
const LIVES_MIN = 6
const LIVES_MAX = 48
/** Steps of a life: fewer say nothing of its parts. */
const STEPS_MIN = 5
/** The start of a life is not looked at. */
const START_SHARE = 1 / 6
/** The pace of the last third over the spread of its mean: one-sided chance below 1 in 100,000 at 12 lives. */
const T_RATIO_MIN = 7
/** Last third over middle third: what surely falls below levels off. */
const PACE_RATIO_MIN = 0.8
const PACE_RATIO_LOW_MIN = 0.6
/** Climb over a life in relation to the level. */
const SHARE_MIN = 0.03
const CONFIDENCE = 0.9

/** One process from its start, at one grain. */
interface Life {
  readonly instance: string
  readonly bornMs: number
  readonly values: Float64Array
}

/**
 * The verdict over lives by age; undefined when there are too few of them, or they do not climb to their end.
 *
 * @param windows every copy that is remembered, dead ones included, at every grain.
 */
export function assessByAge(windows: readonly SeriesWindow[], context: AssessContext): Verdict | undefined {
  for (const [stepMs, group] of [...Map.groupBy(windows, (window) => window.stepMs)].toSorted(([a], [b]) => b - a)) {
    const lives = group.flatMap(livesOf).filter(({ values }) => values.length >= STEPS_MIN)
    if (lives.length < LIVES_MIN) continue
    const newest = lives.toSorted((a, b) => b.bornMs - a.bornMs).slice(0, LIVES_MAX)
    const steps = median(newest.map(({ values }) => values.length))
    if (steps * stepMs >= context.settings.patienceMs) return undefined
    const growth = growthByAge(newest, Math.floor(steps), stepMs, context)
    if (growth !== undefined) return { kind: 'growing', growth }
  }
  return undefined
}

/** The lives in a window that began within it. */
function livesOf(window: SeriesWindow): Life[] {
  const { instance, stepMs, startMs, floor, bornMs } = window
  const isBornHere = bornMs !== undefined && bornMs >= startMs - stepMs
  const cuts = [...window.cuts, ...window.deploys].toSorted((a, b) => a - b)
  const bounds = [...(isBornHere ? [0] : []), ...cuts, floor.length]
  return bounds.slice(1).map((to, at) => {
    const values = floor.subarray(bounds[at]!, to)
    const first = values.findIndex((value) => !Number.isNaN(value))
    const last = values.findLastIndex((value) => !Number.isNaN(value))
    return { instance, bornMs: startMs + (bounds[at]! + first) * stepMs, values: values.subarray(first, last + 1) }
  })
}

/** Pace a step in the middle and in the last third of a life, its start left out; undefined when it was shorter. */
function pacesOf({ values }: Life, steps: number): readonly [middle: number, last: number] | undefined {
  if (values.length < steps) return undefined
  const from = Math.ceil(steps * START_SHARE)
  const third = (steps - 1 - from) / 3
  const [a, b, c] = [1, 2, 3].map((n) => Math.round(from + n * third)) as [number, number, number]
  const middle = (levelAt(values, b, steps) - levelAt(values, a, steps)) / (b - a)
  const last = (levelAt(values, c, steps) - levelAt(values, b, steps)) / (c - b)
  return Number.isFinite(middle) && Number.isFinite(last) ? [middle, last] : undefined
}

/** The low around a step: a collection may have come on either side of it. */
function levelAt(values: Float64Array, step: number, steps: number): number {
  const reach = Math.floor(steps / 12)
  const near = Array.from(values.subarray(Math.max(0, step - reach), step + 1)).filter((value) => !Number.isNaN(value))
  return near.length === 0 ? Number.NaN : Math.min(...near)
}

function growthByAge(
  lives: readonly Life[],
  steps: number,
  stepMs: number,
  context: AssessContext,
): Growth | undefined {
  const used = lives.flatMap((life) => {
    const paces = pacesOf(life, steps)
    return paces === undefined ? [] : [{ life, middle: paces[0], last: paces[1] }]
  })
  if (used.length < LIVES_MIN) return undefined
  const middle = meanOf(used.map((one) => one.middle))
  const last = meanOf(used.map((one) => one.last))
  if (!(last.value > T_RATIO_MIN * last.error) || !(middle.value > 0)) return undefined
  const ratio = last.value / middle.value
  const ratioError = ratio * Math.hypot(last.error / last.value, middle.error / middle.value)
  if (ratio < PACE_RATIO_MIN || ratio - 2 * ratioError < PACE_RATIO_LOW_MIN) return undefined
  const level = median(used.map(({ life }) => levelAt(life.values, steps - 1, steps)))
  const { minGrowthBytes, minGrowthItems } = context.settings
  const least = context.kind.items ? minGrowthItems : minGrowthBytes
  if (last.value * steps < Math.max(least, SHARE_MIN * level)) return undefined
  const seconds = stepMs / 1000
  const rate = {
    value: last.value / seconds,
    low: Math.max(0, (last.value - 2.1 * last.error) / seconds),
    high: (last.value + 2.1 * last.error) / seconds,
  }
  const bornMs = Math.min(...used.map(({ life }) => life.bornMs))
  const names = [...new Set(used.map(({ life }) => life.instance))]
  return {
    rate,
    onsetMs: { value: bornMs, low: bornMs, high: Math.max(...used.map(({ life }) => life.bornMs)) },
    level,
    confidence: CONFIDENCE,
    affectedInstances: names,
    totalInstances: new Set(lives.map(({ instance }) => instance)).size,
    facts: [
      {
        type: 'lives_by_age',
        statement: `Over ${used.length} lives of about ${Math.round((steps * stepMs) / 60_000)} min the last third climbs by ${(last.value * steps).toPrecision(3)} a life, ${(last.value / last.error).toFixed(1)} times its error; the middle third by ${(middle.value * steps).toPrecision(3)}.`,
        value: last.value * steps,
        unit: context.kind.items ? '1' : 'By',
        weight: 1,
      },
    ],
  }
}

function meanOf(values: readonly number[]): { readonly value: number; readonly error: number } {
  return { value: mean([...values]), error: sampleStandardDeviation([...values]) / Math.sqrt(values.length) }
}

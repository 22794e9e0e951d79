/**
 * All instances of one resource of one service: the verdict.
 *
 * Each instance is judged by itself, since one in ten is still a leak; and, where several are alike, they are judged
 * once more as their mean, which lifts a leak that all share out of the noise that each has for itself.
 */

import { type Blocks, viewsOf } from './blocks.ts'
import { confidenceOf } from './confidence.ts'
import type { Estimate, Growth, SeriesWindow, Verdict } from './evidence.ts'
import { explainedFacts, growthFacts } from './facts.ts'
import { timeLeft } from './forecast.ts'
import { type CloseLook, type Judgement, judge, type Rise, type SeriesKind, stretchStarts } from './judge.ts'
import { fitLine, middleSlope } from './line.ts'
import { BLOCKS_MIN, type DetectSettings } from './settings.ts'

export interface AssessContext {
  /** Event time of the look, milliseconds since 1970. */
  readonly nowMs: number
  readonly kind: SeriesKind
  readonly settings: DetectSettings
  /** A finding is open on this: it is held by weaker evidence than it took to open. */
  readonly open: boolean
  /** Limit by instance, in the unit of the series; instances without one are absent. */
  readonly limits: ReadonlyMap<string, number>
}

/** Resources of a service that may raise an alarm: the false-alarm budget is shared among them. */
const RESOURCES = 4

type Rising = Extract<Judgement, { kind: 'rising' }>

/**
 * Says what is to be said of one resource of one service.
 *
 * @param windows every instance at every resolution, in any order; windows of one instance belong together.
 * @example assess([window], context).kind // 'warming' | 'quiet' | 'explained' | 'growing'
 */
export function assess(windows: readonly SeriesWindow[], context: AssessContext): Verdict {
  const byInstance = viewsByInstance(windows, context.settings.warmUpSteps)
  const withViews = [...byInstance].filter(([, views]) => views.length > 0)
  if (withViews.length === 0) return warming(windows, context.settings)
  const asked = RESOURCES * withViews.length * questionsOf(withViews[0]![1])
  const rising = new Map<string, Rising>()
  let explained: Extract<Judgement, { kind: 'explained' }> | undefined
  for (const [instance, views] of withViews) {
    const limit = context.limits.get(instance)
    const question = { kind: context.kind, settings: context.settings, asked, open: context.open }
    const judgement = judge(views, limit === undefined ? question : { ...question, limit })
    if (judgement.kind === 'rising') rising.set(instance, judgement)
    if (judgement.kind === 'explained') explained ??= judgement
  }
  if (rising.size > 0) return { kind: 'growing', growth: growthOf(rising, byInstance.size, context) }
  if (explained !== undefined) {
    return { kind: 'explained', reasons: explained.reasons, facts: explainedFacts(explained.rise, explained.reasons) }
  }
  return { kind: 'quiet' }
}

function viewsByInstance(windows: readonly SeriesWindow[], warmUpSteps: number): Map<string, Blocks[]> {
  const byInstance = new Map<string, Blocks[]>()
  const sorted = windows.toSorted((a, b) => a.stepMs - b.stepMs)
  const warmUpMs = warmUpSteps * (sorted[0]?.stepMs ?? 0)
  for (const window of sorted) {
    const views = byInstance.get(window.instance) ?? []
    views.push(...viewsOf(window, warmUpMs))
    byInstance.set(window.instance, views)
  }
  for (const [instance, views] of byInstance) byInstance.set(instance, withOneBirth(views))
  return byInstance
}

/** A fine ring has forgotten when the process began; the coarsest remembers. */
function withOneBirth(views: readonly Blocks[]): Blocks[] {
  const lifeStartMs = Math.min(...views.map((view) => view.lifeStartMs))
  return views.map((view) => ({ ...view, lifeStartMs }))
}

function questionsOf(views: readonly Blocks[]): number {
  let questions = 0
  for (const view of views) questions += stretchStarts(view.floor.length).length
  return questions
}

function warming(windows: readonly SeriesWindow[], settings: DetectSettings): Verdict {
  let seen = 0
  for (const window of windows) {
    let steps = 0
    for (const value of window.floor) if (!Number.isNaN(value)) steps += 1
    if (steps > seen) seen = steps
  }
  return { kind: 'warming', stepsSeen: seen, stepsNeeded: settings.warmUpSteps + BLOCKS_MIN }
}

/** Puts the affected instances together: mean rate, earliest onset, nearest limit. */
function growthOf(rising: ReadonlyMap<string, Rising>, total: number, context: AssessContext): Growth {
  const each = [...rising].map(([instance, { rise, close }]) => ({ instance, rise, close, pace: paceOf(rise, close) }))
  const first = each.toSorted((a, b) => a.close.onset.seconds - b.close.onset.seconds)[0]!
  const surest = each.toSorted((a, b) => b.rise.margin - a.rise.margin)[0]!
  const left = each
    .map(({ instance, pace }) => exhaustionOf(pace, context.limits.get(instance)))
    .filter((estimate) => estimate !== undefined)
    .toSorted((a, b) => a.value - b.value)[0]
  const level = Math.max(...each.map(({ pace }) => pace.level))
  const onset = first.close.onset
  const lifeStartMs = first.rise.view.lifeStartMs
  const atMs = (seconds: number): number => lifeStartMs + seconds * 1000
  return {
    rate: meanRate(each.map(({ pace }) => pace)),
    onsetMs: { value: atMs(onset.seconds), low: atMs(onset.low), high: atMs(onset.high) },
    level,
    confidence: confidenceOf(surest.rise, surest.close, rising.size, total),
    affectedInstances: [...rising.keys()],
    totalInstances: total,
    facts: growthFacts(surest.rise, surest.close, surest.pace.rate, rising.size, total),
    ...(left && { exhaustionSeconds: left }),
  }
}

/** How fast one instance grows now. */
interface Pace {
  readonly rate: number
  readonly error: number
  readonly level: number
  readonly noise: number
  readonly spread: number
  readonly watchedSeconds: number
}

function paceOf(rise: Rise, close: CloseLook): Pace {
  const from = rise.points.x.findIndex((x) => x >= close.onset.seconds)
  const start = rise.points.x.length - from >= BLOCKS_MIN / 2 ? Math.max(0, from) : 0
  const x = rise.points.x.subarray(start)
  const y = rise.points.y.subarray(start)
  const line = fitLine(x, y)
  const fourths = fourthSlopes(x, y)
  const spread = line.slope > 0 ? deviation(fourths) / line.slope : 1
  const last = x[x.length - 1]!
  return {
    rate: Math.max(line.slope, Number.MIN_VALUE),
    error: Math.hypot(line.slopeError, deviation(fourths) / 4),
    level: line.intercept + line.slope * last,
    noise: line.noise,
    spread,
    watchedSeconds: last - x[0]!,
  }
}

function fourthSlopes(x: Float64Array, y: Float64Array): number[] {
  const fourth = Math.floor(x.length / 4)
  if (fourth < 4) return []
  return [0, 1, 2, 3].map((k) =>
    middleSlope(x.subarray(k * fourth, (k + 1) * fourth), y.subarray(k * fourth, (k + 1) * fourth)),
  )
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

/** 97.5 % point of the normal distribution, a little widened for the few points that a fit rests on. */
const NORMAL_975 = 2.1

function meanRate(paces: readonly Pace[]): Estimate {
  const n = paces.length
  const value = paces.reduce((sum, pace) => sum + pace.rate, 0) / n
  const error = Math.sqrt(paces.reduce((sum, pace) => sum + pace.error ** 2, 0)) / n
  return { value, low: Math.max(0, value - NORMAL_975 * error), high: value + NORMAL_975 * error }
}

function exhaustionOf(pace: Pace, limit: number | undefined): Estimate | undefined {
  if (limit === undefined || !(limit > 0)) return undefined
  return timeLeft({
    level: pace.level,
    limit,
    rate: pace.rate,
    rateError: pace.error,
    noise: pace.noise,
    paceSpread: pace.spread,
    watchedSeconds: pace.watchedSeconds,
  })
}

/**
 * One instance of one resource: is there growth that chance does not explain, and nothing harmless either?
 *
 * First the question that costs little (lows that never come back, in every view); only what passes is looked at more
 * closely, and every harmless explanation is tried on it.
 */

import { median } from 'simple-statistics'
import type { Blocks } from './blocks.ts'
import { type CallDay, callDayOf } from './call_day.ts'
import type { SuppressionReason } from './evidence.ts'
import { type CloseLook, explanations } from './explain.ts'
import { loadShare } from './load.ts'
import { findOnset, type Onset, refineOnset } from './onset.ts'
import { type Points, pointsOf } from './points.ts'
import { type Question, type Rise, risesOf } from './rise.ts'
import { type Levelling, levelling, levelsOff, START_SHARE } from './shape.ts'
import { cameWithSlowCalls } from './slow_calls.ts'
import { hasStopped } from './stopped.ts'

/** What is said of one instance. */
export type Judgement =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'explained'; readonly reasons: readonly SuppressionReason[]; readonly rise: Rise }
  | {
      readonly kind: 'rising'
      /** The surest stretch. */
      readonly rise: Rise
      readonly close: CloseLook
      /** The stretch that tells most of the pace: the longest since the onset. */
      readonly longest: Rise
    }

/** Judges one instance by all of its views (all resolutions, finest first). */
export function judge(views: readonly Blocks[], question: Question): Judgement {
  const rises = risesOf(views, question)
  if (rises.length === 0) return { kind: 'quiet' }
  const life = lookAtLife(views)
  let explained: Judgement | undefined
  for (const rise of rises.slice(0, RISES_MAX)) {
    const close = closeLook(rise, life)
    const reasons = explanations(rise, close, views, question)
    if (reasons.length === 0) return { kind: 'rising', rise, close, longest: longestSince(life.onset, rise, rises) }
    explained ??= { kind: 'explained', reasons, rise }
    // What holds for the whole life holds for every stretch of it.
    if (levelsOff(life.curve) || life.cameWithLatency) break
  }
  return explained ?? { kind: 'quiet' }
}

/** Of all stretches that rise, the one that reaches back farthest, but not beyond what may be the onset. */
function longestSince(onset: Onset, rise: Rise, rises: readonly Rise[]): Rise {
  const startOf = ({ points: { x } }: Rise): number => x[0]!
  return rises
    .filter((one) => startOf(one) >= onset.low)
    .reduce((longest, one) => (startOf(one) < startOf(longest) ? one : longest), rise)
}

/** So many stretches are looked at closely, the surest first: the rest says the same again. */
const RISES_MAX = 6

/** What is the same for all stretches of one life. */
interface LifeLook {
  readonly onset: Onset
  /** How it bends since birth, or since the onset: the one that levels off, if any does. */
  readonly curve: Levelling
  /** Mean pace since shortly after birth, units a second. */
  readonly pace: number
  readonly callDay?: CallDay
  readonly cameWithLatency: boolean
  readonly hasStopped: boolean
}

function lookAtLife(views: readonly Blocks[]): LifeLook {
  const view = lifeView(views)
  const life = pointsOf(view, 0)
  const onset = refineOnset(findOnset(life), views)
  const callDay = callDayOf(view)
  return {
    ...(callDay && { callDay }),
    cameWithLatency: cameWithSlowCalls(views, view, onset),
    onset,
    curve: curveOf(life, onset),
    hasStopped: hasStopped(views, view.lifeStartMs + onset.seconds * 1000),
    pace: meanPace(life),
  }
}

function curveOf(life: Points, onset: Onset): Levelling {
  const sinceBirth = levelling(life, 0)
  if (levelsOff(sinceBirth)) return sinceBirth
  const sinceOnset = levelling(life, onset.seconds)
  return levelsOff(sinceOnset) ? sinceOnset : sinceBirth
}

/** From the middle of the first lows (but the very start) to the middle of the last. */
function meanPace({ x, y }: Points): number {
  const last = x.length - 1
  const first = Math.min(
    x.findIndex((seconds) => seconds > START_SHARE * x[last]!),
    Math.max(0, last - 2 * ENDS),
  )
  const middle = (values: Float64Array): number => median(Array.from(values))
  const rise = middle(y.subarray(last + 1 - ENDS)) - middle(y.subarray(first, first + ENDS))
  return rise / (x[last]! - x[first]!)
}

const ENDS = 3

function closeLook(rise: Rise, life: LifeLook): CloseLook {
  const { onset, pace, callDay, cameWithLatency, hasStopped } = life
  const { x } = rise.points
  const load = loadShare(rise.points)
  return {
    onset,
    cameWithLatency,
    hasStopped,
    levelling: curveOfStretch(rise, life.curve),
    paceShare: pace > 0 ? rise.line.slope / pace : Number.POSITIVE_INFINITY,
    growth: rise.line.slope * (x[x.length - 1]! - x[0]!),
    ...(load && { load }),
    ...(callDay && { callDay }),
  }
}

/** What levels off over the whole life, does; else the stretch itself is asked. */
function curveOfStretch({ points }: Rise, ofLife: Levelling): Levelling {
  if (levelsOff(ofLife)) return ofLife
  const { x } = points
  const own = levelling(points, x[0]! - (x[1]! - x[0]!))
  return levelsOff(own) ? own : ofLife
}

/** The view that covers the most of the life; among those that cover about as much, the finest. */
export function lifeView(views: readonly Blocks[]): Blocks {
  const span = (view: Blocks): number => view.floor.length * view.blockMs
  const longest = Math.max(...views.map(span))
  return views.find((view) => span(view) >= LIFE_SHARE * longest)!
}

const LIFE_SHARE = 0.95

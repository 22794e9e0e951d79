/**
 * One instance of one resource: is there growth that chance does not explain, and nothing harmless either?
 *
 * First the question that costs nothing (lows that never come back, in every view); only what passes is looked at more
 * closely, and every harmless explanation is tried on it.
 */

import { median } from 'simple-statistics'
import type { Blocks } from './blocks.ts'
import type { SuppressionReason } from './evidence.ts'
import { fitLine, type Line, log10NormalTail, log10PDrift } from './line.ts'
import { type LoadShare, loadExplains, loadShare } from './load.ts'
import { countLows, type LowCount } from './lows.ts'
import { findOnset, type Onset } from './onset.ts'
import { type Points, pointsOf } from './points.ts'
import { BLOCKS_MIN, type DetectSettings, lookLog10P } from './settings.ts'
import { jumpShare, type Levelling, levelling, levelsOff, START_SHARE } from './shape.ts'

/** A stretch of one view that rises beyond chance. */
export interface Rise {
  readonly view: Blocks
  /** First block of the stretch. */
  readonly from: number
  readonly lows: LowCount
  readonly line: Line
  readonly points: Points
  /** Base-10 logarithm of the chance. */
  readonly log10P: number
  /** Decades by which it is less than it had to be. */
  readonly margin: number
}

/** What kind of series it is: decides units, floors and which explanations apply. */
export interface SeriesKind {
  /** Counts (descriptors, threads), not bytes. */
  readonly items: boolean
  /**
   * Climbs of hours between collections are normal: the old generation of a JVM as used now, not as used after the
   * last collection.
   */
  readonly collected: boolean
}

/** What is asked of one instance. */
export interface Question {
  readonly kind: SeriesKind
  readonly settings: DetectSettings
  /** Questions asked at each look, over views, instances and resources: they share the budget of false alarms. */
  readonly asked: number
  readonly open: boolean
  readonly limit?: number
}

/** What is said of one instance. */
export type Judgement =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'explained'; readonly reasons: readonly SuppressionReason[]; readonly rise: Rise }
  | { readonly kind: 'rising'; readonly rise: Rise; readonly close: CloseLook }

/** What the closer look found, for facts and confidence. */
export interface CloseLook {
  readonly onset: Onset
  readonly levelling: Levelling
  readonly load?: LoadShare
  /** Pace of the stretch over the mean pace since shortly after birth. */
  readonly paceShare: number
  /** Growth over the stretch. */
  readonly growth: number
}

/** Judges one instance by all of its views (all resolutions, finest first). */
export function judge(views: readonly Blocks[], question: Question): Judgement {
  const rises = risesOf(views, question)
  if (rises.length === 0) return { kind: 'quiet' }
  const life = lookAtLife(pointsOf(lifeView(views), 0))
  let explained: Judgement | undefined
  for (const rise of rises.slice(0, RISES_MAX)) {
    const close = closeLook(rise, life)
    const reasons = explanations(rise, close, views, question)
    if (reasons.length === 0) return { kind: 'rising', rise, close }
    explained ??= { kind: 'explained', reasons, rise }
  }
  return explained ?? { kind: 'quiet' }
}

/** So many stretches are looked at closely, the surest first: the rest says the same again. */
const RISES_MAX = 6

/** Decades of evidence less that hold a finding which is open already. */
const HOLD_DECADES = 3

/** Stretches that rise beyond chance, the surest first. */
export function risesOf(views: readonly Blocks[], question: Question): Rise[] {
  const rises: Rise[] = []
  for (const view of views) {
    const needed = lookLog10P(question.settings.falseAlarmsPerServiceMonth, view.blockMs, question.asked)
    for (const from of stretchStarts(view.floor.length)) {
      const rise = riseOf(view, from, needed + (question.open ? HOLD_DECADES : 0))
      if (rise !== undefined) rises.push(rise)
    }
  }
  return rises.toSorted((a, b) => b.margin - a.margin)
}

/** Lengths shrink by a third: all blocks, then two thirds, and so on down to the fewest that say anything. */
export function stretchStarts(blocks: number): number[] {
  const starts: number[] = []
  for (let length = blocks; length >= BLOCKS_MIN; length = Math.floor((length * 2) / 3)) starts.push(blocks - length)
  return starts
}

function riseOf(view: Blocks, from: number, needed: number): Rise | undefined {
  const lows = countLows(view.floor, from)
  // Neither way of proof can succeed where the order alone, taken at its face value, does not come near.
  if (lows.blocks < BLOCKS_MIN || lows.log10POrder > needed / 2) return undefined
  const points = pointsOf(view, from)
  const byWalk = Math.min(lows.log10PWalk, log10PDrift(points.y)) + Math.log10(2)
  if (lows.log10POrder > needed && byWalk > needed) return undefined
  const line = fitLine(points.x, points.y)
  if (!(line.slope > 0)) return undefined
  const log10P = Math.min(byWalk, byOrder(lows, line))
  return log10P <= needed ? { view, from, lows, line, points, log10P, margin: needed - log10P } : undefined
}

/**
 * Order proves the less the more the lows hang together (README, "Lows that never come back"): its exponent is
 * discounted; or it is taken at its face value where the slope, discounted harder, proves as much.
 */
function byOrder({ log10POrder }: LowCount, { slope, slopeError, correlation }: Line): number {
  const bySlope = log10NormalTail((slope / (slopeError || Number.EPSILON)) * (1 - correlation))
  return Math.min(log10POrder * (1 - correlation ** 2), Math.max(log10POrder, bySlope))
}

/** What is the same for all stretches of one life. */
interface LifeLook {
  readonly onset: Onset
  readonly curves: readonly Levelling[]
  /** Mean pace since shortly after birth, units a second. */
  readonly pace: number
}

function lookAtLife(life: Points): LifeLook {
  const onset = findOnset(life)
  return { onset, curves: [levelling(life, 0), levelling(life, onset.seconds)], pace: meanPace(life) }
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

function closeLook(rise: Rise, { onset, curves, pace }: LifeLook): CloseLook {
  const { x } = rise.points
  const load = loadShare(rise.points)
  const own = levelling(rise.points, x[0]! - (x[1]! - x[0]!))
  return {
    onset,
    levelling: [...curves, own].find(levelsOff) ?? curves[0]!,
    paceShare: pace > 0 ? rise.line.slope / pace : Number.POSITIVE_INFINITY,
    growth: rise.line.slope * (x[x.length - 1]! - x[0]!),
    ...(load && { load }),
  }
}

function explanations(rise: Rise, close: CloseLook, views: readonly Blocks[], question: Question): SuppressionReason[] {
  const { kind, settings } = question
  const reasons: SuppressionReason[] = []
  if (negligible(rise, close, kind, settings)) reasons.push('negligible')
  if (close.load !== undefined && loadExplains(close.load)) reasons.push('load_growth')
  if (levelsOff(close.levelling) || close.paceShare < PACE_SHARE_MIN || slowsWhileYoung(rise, close)) {
    reasons.push('cache_plateau')
  }
  if (tooYoung(rise, close, question)) reasons.push('warmup')
  if (jumpShare(rise.points.y) > JUMP_SHARE_MAX) reasons.push('step')
  if (isOneOfSeveral(rise, close, views) || (kind.collected && !collectedTwice(rise, views, question))) {
    reasons.push('collection_cycle')
  }
  return reasons
}

const JUMP_SHARE_MAX = 0.7
const PACE_SHARE_MIN = 0.35

/** In the first days of a life a pace that seems to fall by half is reason enough to wait, sure or not. */
function slowsWhileYoung({ points }: Rise, { levelling }: CloseLook): boolean {
  const age = points.x[points.x.length - 1]!
  return age < YOUNG_SECONDS && levelling.paceRatio < YOUNG_PACE_RATIO_MIN && levelling.slowingRatio < -1
}

const YOUNG_SECONDS = 2 * 86_400
const YOUNG_PACE_RATIO_MIN = 0.55

/** Growth must show in some relation to what is there; a watch of less than half a day must show more. */
function negligible(rise: Rise, close: CloseLook, kind: SeriesKind, settings: DetectSettings): boolean {
  const { y, x } = rise.points
  const level = y[y.length - 1]!
  const watchedMs = (x[x.length - 1]! - x[0]!) * 1000
  const share = watchedMs >= DAY_MS / 2 ? SHARE_MIN_LONG : SHARE_MIN_SHORT
  const least = kind.items ? settings.minGrowthItems : settings.minGrowthBytes
  const doublingMs = (level / rise.line.slope) * 1000
  return close.growth < least || close.growth < share * Math.abs(level) || doublingMs > settings.horizonMs
}

const DAY_MS = 86_400_000
const SHARE_MIN_LONG = 0.015
const SHARE_MIN_SHORT = 0.08

/**
 * A young process fills its caches, and where the load is not known its first morning looks like a leak; only growth
 * that would soon be too much, and does not slow, is urgent.
 */
function tooYoung(rise: Rise, close: CloseLook, question: Question): boolean {
  const { x, y, load } = rise.points
  const age = x[x.length - 1]!
  const settled = age * 1000 >= question.settings.patienceMs
  const sinceLowest = age - x[y.indexOf(Math.min(...y))]!
  const morning = load === undefined && age < DAY_SECONDS && sinceLowest < MORNING_SECONDS
  if (settled && !morning) return false
  if (close.levelling.paceRatio < URGENT_PACE_RATIO && close.levelling.slowingRatio < -1) return true
  const tooMuch = Math.min(question.limit ?? Number.POSITIVE_INFINITY, URGENT_LEVELS * y[0]!)
  return (tooMuch - y[y.length - 1]!) / rise.line.slope > (morning ? URGENT_AGES_MORNING : URGENT_AGES) * age
}

const URGENT_LEVELS = 4
const URGENT_AGES = 8
const URGENT_AGES_MORNING = 4
const URGENT_PACE_RATIO = 0.7
/** A day and some margin: by then an evening has been seen. */
const DAY_SECONDS = 26 * 3600
/** Half a day and some margin: no morning rises longer. */
const MORNING_SECONDS = 13 * 3600

/** The level was as high before the stretch began, and fell back: this climb is one of several. */
function isOneOfSeveral(rise: Rise, close: CloseLook, views: readonly Blocks[]): boolean {
  const startMs = rise.view.startMs + rise.from * rise.view.blockMs
  const now = rise.points.y[rise.points.y.length - 1]!
  const spanMs = (rise.points.x[rise.points.x.length - 1]! - rise.points.x[0]!) * 1000
  return views.some((view) => {
    // Lows of shorter blocks stand higher by nature: only those of blocks as long, or longer, are compared.
    if (view.blockMs < rise.view.blockMs) return false
    const before = Math.floor((startMs - view.startMs) / view.blockMs) - 1
    if (view.floor.subarray(0, Math.max(0, before)).some((value) => value >= now - close.growth / 3)) return true
    return roseAndFell(view.floor, before, Math.round(spanMs / view.blockMs), CLIMB_SHARE * close.growth)
  })
}

/** A former climb counts when it was at least this share of the present one. */
const CLIMB_SHARE = 0.7

/** Whether values before `end` ever rose by `rise` within `length` blocks, and later lost half of that again. */
function roseAndFell(values: Float64Array, end: number, length: number, rise: number): boolean {
  if (length < 1) return false
  for (let i = 0; i + length < end; i++) {
    if (!(values[i + length]! - values[i]! >= rise)) continue
    const middle = (values[i + length]! + values[i]!) / 2
    for (let later = i + length + 1; later < values.length; later++) if (values[later]! <= middle) return true
  }
  return false
}

/** Two collections have shown what survives them; or the heap is so full that one should have. */
function collectedTwice(rise: Rise, views: readonly Blocks[], question: Question): boolean {
  const { y } = rise.points
  if (question.limit !== undefined && y[y.length - 1]! >= FULL_SHARE * question.limit) return true
  return views.some((view) => falls(view.floor) >= 2)
}

const FULL_SHARE = 0.85

/** How often a series fell, from one block to the next, by a good part of its whole range. */
function falls(values: Float64Array): number {
  const present = values.filter((value) => !Number.isNaN(value))
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of present) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  let count = 0
  for (let i = 1; i < present.length; i++) if (present[i - 1]! - present[i]! >= FALL_SHARE * (high - low)) count += 1
  return count
}

const FALL_SHARE = 0.04

/** The view that covers the most of the life; among those that cover about as much, the finest. */
export function lifeView(views: readonly Blocks[]): Blocks {
  const span = (view: Blocks): number => view.floor.length * view.blockMs
  const longest = Math.max(...views.map(span))
  return views.find((view) => span(view) >= LIFE_SHARE * longest)!
}

const LIFE_SHARE = 0.95

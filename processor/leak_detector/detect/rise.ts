/**
 * Stretches that rise beyond chance: the question that costs little, asked of every view and of the last part of each,
 * long and short.
 */

import type { Blocks } from './blocks.ts'
import { fitLine, type Line, log10NormalTail, log10PDrift } from './line.ts'
import { countLows, type LowCount } from './lows.ts'
import { type Points, pointsOf } from './points.ts'
import { BLOCKS_MIN, type DetectSettings, lookLog10P } from './settings.ts'

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
  /** A heap as its own runtime tells of it, not the process or container around it. */
  readonly heap: boolean
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
  /** Views of all copies of the service, one after the other. */
  readonly copies: readonly Blocks[]
}

/** Decades of evidence less that hold a finding which is open already. */
const HOLD_DECADES = 3

/** Stretches that rise beyond chance, the surest first. */
export function risesOf(views: readonly Blocks[], question: Question): Rise[] {
  const candidates: Candidate[] = []
  for (const view of views) {
    const once = lookLog10P(question.settings.falseAlarmsPerServiceMonth, view.blockMs, question.asked)
    const needed = once + (question.open ? HOLD_DECADES : 0)
    for (const from of stretchStarts(view.floor.length)) {
      const lows = countLows(view.floor, from)
      // Neither way of proof can succeed where the order alone, taken at its face value, does not come near.
      if (lows.blocks < BLOCKS_MIN || lows.log10POrder > needed / 2) continue
      candidates.push({ view, from, lows, needed, promise: needed - Math.min(lows.log10POrder, lows.log10PWalk) })
    }
  }
  return candidates
    .toSorted((a, b) => b.promise - a.promise)
    .slice(0, FITTED_MAX)
    .flatMap((candidate) => riseOf(candidate) ?? [])
    .toSorted((a, b) => b.margin - a.margin)
}

/** A stretch whose order is worth a line. */
interface Candidate extends Pick<Rise, 'view' | 'from' | 'lows'> {
  readonly needed: number
  /** Decades beyond what is needed that its order alone would prove. */
  readonly promise: number
}

/** So many stretches get a line, those whose order proves the most. */
const FITTED_MAX = 12

/** Lengths shrink by a third: all blocks, then two thirds, and so on down to the fewest that say anything. */
export function stretchStarts(blocks: number): number[] {
  const starts: number[] = []
  for (let length = blocks; length >= BLOCKS_MIN; length = Math.floor((length * 2) / 3)) starts.push(blocks - length)
  return starts
}

function riseOf({ view, from, lows, needed }: Candidate): Rise | undefined {
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

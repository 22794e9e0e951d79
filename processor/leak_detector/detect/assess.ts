/**
 * All instances of one resource of one service: the verdict.
 *
 * Each instance is judged by itself, since one in ten is still a leak; and, where several are alike, they are judged
 * once more as their mean, which lifts a leak that all share out of the noise that each has for itself.
 */

import { type Blocks, viewsOf } from './blocks.ts'
import type { SeriesWindow, Verdict } from './evidence.ts'
import { explainedFacts } from './facts.ts'
import { growthOf, type Rising } from './growth.ts'
import { type Judgement, judge } from './judge.ts'
import { POOLED, pooledWindows } from './pool.ts'
import { type Question, type SeriesKind, stretchStarts } from './rise.ts'
import { BLOCKS_MIN, type DetectSettings } from './settings.ts'

/** What must be known beside the series. */
export interface AssessContext {
  /** Event time of the look, milliseconds since 1970. */
  readonly nowMs: number
  readonly kind: SeriesKind
  readonly settings: DetectSettings
  /** A finding is open on this: it is held by weaker evidence than it took to open. */
  readonly open: boolean
  /** Limit by instance, in the unit of the series; instances without one are absent. */
  readonly limits: ReadonlyMap<string, number>
  /** Level that an instance may reach before what is around it is full; absent where nobody tells. */
  readonly ceilings: ReadonlyMap<string, number>
}

/** Resources of a service that may raise an alarm: the false-alarm budget is shared among them. */
const RESOURCES = 4

/**
 * Says what is to be said of one resource of one service.
 *
 * @param windows every instance at every resolution, in any order; windows of one instance belong together.
 * @example assess([window], context).kind // 'warming' | 'quiet' | 'explained' | 'growing'
 */
export function assess(windows: readonly SeriesWindow[], context: AssessContext): Verdict {
  const byInstance = viewsByInstance(windows, context.settings.warmUpSteps)
  const longest = [...byInstance.values()].toSorted((a, b) => b.length - a.length)[0]
  if (longest === undefined || longest.length === 0) return warming(windows, context.settings)
  const asked = RESOURCES * byInstance.size * questionsOf(longest)
  const copies = [...byInstance.values()].flat()
  const rising = new Map<string, Rising>()
  let explained: Extract<Judgement, { kind: 'explained' }> | undefined
  for (const [instance, views] of byInstance) {
    if (views.length === 0) continue
    const judgement = judge(views, questionOf(context, asked, roofOf(context, instance), copies))
    if (judgement.kind === 'rising') rising.set(instance, judgement)
    if (judgement.kind === 'explained') explained ??= judgement
  }
  if (rising.size > 0)
    return { kind: 'growing', growth: growthOf(rising, byInstance.size, context.limits, context.kind) }
  const together = byInstance.size > 1 ? assessTogether(windows, context, asked, byInstance.size) : undefined
  if (together !== undefined) return together
  if (explained !== undefined) {
    const { reasons, rise } = explained
    return { kind: 'explained', reasons, rate: rise.line.slope, facts: explainedFacts(rise, reasons) }
  }
  return { kind: 'quiet' }
}

/** Judges the mean of the instances; undefined when it does not rise either. */
function assessTogether(
  windows: readonly SeriesWindow[],
  context: AssessContext,
  asked: number,
  total: number,
): Verdict | undefined {
  const pooled = pooledWindows(windows)
  const views = viewsByInstance(pooled.windows, context.settings.warmUpSteps).get(POOLED)
  if (views === undefined || views.length === 0) return undefined
  const leastOf = (each: (member: string) => number | undefined): number | undefined => {
    const known = pooled.members.map(each).filter((value) => value !== undefined)
    return known.length > 0 ? Math.min(...known) : undefined
  }
  const roof = leastOf((member) => roofOf(context, member))
  const judgement = judge(views, questionOf(context, asked, roof, []))
  if (judgement.kind !== 'rising') return undefined
  const limit = leastOf((member) => context.limits.get(member))
  const pooledLimits = new Map(limit === undefined ? [] : [[POOLED, limit]])
  const growth = growthOf(new Map([[POOLED, judgement]]), total, pooledLimits, context.kind)
  return { kind: 'growing', growth: { ...growth, affectedInstances: pooled.members } }
}

/** What is hit first, as far as is known. */
function roofOf({ limits, ceilings }: AssessContext, instance: string): number | undefined {
  const limit = limits.get(instance)
  const ceiling = ceilings.get(instance)
  return limit === undefined || ceiling === undefined ? (limit ?? ceiling) : Math.min(limit, ceiling)
}

function questionOf(
  { kind, settings, open }: AssessContext,
  asked: number,
  limit: number | undefined,
  copies: readonly Blocks[],
): Question {
  return { kind, settings, asked, open, copies, ...(limit !== undefined && { limit }) }
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

/**
 * Replicas as one: the mean of the floors of all instances that lived through the same time.
 *
 * What each has for itself (its noise, its collections) averages out; what all share stays. So a leak that is too slow
 * to be seen in one replica shows in ten. Only instances that were there all the time are taken: a mean over a
 * changing number of them would move with the number.
 */

import { currentLife } from './blocks.ts'
import type { SeriesWindow } from './evidence.ts'

/** The name of the mean among instances; no instance is called so. */
export const POOLED = '\u0000mean'

/**
 * The mean series at each resolution, over instances whose present life is at least half as long as the longest one.
 *
 * @returns windows of one instance called `POOLED`, each with the names that went into it; empty with fewer than two.
 */
export function pooledWindows(windows: readonly SeriesWindow[]): { windows: SeriesWindow[]; members: string[] } {
  const coarsest = Math.max(...windows.map(({ stepMs }) => stepMs))
  const births = new Map(windows.filter(({ stepMs }) => stepMs === coarsest).map((one) => [one.instance, birthOf(one)]))
  const endMs = Math.max(...windows.map(endOf))
  const longest = Math.max(...[...births.values()].map((birthMs) => endMs - birthMs))
  const members = [...births].filter(([, birthMs]) => endMs - birthMs >= longest / 2).map(([instance]) => instance)
  if (members.length < 2) return { windows: [], members: [] }
  const latestBirthMs = Math.max(...members.map((instance) => births.get(instance)!))
  const byStep = Map.groupBy(
    windows.filter(({ instance }) => members.includes(instance)),
    ({ stepMs }) => stepMs,
  )
  const pooled = [...byStep.values()].filter((group) => group.length === members.length)
  return { windows: pooled.map((group) => meanOf(group, latestBirthMs)), members }
}

function birthOf(window: SeriesWindow): number {
  return window.startMs + currentLife(window, 0).firstStep * window.stepMs
}

function endOf(window: SeriesWindow): number {
  return window.startMs + window.floor.length * window.stepMs
}

function meanOf(group: readonly SeriesWindow[], latestBirthMs: number): SeriesWindow {
  const { stepMs } = group[0]!
  const startMs = Math.max(
    ...group.map((window) => window.startMs),
    ...group.map((window) => window.startMs + Math.ceil((latestBirthMs - window.startMs) / stepMs) * stepMs),
  )
  const steps = Math.max(0, Math.round((Math.min(...group.map(endOf)) - startMs) / stepMs))
  const mean = (of: (window: SeriesWindow) => Float64Array): Float64Array =>
    Float64Array.from({ length: steps }, (_, step) => {
      let sum = 0
      for (const window of group) sum += of(window)[step + Math.round((startMs - window.startMs) / stepMs)]!
      return sum / group.length
    })
  const allKnow = (key: 'concurrency' | 'calls'): boolean => group.every((window) => window[key] !== undefined)
  return {
    instance: POOLED,
    stepMs,
    startMs,
    floor: mean((window) => window.floor),
    mean: mean((window) => window.mean),
    cuts: [],
    deploys: [],
    ...(allKnow('concurrency') && { concurrency: mean((window) => window.concurrency!) }),
    ...(allKnow('calls') && { calls: mean((window) => window.calls!) }),
  }
}

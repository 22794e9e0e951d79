/** What is said of growth that is established: rate, onset, level, time left, over all instances that grow. */

import { confidenceOf } from './confidence.ts'
import type { Estimate, Growth } from './evidence.ts'
import type { CloseLook } from './explain.ts'
import { growthFacts } from './facts.ts'
import { timeLeft } from './forecast.ts'
import type { Judgement } from './judge.ts'
import { type Pace, paceOf, roomOf } from './pace.ts'
import type { Rise, SeriesKind } from './rise.ts'

/** An instance that grows. */
export type Rising = Extract<Judgement, { kind: 'rising' }>

/**
 * Puts the affected instances together: mean rate, earliest onset, nearest limit.
 *
 * @param rising by instance, at least one.
 * @param total instances looked at.
 * @param limits by instance.
 */
export function growthOf(
  rising: ReadonlyMap<string, Rising>,
  total: number,
  limits: ReadonlyMap<string, number>,
  kind: SeriesKind,
): Growth {
  const each = [...rising].map(([instance, grown]) => ({ instance, ...grown, pace: paceNow(grown) }))
  const surest = each.toSorted((a, b) => b.rise.margin - a.rise.margin)[0]!
  const left = each
    .map(({ instance, pace }) => exhaustionOf(pace, limits.get(instance), kind))
    .filter((estimate) => estimate !== undefined)
    .toSorted((a, b) => a.value - b.value)[0]
  return {
    rate: meanRate(each.map(({ pace }) => pace)),
    onsetMs: each.map(({ rise, close }) => onsetMsOf(rise, close)).toSorted((a, b) => a.value - b.value)[0]!,
    level: Math.max(...each.map(({ pace }) => pace.level)),
    confidence: confidenceOf(surest.rise, surest.close, rising.size, total),
    affectedInstances: [...rising.keys()],
    totalInstances: total,
    facts: growthFacts(surest.rise, surest.close, surest.pace.rate, rising.size, total),
    ...(left && { exhaustionSeconds: left }),
  }
}

/** Over the whole climb busy and quiet hours make up for each other; where it stands now the surest stretch knows best. */
function paceNow({ rise, longest, close }: Rising): Pace {
  const whole = paceOf(longest, close)
  return longest === rise ? whole : { ...whole, level: paceOf(rise, close).level }
}

function onsetMsOf(rise: Rise, { onset }: CloseLook): Estimate {
  const atMs = (seconds: number): number => rise.view.lifeStartMs + seconds * 1000
  return { value: atMs(onset.seconds), low: atMs(onset.low), high: atMs(onset.high) }
}

/** 97.5 % point of the normal distribution, a little widened for the few points that a fit rests on. */
const NORMAL_975 = 2.1

function meanRate(paces: readonly Pace[]): Estimate {
  const n = paces.length
  const value = paces.reduce((sum, pace) => sum + pace.rate, 0) / n
  const error = Math.sqrt(paces.reduce((sum, pace) => sum + pace.error ** 2, 0)) / n
  return { value, low: Math.max(0, value - NORMAL_975 * error), high: value + NORMAL_975 * error }
}

function exhaustionOf(pace: Pace, limit: number | undefined, kind: SeriesKind): Estimate | undefined {
  if (limit === undefined || !(limit > 0)) return undefined
  const { noise, watchedSeconds, clock } = pace
  return timeLeft({ room: roomOf(pace, limit, kind), noise, watchedSeconds, ...clock })
}

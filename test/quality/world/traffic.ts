/** How requests come: a mean, the day, and slow waves of its own for each journey. */
import type { Chance } from './chance.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from './parts.ts'

/** Requests a second at a time. */
export type Rate = (atMs: number) => number

export interface TrafficShape {
  readonly perSecond: number
  /** Height of the daily wave, 0..1; the peak is at 14:00 UTC. */
  readonly daily?: number
  /** How much less comes on Saturdays and Sundays, 0..1. */
  readonly weekend?: number
  /** Height of the waves of its own, 0..1. */
  readonly waves?: number
}

/** A rate with a rhythm of its own: three waves of twenty minutes to seven hours whose phases are drawn. */
export function traffic({ perSecond, daily = 0.4, weekend = 0, waves = 0.5 }: TrafficShape, chance: Chance): Rate {
  const periods = [chance.between(20, 60) * MINUTE_MS, chance.between(1, 3) * HOUR_MS, chance.between(3, 7) * HOUR_MS]
  const own = periods.map((periodMs) => ({ periodMs, phase: chance.next(), height: chance.between(0.5, 1) }))
  return (atMs) => {
    const day = 1 + daily * Math.cos((2 * Math.PI * (atMs - 14 * HOUR_MS)) / DAY_MS)
    const wave = own.reduce(
      (sum, { periodMs, phase, height }) => sum + height * Math.sin(2 * Math.PI * (atMs / periodMs + phase)),
      0,
    )
    const weekday = new Date(atMs).getUTCDay()
    const isWeekend = weekday === 0 || weekday === 6
    return Math.max(0, perSecond * day * (1 + (waves / 1.5) * wave) * (isWeekend ? 1 - weekend : 1))
  }
}

/** Mean of a rate over a time, a second; sampled every ten minutes. */
export function meanRate(rate: Rate, fromMs: number, toMs: number): number {
  let sum = 0
  let count = 0
  for (let atMs = fromMs; atMs < toMs; atMs += 10 * MINUTE_MS) {
    sum += rate(atMs)
    count += 1
  }
  return count === 0 ? rate(fromMs) : sum / count
}

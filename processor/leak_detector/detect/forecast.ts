/**
 * When is the limit reached?
 *
 * Straight on at the measured rate, or as the calls come that it follows, with an interval for what we do not know: the rate itself, the pace of the process
 * (which changes: traffic has days and weeks), and where the level is right now. All three are put into one relative
 * spread of the time left, log-normal, so that the interval never reaches below zero.
 */

import type { Estimate } from './evidence.ts'
import type { PaceClock } from './pace.ts'

/** A level on its way to a limit. */
export interface Climb extends PaceClock {
  /** Units to the limit. */
  readonly room: number
  /** Standard deviation of the level around its line. */
  readonly noise: number
  /** Seconds that the climb was watched. */
  readonly watchedSeconds: number
}

/** 90 % point of the normal distribution: an 80 % interval is ± this. */
const NORMAL_90 = 1.2816

/**
 * What no past tells: traffic that changes, collections that come late. Taken from the errors of forecasts at half life
 * in the quality benchmark's development seeds.
 */
const UNFORESEEN = 0.28

/** Seconds until the limit, with an 80 % interval; zero when it is reached. */
export function timeLeft(climb: Climb): Estimate {
  const { room } = climb
  if (room <= 0) return { value: 0, low: 0, high: 0 }
  const value = climb.secondsFor(room)
  // The pace averages out over the stretches of the future as it did over the four fourths of the past.
  const stretches = Math.max(1, (4 * value) / climb.watchedSeconds)
  const relative = Math.hypot(
    climb.relativeError,
    climb.spread / Math.sqrt(stretches),
    climb.noise / Math.max(room, climb.noise),
    UNFORESEEN,
  )
  const factor = Math.exp(NORMAL_90 * Math.min(2, relative))
  return { value, low: value / factor, high: value * factor }
}

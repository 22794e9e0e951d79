/** How sure: one number, made of the few that matter, each with its weight in plain sight. */

import type { CloseLook } from './explain.ts'
import type { Rise } from './rise.ts'

/**
 * Probability that the growth is a leak, 0.5..0.99: a logistic of the decades of evidence beyond what was needed, of
 * how steadily it grows, and of whether the load was known and ruled out.
 */
export function confidenceOf(rise: Rise, close: CloseLook, affected: number, total: number): number {
  const decades = Math.min(8, rise.margin)
  const steady = close.levelling.bendRatio < 3 ? 1 : close.levelling.steadyShare
  const loadKnown = close.load === undefined ? 0 : 1
  const several = affected > 1 && 2 * affected >= total ? 1 : 0
  const logit = 0.3 + 0.2 * decades + 0.8 * (steady - 0.5) + 0.5 * loadKnown + 0.5 * several
  return Math.min(0.99, 1 / (1 + Math.exp(-logit)))
}

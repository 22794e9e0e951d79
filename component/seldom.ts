import type { Clock } from './env.ts'

/**
 * Keeps a log readable while a backend is away: lets one line through in `everyMs` and adds up what was left out.
 *
 * @returns a function that gives, when it is time, the sum of all amounts since the last time; else `undefined`.
 * @example
 * const due = seldom(clock, 10_000)
 * due(5) // => 5
 * due(7) // => undefined
 * due(1) // ten seconds later => 8
 */
export function seldom(clock: Clock, everyMs: number): (amount: number) => number | undefined {
  let lastMs = Number.NEGATIVE_INFINITY
  let sum = 0
  return (amount) => {
    sum += amount
    const nowMs = clock.elapsedMs()
    if (nowMs - lastMs < everyMs) return undefined
    lastMs = nowMs
    const due = sum
    sum = 0
    return due
  }
}

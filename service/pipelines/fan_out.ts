import type { Consumer } from '../../component/component.ts'
import { accepted, type Outcome, type Refusal } from '../../component/outcome.ts'

/**
 * One consumer for several: each gets the payload, all at the same time, and the sender is told of all refusals in
 * one, as the Collector combines errors:
 *
 * - all accept: accepted.
 * - some refuse, all of those retryable: retryable. The sender repeats, and branches that had accepted get the
 *   payload twice: at least once is the promise, a duplicate is better than a loss.
 * - one refuses for good: permanent, whatever the others say. That branch would refuse the same bytes again and the
 *   sender would repeat them until it gives up, into the other branches each time.
 */
export function fanOut(branches: readonly Consumer[]): Consumer {
  const [first] = branches
  if (branches.length === 1 && first !== undefined) return first
  return {
    async consume(payload) {
      return combined(await Promise.all(branches.map((branch) => branch.consume(payload))))
    },
  }
}

/** The one outcome that several amount to. */
export function combined(outcomes: readonly Outcome[]): Outcome {
  const refusals = outcomes.filter((outcome): outcome is Refusal => !outcome.ok)
  const [first] = refusals
  if (first === undefined) return accepted
  if (refusals.length === 1) return first
  const permanent = refusals.find((refusal) => !refusal.retryable)
  const message = [...new Set(refusals.map((refusal) => refusal.message))].join('; ')
  if (permanent !== undefined) return { ...permanent, message }
  const waits = refusals.flatMap(({ retryAfterMs }) => (retryAfterMs === undefined ? [] : [retryAfterMs]))
  return { ...first, message, ...(waits.length > 0 && { retryAfterMs: Math.max(...waits) }) }
}

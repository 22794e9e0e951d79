/**
 * Who is blamed, over all looks at a leak and not by the last one alone: traffic that tells callers apart now may not
 * do so an hour later, and then "cannot tell" takes nothing back. One look's word may be chance; that of most is not.
 *
 * Plain data: a ledger that is saved keeps it.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Attribution } from '../attribute/attribution.ts'

/** What looks at one leak have said so far. */
export interface Votes {
  /** Looks that said anything, abstentions included. */
  readonly looks: number
  /** How many of them blamed somebody. */
  readonly decided: number
  /** By what was blamed; at most `VOTES_MAX`, the lightest is forgotten first. */
  readonly blamed: Readonly<Record<string, Vote>>
  /** The newest word of a look; the same again is not counted twice. */
  readonly newest?: Attribution
}

interface Vote {
  /** Looks that said so, each later one counting a twentieth more than the one before: it has seen more. */
  readonly weight: number
  readonly newest: Exclude<Attribution, { kind: 'unknown' }>
}

/** Nothing said. */
export const NO_VOTES: Votes = { looks: 0, decided: 0, blamed: {} }

const VOTES_MAX = 16
const OLDER = 0.95
/** Looks that must have blamed somebody: a count, and a share of all. */
const DECIDED_MIN = 2
const DECIDED_SHARE_MIN = 0.08
/** Of those, the share that must agree on the operation (or on time), and on the caller. */
const AGREED_MIN = 0.7

/**
 * What is still believed when the leak is back in another life: whom the looks agreed on, with half of their weight, since
 * the new ones see more.
 */
export function recalled(votes: Votes): Votes {
  const agreed = settled(votes)
  if (agreed === undefined || agreed.kind === 'unknown') return NO_VOTES
  const { looks, decided, blamed } = votes
  const halved = Object.entries(blamed).map(([key, vote]) => [key, { ...vote, weight: vote.weight / 2 }])
  return { looks: looks / 2, decided: decided / 2, blamed: Object.fromEntries(halved) }
}

/** One look more. */
export function voted(votes: Votes, attribution: Attribution | undefined): Votes {
  if (attribution === undefined || isDeepStrictEqual(attribution, votes.newest)) return votes
  const looks = votes.looks + 1
  if (attribution.kind === 'unknown') return { ...votes, looks, newest: attribution }
  const key = keyOf(attribution)
  const older = Object.entries(votes.blamed).map(([name, vote]) => [name, { ...vote, weight: vote.weight * OLDER }])
  const blamed: Record<string, Vote> = Object.fromEntries(older)
  blamed[key] = { weight: (blamed[key]?.weight ?? 0) + 1, newest: attribution }
  const least = Object.keys(blamed).toSorted((a, b) => blamed[a]!.weight - blamed[b]!.weight || (a < b ? -1 : 1))[0]!
  if (Object.keys(blamed).length > VOTES_MAX) delete blamed[least]
  return { looks, decided: votes.decided + 1, blamed, newest: attribution }
}

/**
 * What all looks together say: the newest attribution of those that most agree with. A single look is believed until
 * there are more.
 *
 * @returns the newest word itself where the looks do not agree, as `unknown` when it blamed somebody.
 */
export function settled({ looks, decided, blamed, newest }: Votes): Attribution | undefined {
  const all = Object.values(blamed)
  if (looks <= DECIDED_MIN || newest === undefined) return newest
  if (decided < DECIDED_MIN || decided < DECIDED_SHARE_MIN * looks) return abstaining(newest)
  const byOperation = Object.groupBy(all, ({ newest: said }) => operationOf(said))
  const most = Object.values(byOperation).find((group) => sumOf(group!) >= AGREED_MIN * sumOf(all))
  return most === undefined ? abstaining(newest) : ofOneOperation(most)
}

/** One caller where nearly all agree on it, else the operation alone. */
function ofOneOperation(votes: readonly Vote[]): Attribution {
  const first = votes.toSorted((a, b) => b.weight - a.weight)[0]!
  if (first.newest.kind !== 'request_driven' || first.weight >= AGREED_MIN * sumOf(votes)) return first.newest
  const { culprit, perCall, share, facts } = first.newest
  const remaining = votes.flatMap(({ newest }) => (newest.kind === 'request_driven' ? [newest.culprit] : []))
  const tellApart = `Looks at different times blame different callers of ${culprit.operation}: an hour in which only one of them calls would tell.`
  return { kind: 'operation_only', operation: culprit.operation, perCall, share, remaining, tellApart, facts }
}

function abstaining(newest: Attribution): Attribution {
  if (newest.kind === 'unknown') return newest
  const remaining =
    newest.kind === 'request_driven' ? [newest.culprit] : newest.kind === 'operation_only' ? newest.remaining : []
  const tellApart =
    'Looks at different times blame different calls: a longer watch, or an hour in which only one of them runs, would tell.'
  return { kind: 'unknown', remaining, tellApart, facts: newest.facts }
}

function sumOf(votes: readonly Vote[]): number {
  return votes.reduce((sum, { weight }) => sum + weight, 0)
}

function keyOf(attribution: Vote['newest']): string {
  const caller = attribution.kind === 'request_driven' ? attribution.culprit.callerService : ''
  return JSON.stringify([attribution.kind, operationOf(attribution), caller])
}

/** '' for time. */
function operationOf(attribution: Vote['newest']): string {
  switch (attribution.kind) {
    case 'request_driven':
      return attribution.culprit.operation
    case 'operation_only':
      return attribution.operation
    case 'time_driven':
      return ''
  }
}

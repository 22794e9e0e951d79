/**
 * Who keeps the bytes?
 *
 * The hypotheses that together hold nearly all of the probability decide what is said: one edge, one operation
 * whoever calls, time, or "cannot tell", with the candidates that remain and with what would tell them apart.
 */

import type { Estimate, Fact } from '../detect/evidence.ts'
import type { Attribution, AttributionInput, Candidate } from './attribution.ts'
import { hypothesesOf } from './hypotheses.ts'
import { tellingRows } from './rows.ts'
import { type Weighed, weigh } from './weigh.ts'

/** Hypotheses are kept until together they hold this much of the probability. */
const CREDIBLE = 0.9

/**
 * 97.5 % point of the normal distribution, widened by half: of intervals without it one in five missed the truth, since
 * lows and the calls made until then are never of quite the same moment.
 */
const NORMAL_975 = 3

/** Calls are never counted quite as they keep: some fail early, are made again, or are still under way. */
const UNCOUNTED = 0.05

/** A hypothesis that explains less than this of the lows' variation explains nothing. */
const EXPLAINED_MIN = 0.2

/** Names what drives the growth, or says that the data cannot tell. */
export function attribute(input: AttributionInput): Attribution {
  if (input.candidates.length === 0) return noCalls()
  const hypotheses = hypothesesOf(input.candidates)
  const grains = [input, ...input.earlier].map((grain) => tellingRows(grain, hypotheses))
  const weighed = weigh(grains, hypotheses)
  const best = weighed[0]
  if (best === undefined || best.explained < EXPLAINED_MIN) return nothingFits(input)
  const credible = credibleOf(weighed)
  const facts = factsOf(best, credible, input)
  if (credible.every((one) => one.hypothesis.kind === 'time')) return { kind: 'time_driven', facts }
  if (credible.some((one) => !namesOperation(one))) return unknown(credible, input, facts)
  const operations = new Set(credible.flatMap((one) => membersOf(one, input).map((member) => member.operation)))
  if (operations.size > 1) return unknown(credible, input, facts)
  const edges = new Set(credible.map((one) => edgeOf(one, input)))
  if (edges.size > 1 || best.hypothesis.kind === 'operation') return operationOnly(weighed, credible, input, facts)
  return { kind: 'request_driven', culprit: culpritOf(credible, input), ...sizeOf(credible), facts }
}

/** Without calls to compare with, everything looks driven by time. */
function noCalls(): Attribution {
  const tellApart =
    'Nothing is known of the calls: server spans, or a duration histogram, would tell whether calls or time drive the growth.'
  return { kind: 'unknown', remaining: [], tellApart, facts: [] }
}

function credibleOf(weighed: readonly Weighed[]): Weighed[] {
  const credible: Weighed[] = []
  let sum = 0
  for (const one of weighed) {
    credible.push(one)
    sum += one.probability
    if (sum >= CREDIBLE) break
  }
  return credible
}

function namesOperation(one: Weighed): boolean {
  const { kind } = one.hypothesis
  return (kind === 'edge' || kind === 'operation') && one.share >= 0.5
}

function membersOf(one: Weighed, input: AttributionInput): Candidate[] {
  return one.hypothesis.members.map((member) => input.candidates[member]!)
}

function edgeOf(one: Weighed, input: AttributionInput): string {
  const members = membersOf(one, input)
  return JSON.stringify([...new Set(members.map((member) => member.callerService))].toSorted())
}

/** The edge; the caller's own operation only where the credible hypotheses agree on one. */
function culpritOf(credible: readonly Weighed[], input: AttributionInput): Candidate {
  const members = credible.flatMap((one) => membersOf(one, input))
  const first = members[0]!
  const agreed = members.every((member) => member.callerOperation === first.callerOperation)
  return agreed ? first : { ...first, callerOperation: '' }
}

/**
 * Units a call and share, the mean over the credible hypotheses that blame the same calls, weighted by probability;
 * what they disagree on widens the interval.
 */
function sizeOf(credible: readonly Weighed[]): { perCall: Estimate; share: number } {
  const same = credible.filter(({ hypothesis }) => hypothesis.members.join() === credible[0]!.hypothesis.members.join())
  const weight = same.reduce((sum, one) => sum + one.probability, 0)
  const mean = (of: (one: Weighed) => number): number =>
    same.reduce((sum, one) => sum + of(one) * one.probability, 0) / weight
  const value = mean((one) => one.slope)
  const spread = Math.sqrt(mean((one) => one.slopeError ** 2 + (one.slope - value) ** 2))
  const reach = Math.max(NORMAL_975 * spread, UNCOUNTED * value)
  return {
    perCall: { value, low: Math.max(0, value - reach), high: value + reach },
    share: mean((one) => one.share),
  }
}

function operationOnly(
  weighed: readonly Weighed[],
  credible: readonly Weighed[],
  input: AttributionInput,
  facts: readonly Fact[],
): Attribution {
  const best = credible[0]!
  const operation = membersOf(best, input)[0]!.operation
  // Units a call of the operation, whoever makes it: those of one caller's calls would be too many.
  const all = weighed.filter(
    (one) =>
      one.hypothesis.kind === 'operation' && one.probability > 0 && membersOf(one, input)[0]!.operation === operation,
  )
  const remaining = remainingOf(credible, input)
  const callers = [...new Set(remaining.map((one) => one.callerService || 'outside'))]
  const alike = best.hypothesis.kind === 'operation' && credible.length === 1
  const tellApart = alike
    ? `${operation} keeps alike whoever calls it (${callers.join(', ')}).`
    : `Calls of ${operation} from ${callers.join(' and ')} rise and fall together: an hour in which only one of them calls would tell.`
  return { kind: 'operation_only', operation, ...sizeOf(all.length > 0 ? all : credible), remaining, tellApart, facts }
}

function unknown(credible: readonly Weighed[], input: AttributionInput, facts: readonly Fact[]): Attribution {
  const remaining = remainingOf(credible, input)
  const time = credible.some((one) => one.hypothesis.kind === 'time')
  const names = remaining.slice(0, NAMES_MAX).map(nameOf).join(', ')
  const tellApart = time
    ? 'Calls and time pass alike: an hour with much less traffic would tell whether calls or time drive the growth.'
    : `Calls of ${names} rise and fall together: an hour in which only one of them runs would tell.`
  return { kind: 'unknown', remaining, tellApart, facts }
}

const NAMES_MAX = 5

function nothingFits(input: AttributionInput): Attribution {
  return {
    kind: 'unknown',
    remaining: input.candidates,
    tellApart: 'No calls that were seen go with the growth: traces of all callers, or more time, would tell.',
    facts: [],
  }
}

function remainingOf(credible: readonly Weighed[], input: AttributionInput): Candidate[] {
  const members = new Set<number>(credible.flatMap((one) => [...one.hypothesis.members]))
  return [...members].toSorted((a, b) => a - b).map((member) => input.candidates[member]!)
}

function nameOf(candidate: Candidate): string {
  return `${candidate.operation} by ${candidate.callerService || 'outside'}`
}

function factsOf(best: Weighed, credible: readonly Weighed[], input: AttributionInput): Fact[] {
  const perSecond = best.hypothesis.kind === 'time'
  const facts: Fact[] = [
    {
      type: perSecond ? 'kept_per_second' : 'kept_per_call',
      statement: `The best explanation keeps ${best.slope.toPrecision(3)} a ${perSecond ? 'second' : 'call'}.`,
      value: best.slope,
      unit: perSecond ? '{unit}/s' : '{unit}/{call}',
      weight: 0.4,
    },
    {
      type: 'explained_variation',
      statement: `It explains ${Math.round(100 * best.explained)} % of how the lows vary.`,
      value: best.explained,
      unit: '1',
      weight: 0.3,
    },
    {
      type: 'explanations_left',
      statement: `${credible.length} of ${hypothesesOf(input.candidates).length} explanations remain credible.`,
      value: credible.length,
      unit: '{explanation}',
      weight: 0.3,
    },
  ]
  if (input.sampledOnly) {
    facts.push({
      type: 'sampled_calls',
      statement: 'Calls were counted from sampled spans: bytes per call may be too high by the sampling rate.',
      value: 1,
      unit: '1',
      weight: 0,
    })
  }
  return facts
}

/**
 * Work that reached a service, way by way. Spans say who called; where the server counts its calls itself, its counts
 * are the truth of how many there were, and spans only share them out over the callers: so a sample of one trace in a
 * hundred still gives the right number of calls, whether or not the sampler told its rate.
 */

import type { Candidate } from '../attribute/attribution.ts'
import type { Member } from './groups.ts'
import type { CountSeries } from './series.ts'
import type { EngineState } from './state.ts'
import { addKnown, type Span } from './windows.ts'

/** Ways with fewer calls than the others are put together as one. */
const CANDIDATES_MAX = 24
/** Spans around a step that must be seen before their shares are taken for those of all calls… */
const SHARE_SPANS_MIN = 60
/** … unless they are nearly all of them. */
const SEEN_SHARE_MIN = 0.9

/** Calls by way, member and step. */
export interface Traffic {
  readonly candidates: readonly Candidate[]
  /** Ways of each candidate, for exemplars. */
  readonly ways: readonly (readonly number[])[]
  /** `[spans][members][candidates][steps]` */
  readonly calls: readonly (readonly (readonly Float64Array[])[])[]
  readonly sampledOnly: boolean
}

/**
 * Calls of every member, candidate and step.
 *
 * @param spans at least one; the last reaches back the farthest: the calls in it say who is a candidate.
 */
export function trafficOf(state: EngineState, members: readonly Member[], spans: readonly Span[]): Traffic {
  const each = spans.map((span) => members.map((member) => memberTraffic(state, member, span)))
  const all = each.at(-1)!
  const chosen = busiest(all.flatMap(({ lanes }) => lanes))
  return {
    candidates: chosen.map(({ candidate }) => candidate),
    ways: chosen.map(({ ways }) => [...ways]),
    calls: each.map((traffic, at) =>
      traffic.map(({ lanes }) => chosen.map(({ key }) => lanesOf(lanes, key, spans[at]!.steps))),
    ),
    sampledOnly: all.some(({ sampledOnly }) => sampledOnly),
  }
}

interface Chosen {
  readonly key: string
  readonly candidate: Candidate
  readonly ways: Set<number>
  sum: number
}

function busiest(lanes: readonly Lane[]): Chosen[] {
  const byKey = new Map<string, Chosen>()
  for (const lane of lanes) {
    const key = keyOf(lane.candidate)
    const known = byKey.get(key) ?? { key, candidate: lane.candidate, ways: new Set<number>(), sum: 0 }
    for (const way of lane.ways) known.ways.add(way)
    for (const calls of lane.calls) if (!Number.isNaN(calls)) known.sum += calls
    byKey.set(key, known)
  }
  return [...byKey.values()].sort((a, b) => b.sum - a.sum || (a.key < b.key ? -1 : 1)).slice(0, CANDIDATES_MAX)
}

function keyOf({ callerService, callerOperation, operation }: Candidate): string {
  return [callerService, callerOperation, operation].join('\u0000')
}

function lanesOf(lanes: readonly Lane[], key: string, steps: number): Float64Array {
  const sum = new Float64Array(steps)
  for (const lane of lanes) if (keyOf(lane.candidate) === key) addKnown(sum, lane.calls)
  return sum
}

/** The calls that came to one member on one way. */
interface Lane {
  readonly candidate: Candidate
  readonly ways: readonly number[]
  readonly calls: Float64Array
  /** Calls that a span stands for, the mean. */
  readonly callsASpan: number
}

function memberTraffic(state: EngineState, member: Member, span: Span): { lanes: Lane[]; sampledOnly: boolean } {
  const counts = countsOf(state, member)
  const seen = counts.filter(({ kind }) => kind === 'edge').map((series) => laneOf(state, series, span))
  const totals = counts.filter(({ kind }) => kind === 'total')
  if (totals.length === 0) return { lanes: seen, sampledOnly: seen.length > 0 }
  const left = new Set(seen)
  const lanes: Lane[] = []
  for (const total of totals) {
    const calls = readCounts(state, total, span)
    const own = seen.filter((lane) => servesOperation(lane.candidate.operation, total.operation))
    for (const lane of own) left.delete(lane)
    lanes.push(...shareOut(total.operation, calls, own))
  }
  return { lanes: [...lanes, ...left], sampledOnly: left.size > 0 }
}

function countsOf({ series }: EngineState, member: Member): CountSeries[] {
  const counts: CountSeries[] = []
  for (const part of member.owner.parts) {
    for (const id of part.series) {
      const one = series.get(id)
      if (one.kind === 'edge' || one.kind === 'total') counts.push(one)
    }
  }
  return counts
}

function readCounts({ tensor, closedStep }: EngineState, series: CountSeries, { ring, steps }: Span): Float64Array {
  return tensor.read(series.id, ring, closedStep, steps, 'mean')
}

function laneOf(state: EngineState, series: CountSeries, span: Span): Lane {
  const way = state.ways.get(series.way)
  const caller = way === undefined || way.caller < 0 ? '' : state.entities.service(way.caller).name
  const candidate: Candidate = {
    callerService: caller,
    callerOperation: way === undefined ? '' : state.names.text(way.callerOperation),
    operation: way === undefined ? '' : state.names.text(way.calleeOperation),
  }
  const callsASpan = way === undefined ? 1 : Math.max(1, way.calls / Math.max(1, way.spans))
  return { candidate, ways: [series.way], calls: zeroWhereMissing(readCounts(state, series, span)), callsASpan }
}

/** A step without a span of a way is a step without a call on it. */
function zeroWhereMissing(calls: Float64Array): Float64Array {
  return calls.map((value) => (Number.isNaN(value) ? 0 : value))
}

/** A histogram without routes counts `GET`; spans tell `GET /a` and `GET /b`. */
function servesOperation(operation: string, counted: string): boolean {
  return operation === counted || (!counted.includes(' ') && operation.startsWith(`${counted} `))
}

/** The server's counts over those who called, in the proportion of the spans seen around each step. */
function shareOut(operation: string, counts: Float64Array, lanes: readonly Lane[]): Lane[] {
  if (lanes.length === 0)
    return [
      { candidate: { callerService: '', callerOperation: '', operation }, ways: [], calls: counts, callsASpan: 1 },
    ]
  const seen = spansOf(lanes, counts.length)
  const shared = lanes.map((lane) => ({ ...lane, calls: new Float64Array(counts.length) }))
  for (let step = 0; step < counts.length; step++) {
    const [from, to] = around(seen, counts, step)
    const all = lanes.reduce((sum, lane) => sum + sumOf(lane.calls, from, to), 0)
    lanes.forEach((lane, at) => {
      const share = all > 0 ? sumOf(lane.calls, from, to) / all : 1 / lanes.length
      shared[at]!.calls[step] = counts[step]! * share
    })
  }
  return shared
}

function spansOf(lanes: readonly Lane[], steps: number): Float64Array {
  const spans = new Float64Array(steps)
  for (const { calls, callsASpan } of lanes) {
    for (let step = 0; step < steps; step++) spans[step]! += calls[step]! / callsASpan
  }
  return spans
}

/** The narrowest stretch around a step that holds enough spans to tell shares. */
function around(seen: Float64Array, counts: Float64Array, step: number): readonly [from: number, to: number] {
  let from = step
  let to = step + 1
  let spans = 0
  let calls = 0
  const take = (at: number): void => {
    spans += seen[at]!
    if (!Number.isNaN(counts[at]!)) calls += counts[at]!
  }
  take(step)
  while (spans < Math.min(SHARE_SPANS_MIN, SEEN_SHARE_MIN * calls) && (from > 0 || to < seen.length)) {
    if (from > 0) take(--from)
    if (to < seen.length) take(to++)
  }
  return [from, to]
}

function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0
  for (let at = from; at < to; at++) sum += values[at]!
  return sum
}

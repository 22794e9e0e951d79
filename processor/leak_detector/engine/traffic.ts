/**
 * Work that reached a service, way by way. Spans say who called; where the server counts its calls itself, its counts
 * are the truth of how many there were, and spans only share them out over the callers: so a sample of one trace in a
 * hundred still gives the right number of calls, whether or not the sampler told its rate.
 */

import type { Candidate, InstanceSeries } from '../attribute/attribution.ts'
import { type Member, nameOf } from './groups.ts'
import type { CountSeries } from './series.ts'
import type { EngineState } from './state.ts'
import { addKnown, type Span } from './windows.ts'

/** Ways with fewer calls than the others are put together as one. */
const CANDIDATES_MAX = 24
/** Spans around a step that must be seen before their shares are taken for those of all calls. */
const SHARE_SPANS_MIN = 30

/** Calls by way, member and step. */
export interface Traffic {
  readonly candidates: readonly Candidate[]
  /** Ways of each candidate, for exemplars. */
  readonly ways: readonly (readonly number[])[]
  /** `[members][candidates][steps]` */
  readonly calls: readonly (readonly Float64Array[])[]
  readonly sampledOnly: boolean
}

/** Calls of every member, candidate and step of a span. */
export function trafficOf(state: EngineState, members: readonly Member[], span: Span): Traffic {
  const each = members.map((member) => memberTraffic(state, member, span))
  const byKey = new Map<string, { candidate: Candidate; ways: Set<number>; sum: number }>()
  for (const { lanes } of each) {
    for (const lane of lanes) {
      const key = keyOf(lane.candidate)
      const known = byKey.get(key) ?? { candidate: lane.candidate, ways: new Set<number>(), sum: 0 }
      for (const way of lane.ways) known.ways.add(way)
      for (const calls of lane.calls) if (!Number.isNaN(calls)) known.sum += calls
      byKey.set(key, known)
    }
  }
  const chosen = [...byKey].sort(([a, x], [b, y]) => y.sum - x.sum || (a < b ? -1 : 1)).slice(0, CANDIDATES_MAX)
  const keys = chosen.map(([key]) => key)
  return {
    candidates: chosen.map(([, { candidate }]) => candidate),
    ways: chosen.map(([, { ways }]) => [...ways]),
    calls: each.map(({ lanes }) => keys.map((key) => lanesOf(lanes, key, span.steps))),
    sampledOnly: each.some(({ sampledOnly }) => sampledOnly),
  }
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
  return { candidate, ways: [series.way], calls: zeroWhereMissing(readCounts(state, series, span)) }
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
    return [{ candidate: { callerService: '', callerOperation: '', operation }, ways: [], calls: counts }]
  const seen = new Float64Array(counts.length)
  for (const lane of lanes) addKnown(seen, lane.calls)
  const shared = lanes.map((lane) => ({ ...lane, calls: new Float64Array(counts.length) }))
  for (let step = 0; step < counts.length; step++) {
    const [from, to] = around(seen, step)
    const all = sumOf(seen, from, to)
    lanes.forEach((lane, at) => {
      const share = all > 0 ? sumOf(lane.calls, from, to) / all : 1 / lanes.length
      shared[at]!.calls[step] = counts[step]! * share
    })
  }
  return shared
}

/** The narrowest stretch around a step that holds enough spans to tell shares. */
function around(seen: Float64Array, step: number): readonly [from: number, to: number] {
  let from = step
  let to = step + 1
  let sum = seen[step]!
  while (sum < SHARE_SPANS_MIN && (from > 0 || to < seen.length)) {
    if (from > 0) sum += seen[--from]!
    if (to < seen.length) sum += seen[to++]!
  }
  return [from, to]
}

function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0
  for (let at = from; at < to; at++) sum += values[at]!
  return sum
}

/** The members' series and calls as attribution takes them. */
export function instanceSeries(
  members: readonly Member[],
  floors: readonly Float64Array[],
  cuts: readonly (readonly number[])[],
  traffic: Traffic,
): InstanceSeries[] {
  return members.map((member, at) => ({
    instance: nameOf(member),
    floor: floors[at]!,
    cuts: cuts[at]!,
    calls: traffic.calls[at]!,
  }))
}

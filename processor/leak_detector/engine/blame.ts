/** Who made it grow: floors and calls since the onset, each stretch of time at the finest grain that is kept of it. */

import { attribute } from '../attribute/attribute.ts'
import type { Attribution, Grain } from '../attribute/attribution.ts'
import type { SeriesWindow } from '../detect/evidence.ts'
import { type Member, nameOf } from './groups.ts'
import type { EngineState } from './state.ts'
import { type Traffic, trafficOf } from './traffic.ts'
import { type Span, spanOf } from './windows.ts'

/** Who is blamed, and some traces of those calls. */
export interface Blame {
  readonly attribution: Attribution
  readonly exemplars: readonly string[]
}

/** Fewer steps of a grain say nothing. */
const STEPS_MIN = 3

/**
 * Undefined where there is no series long enough to ask.
 *
 * @param windows of the members, at every grain.
 */
export function blameOf(
  state: EngineState,
  members: readonly Member[],
  metric: string,
  onsetMs: number,
  windows: readonly SeriesWindow[],
): Blame | undefined {
  const spans = spansOf(state, members, metric, onsetMs)
  if (spans.length === 0) return undefined
  const traffic = trafficOf(state, members, spans)
  const kept = stepsKept(spans)
  const grains = spans.map((span, at): Grain => {
    const series = members.map((member, m) => ({
      instance: nameOf(member),
      ...floorOn(windows, nameOf(member), span),
      calls: traffic.calls[at]![m]!,
    }))
    const instances = series.map((one) => cutOff(one, kept[at]!))
    return { stepMs: span.stepMs, onsetStep: stepOf(onsetMs, span), instances }
  })
  const [finest, ...earlier] = grains as [Grain, ...Grain[]]
  const { candidates, sampledOnly } = traffic
  const attribution = attribute({ ...finest, earlier, candidates, sampledOnly })
  return { attribution, exemplars: exemplarsOf(state, attribution, traffic) }
}

/** Spans of the grains, the finest first, up to the one that reaches back to the onset. */
function spansOf(state: EngineState, members: readonly Member[], metric: string, onsetMs: number): Span[] {
  const sources = members.flatMap((member) => member.metrics.get(metric) ?? [])
  const spans = state.tensor.rings
    .map((_, ring) => spanOf(state, sources, ring))
    .filter((span): span is Span => span !== undefined && span.steps >= STEPS_MIN)
  const reaching = spans.findIndex((span) => startOf(span) <= onsetMs)
  return reaching < 0 ? spans : spans.slice(0, reaching + 1)
}

function startOf({ firstStep, stepMs }: Span): number {
  return firstStep * stepMs
}

function stepOf(atMs: number, span: Span): number {
  return Math.max(0, Math.floor((atMs - startOf(span)) / span.stepMs))
}

/** Of each span the steps that end before the next finer one begins. @param spans the finest first. */
export function stepsKept(spans: readonly Span[]): number[] {
  return spans.map((span, at) => (at === 0 ? span.steps : Math.min(span.steps, stepOf(startOf(spans[at - 1]!), span))))
}

function cutOff(series: Grain['instances'][number], steps: number): Grain['instances'][number] {
  return {
    ...series,
    floor: series.floor.subarray(0, steps),
    calls: series.calls.map((calls) => calls.subarray(0, steps)),
    cuts: series.cuts.filter((cut) => cut < steps),
  }
}

/** A copy's floor and cuts on the grid of a span. */
function floorOn(windows: readonly SeriesWindow[], name: string, span: Span): Pick<SeriesWindow, 'floor' | 'cuts'> {
  const window = windows.find(({ instance, stepMs }) => instance === name && stepMs === span.stepMs)
  const floor = new Float64Array(span.steps).fill(Number.NaN)
  if (window === undefined) return { floor, cuts: [] }
  const offset = Math.round(window.startMs / span.stepMs) - span.firstStep
  for (let step = 0; step < window.floor.length; step++) floor[step + offset] = window.floor[step]!
  return { floor, cuts: [...window.cuts, ...window.deploys].map((cut) => cut + offset).sort((a, b) => a - b) }
}

const EXEMPLARS_MAX = 5

function exemplarsOf(state: EngineState, attribution: Attribution, traffic: Traffic): string[] {
  if (attribution.kind !== 'request_driven' && attribution.kind !== 'operation_only') return []
  const isMeant = (at: number) => {
    const candidate = traffic.candidates[at]!
    if (attribution.kind === 'operation_only') return candidate.operation === attribution.operation
    const { culprit } = attribution
    return candidate.operation === culprit.operation && candidate.callerService === culprit.callerService
  }
  const ways = traffic.ways.flatMap((of, at) => (isMeant(at) ? of : []))
  return ways.flatMap((way) => state.ways.get(way)?.exemplars ?? []).slice(-EXEMPLARS_MAX)
}

/** Series as detectors look at them: one window a running copy and grain, with the work that was done meanwhile. */

import type { SeriesWindow } from '../detect/evidence.ts'
import type { Stat } from '../tensor/rings.ts'
import { type Member, nameOf } from './groups.ts'
import type { SourceSeries } from './series.ts'
import type { EngineState } from './state.ts'

/** Part of a ring: `steps` steps of it, the first of which is number `firstStep` of its grain. */
export interface Span {
  readonly ring: number
  readonly stepMs: number
  readonly firstStep: number
  readonly steps: number
}

/** The windows of one copy at every grain that holds at least one finished step. */
export function windowsOf(state: EngineState, member: Member, metric: string): SeriesWindow[] {
  const sources = member.metrics.get(metric)
  if (sources === undefined) return []
  const bornMs = bornMsOf(state, member)
  return state.tensor.rings.flatMap((_, ring) => {
    const span = spanOf(state, sources, ring)
    if (span === undefined) return []
    return [{ ...windowAt(state, member, sources, span), ...(bornMs !== undefined && { bornMs }) }]
  })
}

/** The stretch of a ring that holds data of these series; undefined when none of it is finished. */
export function spanOf(
  { tensor, closedStep }: EngineState,
  sources: readonly SourceSeries[],
  ring: number,
): Span | undefined {
  const { stepMs, steps } = tensor.rings[ring]!
  const ratio = stepMs / tensor.rings[0]!.stepMs
  const newest = Math.floor((closedStep + 1) / ratio) - 1
  const oldest = Math.floor(Math.min(...sources.map(({ id }) => tensor.firstStep(id))) / ratio)
  const count = Math.min(steps, newest - oldest + 1)
  return count >= 1 ? { ring, stepMs, firstStep: newest - count + 1, steps: count } : undefined
}

function windowAt(state: EngineState, member: Member, sources: readonly SourceSeries[], span: Span): SeriesWindow {
  const { tensor, closedStep } = state
  const { ring, stepMs, firstStep, steps } = span
  const sum = (stat: Stat) => {
    const total = tensor.read(sources[0]!.id, ring, closedStep, steps, stat)
    for (const { id } of sources.slice(1)) addTo(total, tensor.read(id, ring, closedStep, steps, stat))
    return total
  }
  const ratio = stepMs / tensor.rings[0]!.stepMs
  const at = (cuts: readonly number[]) => {
    const local = cuts.map((step) => Math.floor(step / ratio) - firstStep).filter((step) => step > 0 && step < steps)
    return [...new Set(local)].sort((a, b) => a - b)
  }
  const { parts } = member.owner
  const calls = callsIn(state, member, span)
  const concurrency = concurrencyIn(state, member, span)
  return {
    instance: nameOf(member),
    stepMs,
    startMs: firstStep * stepMs,
    floor: sum('floor'),
    mean: sum('mean'),
    cuts: at(parts.flatMap((part) => part.cuts)),
    deploys: at(parts.flatMap((part) => part.deploys)),
    ...(calls && { calls }),
    ...(concurrency && { concurrency }),
  }
}

/** By its own account: when it says that it was started, or from when on its oldest running total counts. */
function bornMsOf({ series }: EngineState, { owner }: Member): number | undefined {
  const starts = owner.parts.flatMap((part) => [
    part.startMs,
    ...[...part.series].map((id) => {
      const one = series.get(id)
      return one.kind === 'source' ? one.streamStartMs : 0
    }),
  ])
  const known = starts.filter((startMs) => startMs > 0)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** Adds step by step; a step that one part does not know is not known. */
function addTo(total: Float64Array, more: Float64Array): void {
  for (let step = 0; step < total.length; step++) total[step]! += more[step]!
}

/** Calls of all operations in each step: by the server's own count when it has one, else by the spans. */
export function callsIn(state: EngineState, member: Member, span: Span): Float64Array | undefined {
  return sumCounts(state, member, span, 'total') ?? sumCounts(state, member, span, 'edge')
}

/** Work in flight: time spent in calls over time passed (Little's law). */
function concurrencyIn(state: EngineState, member: Member, span: Span): Float64Array | undefined {
  const us = sumCounts(state, member, span, 'busy') ?? sumCounts(state, member, span, 'spanBusy')
  return us?.map((value) => value / (span.stepMs * 1000))
}

function sumCounts(
  { series, tensor, closedStep }: EngineState,
  member: Member,
  { ring, steps }: Span,
  kind: 'total' | 'edge' | 'busy' | 'spanBusy',
): Float64Array | undefined {
  let sum: Float64Array | undefined
  for (const part of member.owner.parts) {
    for (const id of part.series) {
      if (series.get(id).kind !== kind) continue
      const counts = tensor.read(id, ring, closedStep, steps, 'mean')
      if (sum === undefined) sum = counts
      else addKnown(sum, counts)
    }
  }
  return sum
}

/** Adds what is known: an operation that nobody called in a step adds nothing to it. */
export function addKnown(total: Float64Array, more: Float64Array): void {
  for (let step = 0; step < total.length; step++) {
    const value = more[step]!
    if (Number.isNaN(value)) continue
    total[step] = Number.isNaN(total[step]!) ? value : total[step]! + value
  }
}

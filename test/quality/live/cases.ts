/**
 * The recordings as cases. A recording of minutes, exported every second, is told as one of hours, exported every
 * minute: all times are stretched from its start, and so is what counts seconds (the sums of durations). The world that
 * comes of it is the recorded one in slow motion: rates are a sixtieth, latencies sixty times as long, and what is in
 * flight, what is kept in all and what a call keeps are as they were.
 */

import { jsonToProto } from '../../../proto/json_to_proto.ts'
import type { Case, Request, TrueLeak } from '../case.ts'
import { isTraces } from './leaves.ts'
import { CULPRIT, EXPORT_MS, PLANS, type Plan } from './plan.ts'
import { readLines, readTold, type Told } from './recording.ts'

/** Interval of export as it is told. */
export const STEP_MS = 60_000
/** A second of the recording lasts so many. */
export const STRETCH = STEP_MS / EXPORT_MS
/** Neither mild nor hard to miss: a limit is hours away, and noise is small beside the leak. */
const SEVERITY = 3

/** All recordings, in the order of the plan. */
export function liveCases(): Case[] {
  return PLANS.map(liveCase)
}

function liveCase(plan: Plan): Case {
  const told = readTold(plan.name)
  return {
    id: `live/${plan.name}`,
    scenario: plan.scenario,
    name: plan.about,
    severity: SEVERITY,
    seed: plan.seed,
    disturbance: 'none',
    stepMs: STEP_MS,
    startMs: told.startMs,
    endMs: stretched(told, told.endMs),
    services: told.services,
    leaks: plan.resources.length === 0 ? [] : [leakOf(plan, told)],
    telemetry: () => requests(told),
  }
}

function leakOf({ resources, counts, caller }: Plan, told: Told): TrueLeak {
  const { calls, bytes, items, firstMs } = told.truth
  if (firstMs === undefined) throw new Error(`${told.name}: the cart kept nothing`)
  const [onsetMs, untilMs] = [stretched(told, firstMs), stretched(told, told.endMs)]
  const kept = counts === 'bytes' ? bytes : items
  return {
    service: 'cart',
    resources,
    onsetMs,
    untilMs,
    perSecond: kept / ((untilMs - onsetMs) / 1_000),
    kind: 'request_driven',
    culprit: { caller, operation: CULPRIT, perCall: kept / calls },
    identifiable: caller === '' ? 'operation' : 'caller',
  }
}

/** A request arrives when the newest of it is told: batches are sent soon after. */
function* requests(told: Told): Generator<Request> {
  let timeMs = told.startMs
  for (const line of readLines(told.name)) {
    const signal = isTraces(line) ? 'traces' : 'metrics'
    const request = stretchLine(told, line)
    timeMs = Math.max(timeMs, request.newestMs)
    const bytes = jsonToProto(signal, request.line)
    if (!(bytes instanceof Uint8Array)) throw new Error(`${told.name}: ${bytes.message}`)
    yield { signal, bytes, timeMs }
  }
}

const TIME = /"(startTimeUnixNano|endTimeUnixNano|timeUnixNano)":"(\d+)"/g
const UNIT_OF_TIME = /^m?s$/

/** @returns the line in slow motion, and the newest time in it, milliseconds since 1970. */
function stretchLine(told: Told, line: string): { readonly line: string; readonly newestMs: number } {
  const originNs = BigInt(told.startMs) * 1_000_000n
  let newestNs = 0n
  const slow = line.replace(TIME, (_, name: string, value: string) => {
    const ns = originNs + (BigInt(value) - originNs) * BigInt(STRETCH)
    if (ns > newestNs) newestNs = ns
    return `"${name}":"${ns}"`
  })
  return { line: slow.includes('"histogram"') ? stretchSums(slow) : slow, newestMs: Number(newestNs / 1_000_000n) }
}

interface Metrics {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly unit?: string
        readonly histogram?: { readonly dataPoints?: readonly { sum?: number }[] }
      }[]
    }[]
  }[]
}

function stretchSums(line: string): string {
  const request = JSON.parse(line) as Metrics
  const metrics = request.resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
  for (const { unit = '', histogram } of metrics) {
    if (!UNIT_OF_TIME.test(unit)) continue
    for (const point of histogram?.dataPoints ?? []) if (point.sum !== undefined) point.sum *= STRETCH
  }
  return JSON.stringify(request)
}

function stretched({ startMs }: Told, timeMs: number): number {
  return startMs + (timeMs - startMs) * STRETCH
}

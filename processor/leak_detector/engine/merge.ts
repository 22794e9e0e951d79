/** A batch comes in: its rows get the engine's numbers, its cells go to their open steps, its spans wait for others. */

import type { Batch, InstanceRows, WindowRows } from '../batch/batch.ts'
import { ORIGINS_MAX } from '../graph/edge_cells.ts'
import { NOBODY } from '../graph/pairing.ts'
import { movedOn } from './behind.ts'
import { mergeEdges } from './merge_edges.ts'
import { putCell } from './open_steps.ts'
import { OWN_ORIGIN } from './record_call.ts'
import type { EngineState, OpenOrigin } from './state.ts'
import { openStep, stepAt } from './steps.ts'
import { AHEAD_MS } from './watermark.ts'

/** Takes a batch in. Merging it again changes nothing, and in which order batches come does not matter. */
export function mergeBatch(state: EngineState, batch: Batch): void {
  if (!state.deliveries.note(originKey(batch), batch.sequence)) {
    state.counts.repeated += 1
    return
  }
  state.counts.batches += 1
  const instances = instanceNumbers(state, batch)
  hearTimes(state, batch, instances)
  mergeTimed(state, movedOn(batch, instances, state.behind, state.settings.stepMs), instances)
}

function mergeTimed(state: EngineState, batch: Batch, instances: Uint32Array): void {
  if (batch.windows.count + batch.edges.count > 0) mergeCells(state, batch, instances)
  const { spans } = batch
  if (spans.count === 0) return
  state.counts.spans += spans.count
  state.pairing.add(spans, instances, operationNumbers(state, batch))
}

function originKey({ origin }: Batch): string {
  return `${origin.node}\u0000${origin.thread}\u0000${origin.incarnation}`
}

function mergeCells(state: EngineState, batch: Batch, instances: Uint32Array): void {
  const origin = openOrigin(state, batch)
  if (origin === undefined) {
    state.counts.overflow += batch.windows.count + batch.edges.count
    return
  }
  const furthest = furthestStep(state)
  for (const windowMs of [...batch.windows.windowMs, ...batch.edges.windowMs]) {
    const step = Math.min(Math.round(windowMs / state.settings.stepMs), furthest)
    if (step > origin.newestStep) origin.newestStep = step
  }
  mergeWindows(state, batch, batch.windows, instances, origin.number)
  mergeEdges(state, batch, origin.number)
}

/** No origin is waited for longer: its number would never be free again if one of its senders' clocks is years ahead. */
function furthestStep({ settings, watermark }: EngineState): number {
  return Number.isFinite(watermark.ms)
    ? Math.floor((watermark.ms + AHEAD_MS) / settings.stepMs)
    : Number.POSITIVE_INFINITY
}

/** The origin of a batch among those with open cells; undefined when there are too many. */
function openOrigin({ origins }: EngineState, batch: Batch): OpenOrigin | undefined {
  const key = originKey(batch)
  const known = origins.get(key)
  if (known !== undefined || origins.size + 1 >= ORIGINS_MAX) return known
  const taken = new Set([...origins.values()].map(({ number }) => number))
  let number = OWN_ORIGIN + 1
  while (taken.has(number)) number += 1
  const origin = { number, newestStep: Number.NEGATIVE_INFINITY }
  origins.set(key, origin)
  return origin
}

function instanceNumbers(state: EngineState, { instances, strings }: Batch): Uint32Array {
  const numbers = new Uint32Array(instances.count)
  for (let row = 0; row < instances.count; row++) {
    const id = state.entities.admitInstance(rowOf(instances, strings, row), stepAt(state, instances.lastSeenMs[row]!))
    numbers[row] = id < 0 ? NOBODY : id
  }
  return numbers
}

function rowOf(rows: InstanceRows, strings: readonly string[], row: number) {
  return {
    namespace: strings[rows.namespaceText[row]!]!,
    service: strings[rows.serviceText[row]!]!,
    instance: strings[rows.instanceText[row]!]!,
    version: strings[rows.versionText[row]!]!,
    runtime: strings[rows.runtimeText[row]!]!,
    pod: strings[rows.podText[row]!]!,
    container: strings[rows.containerText[row]!]!,
    resourceJson: strings[rows.resourceText[row]!]!,
    startMs: rows.startMs[row]!,
    firstSeenMs: rows.firstSeenMs[row]!,
    lastSeenMs: rows.lastSeenMs[row]!,
  }
}

/** Tells the newest time of each sender to those who watch the clocks. */
function hearTimes(state: EngineState, { instances, spans, windows }: Batch, numbers: Uint32Array): void {
  const newestMs = new Float64Array(instances.count).fill(Number.NEGATIVE_INFINITY)
  for (let at = 0; at < spans.count; at++) {
    const row = spans.instance[at]!
    if (spans.endMs[at]! > newestMs[row]!) newestMs[row] = spans.endMs[at]!
  }
  for (let at = 0; at < windows.count; at++) {
    const row = windows.instance[at]!
    if (windows.lastMs[at]! > newestMs[row]!) newestMs[row] = windows.lastMs[at]!
  }
  const heard = new Map<number, number>()
  for (let row = 0; row < instances.count; row++) {
    const sender = numbers[row]!
    if (sender === NOBODY || newestMs[row] === Number.NEGATIVE_INFINITY) continue
    heard.set(sender, Math.max(heard.get(sender) ?? Number.NEGATIVE_INFINITY, newestMs[row]!))
  }
  if (heard.size > 0) state.watermark.hear(heard)
  const { behind, settings, closedStep } = state
  for (const [sender, ms] of heard) behind.hear(sender, Math.floor(ms / settings.stepMs), closedStep)
}

function mergeWindows(
  state: EngineState,
  { strings, sequence }: Batch,
  rows: WindowRows,
  instances: Uint32Array,
  origin: number,
): void {
  const { counts, settings, entities } = state
  for (let row = 0; row < rows.count; row++) {
    const instance = instances[rows.instance[row]!]!
    const step = Math.round(rows.windowMs[row]! / settings.stepMs)
    const open = instance === NOBODY ? undefined : openStep(state, step)
    if (open === undefined) continue
    const metric = strings[rows.metricText[row]!]!
    const component = strings[rows.componentText[row]!]!
    const seen = stepAt(state, rows.windowMs[row]!)
    const series = state.series.admitSource(entities.instance(instance), metric, component, seen)
    if (series === undefined) {
      counts.overflow += 1
      continue
    }
    counts.cells += 1
    putCell(open, series.id, origin, sequence, {
      shape: rows.shape[row]!,
      n: rows.n[row]!,
      min: rows.min[row]!,
      max: rows.max[row]!,
      sum: rows.sum[row]!,
      last: rows.last[row]!,
      lastMs: rows.lastMs[row]!,
      streamStartMs: rows.streamStartMs[row]!,
    })
  }
}

/** Numbers of the strings that spans point to; of the others none is needed. */
function operationNumbers({ names }: EngineState, { spans, strings }: Batch): Uint32Array {
  const numbers = new Uint32Array(strings.length)
  const isKnown = new Uint8Array(strings.length)
  for (let at = 0; at < spans.count; at++) {
    for (const text of [spans.operationText[at]!, spans.peerText[at]!]) {
      if (isKnown[text] === 1) continue
      isKnown[text] = 1
      numbers[text] = names.id(strings[text]!)
    }
  }
  return numbers
}

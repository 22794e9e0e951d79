/** A step is over: what its cells say goes into the tensor, its calls into the ways of the graph. */

import { WINDOW_SHAPE } from '../batch/batch.ts'
import { type EdgeKey, type EdgeStep, exemplarText, VIRTUAL } from '../graph/edge_cells.ts'
import { addCut, type Instance } from './entities.ts'
import { type Cell, eachSeries, type OpenStep } from './open_steps.ts'
import { callsOf, type SourceSeries } from './series.ts'
import type { EngineState } from './state.ts'
import { EXEMPLARS_MAX, type Way } from './ways.ts'

/** Closes a step: nothing can be added to it any more. */
export function foldStep(state: EngineState, step: number): void {
  const open = state.open.get(step)
  state.closedStep = step
  state.counts.stepsClosed += 1
  for (const [key, { newestStep }] of state.origins) if (newestStep <= step) state.origins.delete(key)
  if (open === undefined) return
  state.open.delete(step)
  foldSources(state, open, step)
  foldEdges(state, open.edges, step)
  if (state.names.isCrowded) sweepNames(state)
}

function foldSources(state: EngineState, open: OpenStep, step: number): void {
  const work = new Map<string, { instance: number; operation: string; us: boolean; count: number }>()
  eachSeries(open, (id, cell) => {
    const series = state.series.get(id)
    if (series?.kind !== 'source') return
    const instance = state.entities.instance(series.instance)
    switch (series.metric.role.kind) {
      case 'level':
        return foldLevel(state, series, instance, cell, step)
      case 'limit':
        return foldLimit(series, instance, cell)
      case 'restarts':
        return foldRestarts(instance, cell, step)
      case 'calls': {
        const count = counted(series, cell, step * state.settings.stepMs)
        if (Number.isNaN(count)) return
        const { operation, measure } = callsOf(series)
        const key = `${instance.id}\u0000${measure}\u0000${measure === 'us' ? '' : operation}`
        const sum = work.get(key)
        if (sum === undefined) {
          work.set(key, { instance: instance.id, operation, us: measure === 'us', count })
        } else sum.count += count
      }
    }
  })
  for (const { instance, operation, us, count } of work.values()) {
    const of = us ? {} : { operation }
    const series = state.series.admitCount(state.entities.instance(instance), us ? 'busy' : 'total', of, step)
    if (series !== undefined) state.tensor.writeCount(series.id, step, count)
  }
}

function foldLevel(state: EngineState, series: SourceSeries, instance: Instance, cell: Cell, step: number): void {
  const scale = series.metric.scale ?? 1
  if (cell.shape === WINDOW_SHAPE.delta) {
    const total = (Number.isNaN(series.total) ? 0 : series.total) + cell.sum
    series.total = total
    state.tensor.writeLevel(series.id, step, all(total * scale))
    return
  }
  if (isNewStream(series, cell)) addCut(instance.cuts, step)
  series.streamStartMs = cell.streamStartMs
  const mean = (cell.sum / cell.n) * scale
  const row = { floor: cell.min * scale, mean, max: cell.max * scale, last: cell.last * scale }
  state.tensor.writeLevel(series.id, step, row)
}

function all(value: number) {
  return { floor: value, mean: value, max: value, last: value }
}

/** A sum that counts from a later start than before was begun anew: so was the process. */
function isNewStream(series: SourceSeries, cell: Cell): boolean {
  return series.streamStartMs > 0 && cell.streamStartMs > series.streamStartMs + STREAM_START_SLACK_MS
}

const STREAM_START_SLACK_MS = 1_000

function foldLimit(series: SourceSeries, instance: Instance, cell: Cell): void {
  const { role } = series.metric
  if (role.kind !== 'limit' || !(cell.last > 0) || cell.last > UNLIMITED_BYTES) return
  instance.limits.set(role.resource, { value: cell.last, source: role.source })
}

/** "No limit" comes as the greatest number that fits. */
const UNLIMITED_BYTES = 2 ** 50

function foldRestarts(instance: Instance, cell: Cell, step: number): void {
  if (cell.last > instance.restarts) addCut(instance.cuts, step)
  instance.restarts = cell.last
}

/** How much a counter grew in the step; NaN when it is seen for the first time and had counted before. */
function counted(series: SourceSeries, cell: Cell, stepStartMs: number): number {
  if (cell.shape === WINDOW_SHAPE.delta) return cell.sum
  const before = series.total
  const isReset = cell.last < before || isNewStream(series, cell)
  const beganHere = Number.isNaN(before) && cell.streamStartMs >= stepStartMs
  series.total = cell.last
  series.totalMs = cell.lastMs
  series.streamStartMs = cell.streamStartMs
  return isReset || beganHere ? cell.last : cell.last - before
}

function foldEdges(state: EngineState, edges: EdgeStep, step: number): void {
  const busyUs = new Map<number, number>()
  const sums = new Map<number, Map<number, number>>()
  for (let cell = 0; cell < edges.count; cell++) {
    const key = edges.keys[cell]!
    const way = wayOf(state, key, step)
    if (way === undefined) {
      state.counts.overflow += 1
      continue
    }
    addToWay(way, edges, cell, step)
    if (key.callee >= VIRTUAL) continue
    busyUs.set(key.callee, (busyUs.get(key.callee) ?? 0) + edges.durationUs[cell]!)
    const ofInstance = sums.get(key.callee) ?? new Map<number, number>()
    ofInstance.set(way.id, (ofInstance.get(way.id) ?? 0) + edges.calls[cell]!)
    sums.set(key.callee, ofInstance)
  }
  for (const [callee, calls] of sums) {
    const instance = state.entities.instance(callee)
    for (const [way, count] of calls) writeCount(state, instance, 'edge', way, step, count)
    writeCount(state, instance, 'spanBusy', -1, step, busyUs.get(callee)!)
    const service = instance.service >= 0 ? state.entities.service(instance.service) : undefined
    if (service !== undefined && Number.isNaN(service.firstCallStep)) service.firstCallStep = step
  }
}

function writeCount(
  state: EngineState,
  instance: Instance,
  kind: 'edge' | 'spanBusy',
  way: number,
  step: number,
  count: number,
): void {
  const series = state.series.admitCount(instance, kind, { way }, step)
  if (series === undefined) state.counts.overflow += 1
  else state.tensor.writeCount(series.id, step, count)
}

function wayOf(state: EngineState, key: EdgeKey, step: number): Way | undefined {
  const callee = key.callee >= VIRTUAL ? key.callee - VIRTUAL : state.entities.instance(key.callee).service
  if (callee < 0) return undefined
  const { callerOperation, calleeOperation, kind } = key
  return state.ways.admit({ caller: key.callerService - 1, callerOperation, callee, calleeOperation, kind }, step)
}

function addToWay(way: Way, edges: EdgeStep, cell: number, step: number): void {
  if (way.lastStep < step) way.stepCalls = 0
  way.lastStep = step
  way.stepCalls += edges.calls[cell]!
  way.calls += edges.calls[cell]!
  way.spans += edges.spans[cell]!
  way.errors += edges.errors[cell]!
  way.durationUs += edges.durationUs[cell]!
  const trace = exemplarText(edges, cell)
  if (trace === '' || way.exemplars.includes(trace)) return
  way.exemplars.push(trace)
  if (way.exemplars.length > EXEMPLARS_MAX) way.exemplars.shift()
}

function sweepNames({ names, pairing, ways, open }: EngineState): void {
  names.sweep((mark) => {
    pairing.eachText(mark)
    for (const way of ways.each()) {
      mark(way.callerOperation)
      mark(way.calleeOperation)
    }
    for (const step of open.values()) {
      for (const key of step.edges.keys) {
        mark(key.callerOperation)
        mark(key.calleeOperation)
      }
    }
  })
}

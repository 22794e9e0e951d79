import { edgeCell, keepExemplar, VIRTUAL } from '../graph/edge_cells.ts'
import { type Call, NOBODY } from '../graph/pairing.ts'
import { serviceKindOf } from './merge_edges.ts'
import type { EngineState } from './state.ts'
import { openStep, stepAt } from './steps.ts'

/** Number of the engine itself among the origins. */
export const OWN_ORIGIN = 0

/** Counts one call that pairing has told of, in the step of its end; in the next open one where that has just been closed. */
export function recordCall(state: EngineState, call: Call): void {
  const { entities, settings, counts } = state
  const open = openStep(state, stepOf(state, call.endMs))
  if (open === undefined) return
  const callee = call.calleeInstance === NOBODY ? virtualCallee(state, call) : call.calleeInstance
  if (callee < 0) {
    counts.overflow += 1
    return
  }
  const caller = call.callerInstance === NOBODY ? -1 : entities.instance(call.callerInstance).service
  key.callerService = caller + 1
  key.callerOperation = call.callerOperation
  key.callee = callee
  key.calleeOperation = call.calleeOperation
  key.kind = call.kind
  const cell = edgeCell(open.edges, key, settings.edgesMax)
  if (cell < 0) {
    counts.overflow += 1
    return
  }
  open.edges.calls[cell]! += call.weight
  open.edges.spans[cell]! += 1
  if (call.isFailed) open.edges.errors[cell]! += call.weight
  open.edges.durationUs[cell]! += call.durationUs * call.weight
  keepExemplar(open.edges, cell, call.trace0, call.trace1, call.trace2, call.trace3)
}

/**
 * A call is known when its halves have come or were waited for, and exporters hold spans back: where a clock is behind by
 * some seconds its step is closed by then. Later by no more than the wait, in whole steps, it counts in the next one.
 */
function stepOf({ settings, closedStep }: EngineState, endMs: number): number {
  const ended = Math.floor(endMs / settings.stepMs)
  const waited = Math.ceil(settings.waitMs / settings.stepMs)
  return ended > closedStep - waited ? Math.max(ended, closedStep + 1) : ended
}

/** Reused: a call is counted for every second span. */
const key = { callerService: 0, callerOperation: 0, callee: 0, calleeOperation: 0, kind: 0, origin: OWN_ORIGIN }

function virtualCallee(state: EngineState, call: Call): number {
  const name = state.names.text(call.peer)
  if (name === '') return -1
  const service = state.entities.admitService('', name, serviceKindOf(call.kind), stepAt(state, call.endMs))
  return service < 0 ? -1 : VIRTUAL + service
}

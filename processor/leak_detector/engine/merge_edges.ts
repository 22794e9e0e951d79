import type { Batch, EdgeRows } from '../batch/batch.ts'
import { EDGE_KIND } from '../batch/batch.ts'
import { type EdgeKey, edgeCell, exemplarWords, VIRTUAL } from '../graph/edge_cells.ts'
import type { ServiceKind } from './entities.ts'
import type { EngineState } from './state.ts'
import { openStep, stepAt } from './steps.ts'

/** Takes in the calls that another origin has paired already. */
export function mergeEdges(state: EngineState, batch: Batch, origin: number): void {
  const { edges, sequence, strings } = batch
  for (let row = 0; row < edges.count; row++) {
    const open = openStep(state, Math.round(edges.windowMs[row]! / state.settings.stepMs))
    if (open === undefined) continue
    const key = edgeKeyOf(state, batch, row, origin)
    const cell = key === undefined ? -1 : edgeCell(open.edges, key, state.settings.edgesMax)
    if (cell < 0) state.counts.overflow += 1
    if (cell < 0 || open.edges.revision[cell]! >= sequence) continue
    open.edges.revision[cell] = sequence
    open.edges.calls[cell] = edges.calls[row]!
    // Nobody says of how many spans; of as many as there are calls unless traces were sampled.
    open.edges.spans[cell] = edges.calls[row]!
    open.edges.errors[cell] = edges.errors[row]!
    open.edges.durationUs[cell] = edges.durationUs[row]!
    open.edges.exemplar.set(exemplarWords(strings[edges.exemplarText[row]!]!), cell * 4)
  }
}

function edgeKeyOf(state: EngineState, { edges, strings }: Batch, row: number, origin: number): EdgeKey | undefined {
  const { names } = state
  const step = stepAt(state, edges.windowMs[row]!)
  const caller = serviceAt(state, strings, edges.callerNamespaceText[row]!, edges.callerServiceText[row]!, step)
  const callee = calleeOf(state, strings, edges, row, step)
  if (callee < 0) return undefined
  return {
    callerService: caller + 1,
    callerOperation: names.id(strings[edges.callerOperationText[row]!]!),
    callee,
    calleeOperation: names.id(strings[edges.calleeOperationText[row]!]!),
    kind: edges.kind[row]!,
    origin,
  }
}

/** The instance called, or the service where there are no instances; -1 when it is not known here. */
function calleeOf(state: EngineState, strings: readonly string[], edges: EdgeRows, row: number, step: number): number {
  const { entities } = state
  const instance = strings[edges.calleeInstanceText[row]!]!
  const namespaceText = edges.calleeNamespaceText[row]!
  const serviceText = edges.calleeServiceText[row]!
  if (instance === '') {
    const kind = serviceKindOf(edges.kind[row]!)
    const service = entities.admitService(strings[namespaceText]!, strings[serviceText]!, kind, step)
    return service < 0 ? -1 : VIRTUAL + service
  }
  const service = serviceAt(state, strings, namespaceText, serviceText, step)
  if (service < 0) return -1
  return [...entities.service(service).instances].find((id) => entities.instance(id).text === instance) ?? -1
}

function serviceAt(state: EngineState, strings: readonly string[], namespace: number, name: number, step: number) {
  return strings[name] === '' ? -1 : state.entities.admitService(strings[namespace]!, strings[name]!, 'service', step)
}

/** What an unanswered call's other side is. */
export function serviceKindOf(edgeKind: number): ServiceKind {
  if (edgeKind === EDGE_KIND.database) return 'database'
  return edgeKind === EDGE_KIND.messaging ? 'messaging' : 'virtual'
}

import type { ColumnTables, SpanColumns } from '../../../proto/columns.ts'
import { instanceOf, NOT_OURS, type ObserverCounts, type ObserverState, see, textOf, UNSEEN } from './observer_state.ts'
import { OTHER, operationOf } from './operation.ts'
import { reserveSpans } from './span_store.ts'

const OPERATIONS_MAX = 10_000

/** Notes the spans of one request, those of the product itself left out. */
export function observeSpans(
  state: ObserverState,
  counts: ObserverCounts,
  from: SpanColumns,
  tables: ColumnTables,
): void {
  const { spans } = state
  reserveSpans(spans, spans.count + from.count)
  let row = spans.count
  for (let at = 0; at < from.count; at++) {
    const instance = instanceOf(state, from.resource[at]!, tables)
    if (instance === NOT_OURS) continue
    const endMs = from.endMs[at]!
    see(state.instances[instance]!, endMs)
    spans.instance[row] = instance
    spans.trace[row * 4] = from.trace[at * 4]!
    spans.trace[row * 4 + 1] = from.trace[at * 4 + 1]!
    spans.trace[row * 4 + 2] = from.trace[at * 4 + 2]!
    spans.trace[row * 4 + 3] = from.trace[at * 4 + 3]!
    spans.spanHi[row] = from.spanHi[at]!
    spans.spanLo[row] = from.spanLo[at]!
    spans.parentHi[row] = from.parentHi[at]!
    spans.parentLo[row] = from.parentLo[at]!
    const kind = from.kind[at]!
    spans.kind[row] = kind
    spans.failed[row] = from.status[at] === 2 ? 1 : 0
    spans.startMs[row] = from.startMs[at]!
    spans.endMs[row] = endMs
    spans.operationText[row] = kind < 2 ? 0 : spanOperation(state, counts, from, at, tables)
    spans.peerKind[row] = from.peerKind[at]!
    spans.peerText[row] = from.peerKind[at] === 0 ? 0 : textOf(state, from.peer[at]!, tables)
    spans.weight[row] = from.weight[at]!
    row += 1
  }
  counts.spans += row - spans.count
  spans.count = row
}

function spanOperation(
  state: ObserverState,
  counts: ObserverCounts,
  from: SpanColumns,
  at: number,
  tables: ColumnTables,
): number {
  const table = state.operationOfSpan
  const slot = table.find(from.name[at]!, from.route[at]!, from.method[at]!, from.path[at]!)
  const known = table.value(slot)
  if (known !== UNSEEN) return known
  const operation = operationOf({
    name: tables.text(from.name[at]!),
    route: tables.text(from.route[at]!),
    method: tables.text(from.method[at]!),
    path: tables.text(from.path[at]!),
  })
  const text = admitOperation(state, operation)
  if (text === undefined) {
    counts.overflow += 1
    return state.texts.id(OTHER)
  }
  table.set(slot, text)
  return text
}

function admitOperation({ operations, texts, settings }: ObserverState, operation: string): number | undefined {
  const known = operations.get(operation)
  if (known !== undefined || operations.size >= (settings.operationsMax ?? OPERATIONS_MAX)) return known
  const text = texts.id(operation)
  operations.set(operation, text)
  return text
}

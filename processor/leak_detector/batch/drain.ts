import type { Batch, EdgeRows, InstanceRows, WindowRows } from './batch.ts'
import { settleCells } from './cell_store.ts'
import type { InstanceEntry, ObserverState } from './observer_state.ts'
import { spanRows } from './span_store.ts'

/** An edge table without rows: ingest threads see spans, only the engine sees edges. */
export function noEdges(): EdgeRows {
  const none = new Uint32Array(0)
  const zero = new Float64Array(0)
  return {
    count: 0,
    callerNamespaceText: none,
    callerServiceText: none,
    callerOperationText: none,
    calleeNamespaceText: none,
    calleeServiceText: none,
    calleeInstanceText: none,
    calleeOperationText: none,
    kind: new Uint8Array(0),
    windowMs: zero,
    calls: zero,
    errors: zero,
    durationUs: zero,
    exemplarText: none,
  }
}

/**
 * Everything that changed since the last drain, as one batch with a dictionary of its own; undefined when nothing did.
 * The columns are views of the observer's memory: encode or merge them before the observer is used again.
 */
export function drainBatch(state: ObserverState): Batch | undefined {
  const { spans, cells } = state
  if (spans.count === 0 && cells.changedCount === 0) return undefined
  const strings = createDictionary(state)
  const rows = createInstanceRows(state, strings)
  for (let at = 0; at < spans.count; at++) {
    spans.instance[at] = rows.rowOf(spans.instance[at]!)
    spans.operationText[at] = strings.id(spans.operationText[at]!)
    spans.peerText[at] = strings.id(spans.peerText[at]!)
  }
  const windows = windowRows(state, rows, strings)
  state.sequence += 1
  const batch: Batch = {
    origin: state.origin,
    sequence: state.sequence,
    strings: strings.all,
    instances: rows.finish(),
    spans: spanRows(spans),
    windows,
    edges: noEdges(),
  }
  spans.count = 0
  settleCells(cells)
  return batch
}

interface Dictionary {
  readonly all: string[]
  id(text: number): number
}

function createDictionary({ texts }: ObserverState): Dictionary {
  const all = ['']
  const given = new Uint32Array(texts.size)
  return {
    all,
    id(text) {
      if (text === 0) return 0
      const known = given[text]!
      if (known !== 0) return known
      given[text] = all.length
      all.push(texts.text(text))
      return all.length - 1
    },
  }
}

interface InstanceTable {
  rowOf(instance: number): number
  finish(): InstanceRows
}

function createInstanceRows({ instances }: ObserverState, strings: Dictionary): InstanceTable {
  const used: InstanceEntry[] = []
  const rows = new Uint32Array(instances.length)
  return {
    rowOf(instance) {
      const known = rows[instance]!
      if (known !== 0) return known - 1
      used.push(instances[instance]!)
      rows[instance] = used.length
      return used.length - 1
    },
    finish() {
      const texts = (pick: (entry: InstanceEntry) => number) =>
        Uint32Array.from(used, (entry) => strings.id(pick(entry)))
      return {
        count: used.length,
        namespaceText: texts((entry) => entry.namespaceText),
        serviceText: texts((entry) => entry.serviceText),
        instanceText: texts((entry) => entry.instanceText),
        versionText: texts((entry) => entry.versionText),
        runtimeText: texts((entry) => entry.runtimeText),
        podText: texts((entry) => entry.podText),
        containerText: texts((entry) => entry.containerText),
        resourceText: texts((entry) => entry.resourceText),
        startMs: Float64Array.from(used, (entry) => entry.startMs),
        firstSeenMs: Float64Array.from(used, (entry) => entry.firstSeenMs),
        lastSeenMs: Float64Array.from(used, (entry) => entry.lastSeenMs),
      }
    },
  }
}

function windowRows({ cells, series }: ObserverState, rows: InstanceTable, strings: Dictionary): WindowRows {
  const count = cells.changedCount
  const instance = new Uint32Array(count)
  const metricText = new Uint32Array(count)
  const componentText = new Uint32Array(count)
  const shape = new Uint8Array(count)
  for (let at = 0; at < count; at++) {
    const entry = series[cells.series[cells.changed[at]!]!]!
    instance[at] = rows.rowOf(entry.instance)
    metricText[at] = strings.id(entry.metricText)
    componentText[at] = strings.id(entry.componentText)
    shape[at] = entry.shape
  }
  const gather = (from: Float64Array) => {
    const to = new Float64Array(count)
    for (let at = 0; at < count; at++) to[at] = from[cells.changed[at]!]!
    return to
  }
  return {
    count,
    instance,
    metricText,
    componentText,
    shape,
    windowMs: gather(cells.windowMs),
    n: gather(cells.n),
    min: gather(cells.min),
    max: gather(cells.max),
    sum: gather(cells.sum),
    last: gather(cells.last),
    lastMs: gather(cells.lastMs),
    streamStartMs: gather(cells.streamStartMs),
  }
}

import type { Attributes, ColumnTables } from '../../../proto/columns.ts'
import { type Crowd, createCrowd } from '../../../proto/crowd.ts'
import type { Origin } from './batch.ts'
import { createCellStore } from './cell_store.ts'
import { identityOf, NAME_CHARS_MAX } from './identity.ts'
import { createKeyTable } from './key_table.ts'
import { createSpanStore } from './span_store.ts'
import { createTexts } from './texts.ts'

/** What the observer asks of the table of known metrics. */
export interface Recogniser {
  /** Metrics worth decoding. */
  readonly names: ReadonlySet<string>
  /** Which part of its metric a point is, '' when there are none; undefined when the point is of no interest. */
  component(metric: string, point: Attributes): string | undefined
  /** Microseconds in one unit of a server's duration histogram; 0 for every other metric. */
  durationUs(metric: string, unit: string): number
}

/** Who observes, in which steps, and how much at most. */
export interface ObserverSettings {
  readonly origin: Origin
  readonly stepMs: number
  readonly recognise: Recogniser
  /** Distinct operations; more are told as `_other`. */
  readonly operationsMax?: number
  /** Distinct series, and distinct strings; at the limit the observer forgets all and begins as a new incarnation. */
  readonly seriesMax?: number
  readonly textsMax?: number
  /** Texts and series never heard of before: at more, and more than of the others, it begins anew as well. */
  readonly strangersMax?: number
}

/** What was counted since the start. */
export interface ObserverCounts {
  spans: number
  points: number
  /** Points without time, value or meaning. */
  skipped: number
  /** Spans whose operation was told as `_other`. */
  overflow: number
  /** Times a limit made the observer begin anew as another incarnation. */
  restarts: number
}

/** Nothing is known yet under this number. */
export const UNSEEN = 0xffffffff
/** Known, and of no interest. */
export const NOT_OURS = 0xfffffffe
const SERIES_MAX = 200_000
const TEXTS_MAX = 200_000
const STRANGERS_MAX = 8_192
/** Batches of an incarnation, at the least, before strangers end it: the engine tells 255 apart at a time. */
const BATCHES_MIN = 16
/** Keys of a cache by the walker's numbers; beyond it begins anew. */
const CACHED_MAX = 200_000

/** Everything an observer remembers. */
export interface ObserverState {
  readonly origin: Origin
  readonly settings: ObserverSettings
  sequence: number
  readonly texts: ReturnType<typeof createTexts>
  readonly crowd: Crowd
  readonly instances: InstanceEntry[]
  readonly instanceByKey: Map<string, number>
  readonly series: SeriesEntry[]
  readonly seriesByKey: Map<string, number>
  readonly spans: ReturnType<typeof createSpanStore>
  readonly cells: ReturnType<typeof createCellStore>
  /** Operations told by name so far. */
  readonly operations: Map<string, number>
  /** By the walker's numbers, forgotten when its tables begin anew. */
  generation: number
  instanceOfResource: Uint32Array
  textOfNumber: Uint32Array
  readonly operationOfSpan: ReturnType<typeof createKeyTable>
  readonly seriesOfPoint: ReturnType<typeof createKeyTable>
}

/** An instance as the observer knows it; texts are numbers of its own dictionary. */
export interface InstanceEntry {
  readonly namespaceText: number
  readonly serviceText: number
  readonly instanceText: number
  readonly versionText: number
  readonly runtimeText: number
  readonly podText: number
  readonly containerText: number
  readonly resourceText: number
  readonly startMs: number
  firstSeenMs: number
  lastSeenMs: number
}

/** A series as the observer knows it. */
export interface SeriesEntry {
  readonly instance: number
  readonly metricText: number
  readonly componentText: number
  readonly shape: number
  /** Factor to the unit that is kept. */
  readonly scale: number
  /** The series of the durations that belong to these calls; UNSEEN when there is none. */
  readonly durations: number
}

/** An observer that has seen nothing, but for the `crowd` that an earlier incarnation knew. */
export function emptyState(
  origin: Origin,
  settings: ObserverSettings,
  crowd = createCrowd(settings.strangersMax ?? STRANGERS_MAX),
): ObserverState {
  return {
    origin,
    settings,
    sequence: 0,
    texts: createTexts(crowd),
    crowd,
    instances: [],
    instanceByKey: new Map(),
    series: [],
    seriesByKey: new Map(),
    spans: createSpanStore(),
    cells: createCellStore(),
    operations: new Map(),
    generation: -1,
    instanceOfResource: new Uint32Array(256).fill(UNSEEN),
    textOfNumber: new Uint32Array(1024).fill(UNSEEN),
    operationOfSpan: createKeyTable(4),
    seriesOfPoint: createKeyTable(4),
  }
}

/** A limit is reached: the observer begins anew after this drain. */
export function isFull({ texts, series, instances, crowd, sequence, settings }: ObserverState): boolean {
  if (crowd.isCrowded && sequence >= BATCHES_MIN) return true
  const seriesMax = settings.seriesMax ?? SERIES_MAX
  return texts.size > (settings.textsMax ?? TEXTS_MAX) || series.length > seriesMax || instances.length > seriesMax
}

/** Drops what was cached by numbers that the walker has given to other things since. */
export function forgetOldNumbers(state: ObserverState, tables: ColumnTables): void {
  const { operationOfSpan, seriesOfPoint } = state
  if (operationOfSpan.size() > CACHED_MAX) operationOfSpan.clear()
  if (seriesOfPoint.size() > CACHED_MAX) seriesOfPoint.clear()
  if (state.generation === tables.generation) return
  state.generation = tables.generation
  state.instanceOfResource.fill(UNSEEN)
  state.textOfNumber.fill(UNSEEN)
  operationOfSpan.clear()
  seriesOfPoint.clear()
}

/** The instance was heard of at `timeMs`. */
export function see(instance: InstanceEntry, timeMs: number): void {
  if (timeMs > instance.lastSeenMs) instance.lastSeenMs = timeMs
  if (timeMs < instance.firstSeenMs) instance.firstSeenMs = timeMs
}

/** The instance that a resource stands for; NOT_OURS for what the product says of itself. */
export function instanceOf(state: ObserverState, resource: number, tables: ColumnTables): number {
  if (resource >= state.instanceOfResource.length)
    state.instanceOfResource = widened(state.instanceOfResource, resource)
  const known = state.instanceOfResource[resource]!
  if (known !== UNSEEN) return known
  const instance = admitInstance(state, tables.resource(resource))
  state.instanceOfResource[resource] = instance
  return instance
}

function admitInstance(state: ObserverState, resource: Attributes): number {
  const identity = identityOf(resource)
  if (identity === undefined) return NOT_OURS
  const key = `${identity.resourceJson}\u0000${identity.instance}`
  const known = state.instanceByKey.get(key)
  if (known !== undefined) return known
  const { texts, instances } = state
  state.instanceByKey.set(key, instances.length)
  instances.push({
    namespaceText: texts.id(identity.namespace),
    serviceText: texts.id(identity.service),
    instanceText: texts.id(identity.instance),
    versionText: texts.id(identity.version),
    runtimeText: texts.id(identity.runtime),
    podText: texts.id(identity.pod),
    containerText: texts.id(identity.container),
    resourceText: texts.id(identity.resourceJson),
    startMs: identity.startMs,
    firstSeenMs: Number.POSITIVE_INFINITY,
    lastSeenMs: 0,
  })
  return instances.length - 1
}

/** A string of the walker in the observer's own dictionary. */
export function textOf(state: ObserverState, number: number, tables: ColumnTables): number {
  if (number >= state.textOfNumber.length) state.textOfNumber = widened(state.textOfNumber, number)
  const known = state.textOfNumber[number]!
  if (known !== UNSEEN) return known
  const text = state.texts.id(tables.text(number).slice(0, NAME_CHARS_MAX))
  state.textOfNumber[number] = text
  return text
}

function widened(array: Uint32Array, index: number): Uint32Array {
  const wider = new Uint32Array(Math.max(index + 1, array.length * 2)).fill(UNSEEN)
  wider.set(array)
  return wider
}

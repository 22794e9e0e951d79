import { createNames, type Names } from '../batch/names.ts'
import type { Pairing } from '../graph/pairing.ts'
import { createPairing, NOBODY } from '../graph/pairing.ts'
import { createTensor, type Tensor } from '../tensor/tensor.ts'
import { type Behind, createBehind } from './behind.ts'
import { createDeliveries, type Deliveries } from './deliveries.ts'
import { createEntities, type Entities } from './entities.ts'
import type { OpenStep } from './open_steps.ts'
import { createSeriesTable, type SeriesTable } from './series.ts'
import type { EngineSettings } from './settings.ts'
import { createWatermark, type Watermark } from './watermark.ts'
import { createWays, type Ways } from './ways.ts'

/** What was counted since the start. */
export interface EngineCounts {
  /** Batches merged, delivered again, and refused since their bytes were none. */
  batches: number
  repeated: number
  malformed: number
  spans: number
  cells: number
  /** Cells and calls that came after their step was closed. */
  late: number
  /** Cells without a place: series, instance, origin or step beyond a limit. */
  overflow: number
  stepsClosed: number
}

/** An origin with cells in open steps. */
export interface OpenOrigin {
  readonly number: number
  /** Newest step with a cell of it: when that is closed the number is free. */
  newestStep: number
}

/** Everything that the engine remembers. Owned by `createEngine`; the functions of this folder change it in place. */
export interface EngineState {
  readonly settings: EngineSettings
  readonly tensor: Tensor
  readonly entities: Entities
  readonly series: SeriesTable
  readonly names: Names
  readonly ways: Ways
  readonly pairing: Pairing
  readonly watermark: Watermark
  readonly behind: Behind
  readonly open: Map<number, OpenStep>
  /** Origins with open cells. */
  readonly origins: Map<string, OpenOrigin>
  readonly deliveries: Deliveries
  readonly counts: EngineCounts
  /** Newest closed step; -Infinity before the first. */
  closedStep: number
  /** First step with data. */
  firstStep: number
}

/** An engine that knows nothing. */
export function createState(settings: EngineSettings): EngineState {
  const tensor = createTensor(settings.rings)
  const entities: Entities = createEntities(settings, (instance) => {
    for (const id of instance.series) series.roster.remove(id)
    watermark.forget(instance.id)
    behind.forget(instance.id)
  })
  const series: SeriesTable = createSeriesTable(settings.seriesMax, tensor, entities.instance)
  const watermark = createWatermark(settings.stepMs)
  const behind = createBehind(settings.stepMs)
  const serviceOf = (instance: number) => (instance === NOBODY ? -1 : entities.instance(instance).service)
  return {
    settings,
    tensor,
    entities,
    series,
    names: createNames(settings.namesMax),
    ways: createWays(settings.edgesMax),
    pairing: createPairing({ waitMs: settings.waitMs, spansMax: settings.spansMax }, serviceOf),
    watermark,
    behind,
    open: new Map(),
    origins: new Map(),
    deliveries: createDeliveries(),
    counts: { batches: 0, repeated: 0, malformed: 0, spans: 0, cells: 0, late: 0, overflow: 0, stepsClosed: 0 },
    closedStep: Number.NEGATIVE_INFINITY,
    firstStep: Number.NEGATIVE_INFINITY,
  }
}

import { type ColumnTables, POINT_TYPE, type PointColumns } from '../../../proto/columns.ts'
import { WINDOW_SHAPE } from './batch.ts'
import { callComponent, calledOperation } from './call_component.ts'
import { addPoint } from './cell_store.ts'
import { keyHash } from './key_hash.ts'
import { instanceOf, NOT_OURS, type ObserverCounts, type ObserverState, see, UNSEEN } from './observer_state.ts'

/** Adds the points of one request to the cells of their steps. */
export function observePoints(
  state: ObserverState,
  counts: ObserverCounts,
  from: PointColumns,
  tables: ColumnTables,
): void {
  for (let at = 0; at < from.count; at++) {
    const series = seriesOf(state, from, at, tables)
    const timeMs = from.timeMs[at]!
    const value = from.value[at]!
    if (series === NOT_OURS || timeMs <= 0 || !Number.isFinite(value)) {
      counts.skipped += 1
      continue
    }
    const entry = state.series[series]!
    see(state.instances[entry.instance]!, timeMs)
    const windowMs = Math.floor(timeMs / state.settings.stepMs) * state.settings.stepMs
    const streamStartMs = from.startMs[at]!
    addPoint(state.cells, series, { windowMs, timeMs, value: value * entry.scale, streamStartMs })
    counts.points += 1
    const sum = from.sum[at]!
    if (entry.durations === UNSEEN || !Number.isFinite(sum)) continue
    const us = Math.round(sum * state.series[entry.durations]!.scale)
    addPoint(state.cells, entry.durations, { windowMs, timeMs, value: us, streamStartMs })
  }
}

function seriesOf(state: ObserverState, from: PointColumns, at: number, tables: ColumnTables): number {
  const shape = shapeOf(from, at)
  const table = state.seriesOfPoint
  const slot = table.find(from.resource[at]!, from.metric[at]! * 4 + shape, from.unit[at]!, from.attributes[at]!)
  const known = table.value(slot)
  if (known !== UNSEEN) return known
  const series = admitSeries(state, from, at, tables)
  table.set(slot, series)
  return series
}

function shapeOf(from: PointColumns, at: number): number {
  if (from.type[at] === POINT_TYPE.gauge) return WINDOW_SHAPE.gauge
  if (from.temporality[at] === 1) return WINDOW_SHAPE.delta
  const counts = from.type[at] !== POINT_TYPE.sum || from.monotonic[at] === 1
  return counts ? WINDOW_SHAPE.cumulative : WINDOW_SHAPE.gauge
}

function admitSeries(state: ObserverState, from: PointColumns, at: number, tables: ColumnTables): number {
  const instance = instanceOf(state, from.resource[at]!, tables)
  const metric = tables.text(from.metric[at]!)
  const { recognise } = state.settings
  if (instance === NOT_OURS || !recognise.names.has(metric)) return NOT_OURS
  const attributes = tables.attributes(from.attributes[at]!)
  const shape = shapeOf(from, at)
  const us = recognise.durationUs(metric, tables.text(from.unit[at]!))
  if (us === 0) {
    const component = recognise.component(metric, attributes)
    if (component === undefined) return NOT_OURS
    const scale = BYTES_IN_UNIT.get(tables.text(from.unit[at]!)) ?? 1
    return keepSeries(state, { instance, metric, component, shape, scale, durations: UNSEEN })
  }
  const operation = calledOperation(attributes)
  const component = callComponent(operation, 'us', attributes)
  const durations = keepSeries(state, { instance, metric, component, shape, scale: us, durations: UNSEEN })
  return keepSeries(state, {
    instance,
    metric,
    component: callComponent(operation, 'calls', attributes),
    shape,
    scale: 1,
    durations,
  })
}

/** Units in which sizes come, by UCUM and by habit; what is not here is kept as it is. */
export const BYTES_IN_UNIT: ReadonlyMap<string, number> = new Map([
  ['KiBy', 1024],
  ['KBy', 1024],
  ['kBy', 1000],
  ['MiBy', 1_048_576],
  ['MBy', 1_000_000],
  ['GiBy', 1_073_741_824],
])

interface SeriesIdentity {
  readonly instance: number
  readonly metric: string
  readonly component: string
  readonly shape: number
  readonly scale: number
  readonly durations: number
}

function keepSeries(state: ObserverState, identity: SeriesIdentity): number {
  const { instance, metric, component, shape, scale, durations } = identity
  const key = `${instance} ${metric} ${shape} ${component}`
  const known = state.seriesByKey.get(key)
  if (known !== undefined) return known
  const series = state.series.length
  state.seriesByKey.set(key, series)
  state.crowd.add(keyHash(key))
  const metricText = state.texts.id(metric)
  state.series.push({ instance, metricText, componentText: state.texts.id(component), shape, scale, durations })
  return series
}

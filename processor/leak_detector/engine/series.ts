/** Every row of the tensor and every running total behind one, under numbers of one bounded roster. */

import { parseCallComponent } from '../batch/call_component.ts'
import { createRoster, type Roster } from '../batch/roster.ts'
import { type MetricRow, metricRow } from '../tensor/resources.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { IDLE_STEPS, type Instance } from './entities.ts'

/** A component of a metric of an instance: what a window row is about. */
export interface SourceSeries {
  readonly kind: 'source'
  readonly id: number
  readonly instance: number
  readonly metric: MetricRow
  readonly component: string
  /** Newest value of a running total; NaN before the first. */
  total: number
  totalMs: number
  streamStartMs: number
}

/** Counts of one instance: calls by operation, calls over one edge, microseconds of work. */
export interface CountSeries {
  readonly kind: 'total' | 'busy' | 'edge' | 'spanBusy'
  readonly id: number
  readonly instance: number
  /** Operation for totals, '' for work. */
  readonly operation: string
  /** Number of the way, for edges; -1 else. */
  readonly way: number
}

/** Anything that has a number in the table. */
export type Series = SourceSeries | CountSeries

/** All series, bounded. */
export interface SeriesTable {
  readonly roster: Roster<string>
  get(id: number): Series
  admitSource(instance: Instance, metric: string, component: string, step: number): SourceSeries | undefined
  admitCount(instance: Instance, kind: CountSeries['kind'], of: CountOf, step: number): CountSeries | undefined
  /** Steps at which series came or went. */
  readonly changes: number
}

/** What a count is of. */
export interface CountOf {
  readonly operation?: string
  readonly way?: number
}

/** @param instanceOf reads an instance that is still there. */
export function createSeriesTable(max: number, tensor: Tensor, instanceOf: (id: number) => Instance): SeriesTable {
  const all: (Series | undefined)[] = []
  let changes = 0
  const roster = createRoster<string>({ max, idleSteps: IDLE_STEPS }, (id) => {
    const series = all[id]!
    tensor.end(id)
    instanceOf(series.instance).series.delete(id)
    all[id] = undefined
    changes += 1
  })

  function keep<Kept extends Series>(instance: Instance, series: Kept): Kept {
    all[series.id] = series
    instance.series.add(series.id)
    changes += 1
    if (series.kind !== 'source') tensor.begin(series.id, 'count')
    else if (series.metric.role.kind === 'level') tensor.begin(series.id, 'level')
    return series
  }

  return {
    roster,
    get changes() {
      return changes
    },
    get: (id) => all[id]!,
    admitSource(instance, name, component, step) {
      const metric = metricRow(name)
      if (metric === undefined) return undefined
      const id = roster.admit(`s${instance.id}\u0000${name}\u0000${component}`, step)
      if (id < 0) return undefined
      const known = all[id]
      if (known?.kind === 'source') return known
      const nothing = { total: Number.NaN, totalMs: 0, streamStartMs: 0 }
      return keep(instance, { kind: 'source', id, instance: instance.id, metric, component, ...nothing })
    },
    admitCount(instance, kind, { operation = '', way = -1 }, step) {
      const id = roster.admit(`${kind}${instance.id}\u0000${way}\u0000${operation}`, step)
      if (id < 0) return undefined
      const known = all[id]
      if (known !== undefined && known.kind !== 'source') return known
      return keep(instance, { kind, id, instance: instance.id, operation, way })
    },
  }
}

/** What a source of the role `calls` counts. */
export function callsOf(source: SourceSeries): ReturnType<typeof parseCallComponent> {
  return parseCallComponent(source.component)
}

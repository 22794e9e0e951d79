/**
 * Where telemetry becomes cells. Each ingest thread has one observer: it reads the columns that the walker found in a
 * request, adds points to the cells of their steps and notes spans, and `drain` gives what changed as a batch. Nothing
 * is decided here: which points matter is the table's business, what they mean the engine's.
 */

import type { ColumnTables, PointColumns, SpanColumns } from '../../../proto/columns.ts'
import type { Batch } from './batch.ts'
import { drainBatch } from './drain.ts'
import { observePoints } from './observe_points.ts'
import { observeSpans } from './observe_spans.ts'
import { emptyState, forgetOldNumbers, isFull, type ObserverCounts, type ObserverSettings } from './observer_state.ts'

/** Turns the columns of requests into batches. */
export interface Observer {
  traces(spans: SpanColumns, tables: ColumnTables): void
  metrics(points: PointColumns, tables: ColumnTables): void
  /** Rows that a drain would give now. */
  readonly pending: number
  /** The cells changed since the last drain, as views that the next call overwrites; undefined when nothing changed. */
  drain(): Batch | undefined
  readonly counts: Readonly<ObserverCounts>
}

/** One observer a thread; `settings.recognise` says which metrics matter. */
export function createObserver(settings: ObserverSettings): Observer {
  let state = emptyState(settings.origin, settings)
  const counts: ObserverCounts = { spans: 0, points: 0, skipped: 0, overflow: 0, restarts: 0 }
  return {
    counts,
    get pending() {
      return state.spans.count + state.cells.changedCount
    },
    traces(spans, tables) {
      forgetOldNumbers(state, tables)
      observeSpans(state, counts, spans, tables)
    },
    metrics(points, tables) {
      forgetOldNumbers(state, tables)
      observePoints(state, counts, points, tables)
    },
    drain() {
      const batch = drainBatch(state)
      if (isFull(state)) {
        counts.restarts += 1
        state.crowd.clear()
        state = emptyState({ ...state.origin, incarnation: state.origin.incarnation + 1 }, settings, state.crowd)
      }
      return batch
    },
  }
}

import type { Signal } from './payload.ts'

/** How the Collector's metric names call the items of a signal. */
export const ITEMS_OF: Readonly<Record<Signal, string>> = {
  traces: 'spans',
  metrics: 'metric_points',
  logs: 'log_records',
}

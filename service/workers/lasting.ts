import { DataPointType, type ScopeMetrics } from '@opentelemetry/sdk-metrics'

/**
 * What stays true of a thread that is no more: what it counted. What it held just then, in gauges and sums that go
 * down again, is gone with it.
 */
export function lasting(scopes: readonly ScopeMetrics[]): readonly ScopeMetrics[] {
  return scopes.map(({ scope, metrics }) => ({
    scope,
    metrics: metrics.filter((metric) => {
      return metric.dataPointType === DataPointType.SUM
        ? metric.isMonotonic
        : metric.dataPointType === DataPointType.HISTOGRAM
    }),
  }))
}

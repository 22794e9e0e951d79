/**
 * Own metrics as Prometheus reads them, under the names that the Collector documents: since its 0.152 neither
 * `_total` nor units are added unless asked for.
 */

import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { ReaderConfig } from '../config/telemetry_schema.ts'

/** Keys of a Prometheus reader. */
export type PrometheusConfig = NonNullable<ReaderConfig['pull']>['exporter']['prometheus']

/** The answer to a scrape. */
export function prometheusText(metrics: ResourceMetrics, config: PrometheusConfig): string {
  const labels = constantLabels(config)
  const serializer = new PrometheusSerializer(undefined, false, labels, false, config.without_scope_info)
  const scopeMetrics = metrics.scopeMetrics.map((scope) => ({
    ...scope,
    metrics: scope.metrics.map((metric) => (config.without_units ? withoutUnit(metric) : withUnit(metric))),
  }))
  const text = serializer.serialize({ ...metrics, scopeMetrics })
  return config.without_type_suffix
    ? withoutTotals(
        text,
        scopeMetrics.flatMap((scope) => scope.metrics),
      )
    : text
}

function withoutUnit(metric: MetricData): MetricData {
  return { ...metric, descriptor: { ...metric.descriptor, unit: '' } }
}

const UNIT_WORDS: Readonly<Record<string, string>> = { s: 'seconds', ms: 'milliseconds', By: 'bytes', '%': 'percent' }

function withUnit(metric: MetricData): MetricData {
  const { name, unit } = metric.descriptor
  const word = unit === '1' && metric.dataPointType === DataPointType.GAUGE ? 'ratio' : UNIT_WORDS[unit]
  if (word === undefined || name.endsWith(`_${word}`)) return withoutUnit(metric)
  return { ...metric, descriptor: { ...metric.descriptor, name: `${name}_${word}`, unit: '' } }
}

/** The serializer ends every counter in `_total`; we take that away from names that did not have it. */
function withoutTotals(text: string, metrics: readonly MetricData[]): string {
  const counters = new Set(
    metrics
      .filter((metric) => metric.dataPointType === DataPointType.SUM && metric.isMonotonic)
      .map(({ descriptor }) => descriptor.name.replaceAll(/[^a-zA-Z0-9_:]/g, '_'))
      .filter((name) => !name.endsWith('_total')),
  )
  return text.replaceAll(
    /^(# (?:HELP|TYPE) )?([\w:]+)_total(?=[ {])/gm,
    (line, head: string | undefined, name: string) => {
      return counters.has(name) ? `${head ?? ''}${name}` : line
    },
  )
}

/** Which resource attributes stand on every series: `included` and not `excluded`; `*` stands for anything. */
function constantLabels(config: PrometheusConfig): RegExp | undefined {
  const { included = [], excluded = [] } = config.with_resource_constant_labels ?? {}
  if (included.length === 0) return undefined
  const any = (globs: readonly string[]) =>
    globs.map((glob) => glob.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')).join('|')
  return new RegExp(`^${excluded.length > 0 ? `(?!(?:${any(excluded)})$)` : ''}(?:${any(included)})$`)
}

/**
 * Findings as metrics, for panels and alerts.
 *
 * A gauge that only stops coming would haunt a panel for five minutes and an alert for as long; so each gauge that was
 * sent and is no longer true gets a last point with the NoRecordedValue flag. A label that changes (severity) makes
 * another series: the old one is ended in the same export.
 */
import type { KeyValue, Metric, MetricsRequest, NumberDataPoint } from '../../../proto/otlp.ts'
import { confidenceOf, type Finding, isBytes, nearestLimit, timeLeft } from './finding.ts'
import type { Ledger } from './ledger.ts'
import { hex, nanos } from './log_records.ts'
import { ATTRIBUTE, LABEL, METRIC, type MetricName, SCOPE_NAME, SEVERITY } from './names.ts'
import {
  type CountSeries,
  RETAINED_BOUNDS,
  type RetainedSeries,
  type SentGauge,
  subjectLabels,
  type Tally,
  text,
} from './tally.ts'
import { sixDigits } from './units.ts'

/** Heat of the dependency graph, 0..1. */
export interface GraphHeat {
  readonly nodes: readonly {
    readonly id: string
    readonly title: string
    readonly subtitle: string
    readonly heat: number
  }[]
  readonly edges: readonly {
    readonly id: string
    /** Ids of nodes. */
    readonly source: string
    readonly target: string
    readonly heat: number
  }[]
}

/** A node graph of more cannot be read, and Grafana draws no more: beyond, the coldest are left out. */
export const NODES_MAX = 1_500
export const EDGES_MAX = 5_000

const NO_RECORDED_VALUE = 1
const CUMULATIVE = 2
const STATE_NUMBER = { suspected: 1, open: 2, critical: 3 } as const

interface GaugePoint {
  readonly metric: MetricName
  readonly attributes: readonly KeyValue[]
  readonly value: number
}

/**
 * One `ExportMetricsServiceRequest` about ourselves as resource and the suspects in labels.
 * @param atMs event time; when it is not later than at the export before there is nothing to send, since a backend
 * takes one value of a series for each time.
 */
export function toMetrics(ledger: Ledger, atMs: number, graph: GraphHeat): MetricsRequest {
  const { tally, settings } = ledger
  if (tally.sentMs !== undefined && atMs <= tally.sentMs) return { resourceMetrics: [] }
  tally.sentMs = atMs
  const points = [...ledger.live().flatMap(findingPoints), ...graphPoints(graph)]
  const ended = replaceSent(tally, points)
  const metrics = [...gauges(points, ended, nanos(atMs)), ...counters(tally, atMs)]
  if (metrics.length === 0) return { resourceMetrics: [] }
  const attributes = Object.entries(settings.self).map(([key, value]) => text(key, value))
  return { resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ scope: { name: SCOPE_NAME }, metrics }] }] }
}

function findingPoints(finding: Finding): readonly GaugePoint[] {
  const { carrier, state, severity, id } = finding
  const { growth } = carrier.verdict
  const nearest = nearestLimit(finding)
  const amount = (bytes = Number.NaN) => (isBytes(nearest.resource) ? Math.round(bytes) : Number.NaN)
  const attributes = [
    ...subjectLabels(finding),
    text(LABEL.severity, SEVERITY[severity].label),
    text(ATTRIBUTE.id.name, id),
  ]
  const values: readonly (readonly [MetricName, number])[] = [
    [isBytes(carrier.resource) ? METRIC.rate : METRIC.itemRate, sixDigits(growth.rate.value)],
    [METRIC.level, amount(nearest.verdict.growth.level)],
    [METRIC.limit, amount(nearest.limit?.value)],
    [METRIC.timeLeft, sixDigits(timeLeft(nearest)?.value ?? Number.NaN)],
    [METRIC.confidence, sixDigits(confidenceOf(finding))],
    [METRIC.state, STATE_NUMBER[state as keyof typeof STATE_NUMBER]],
  ]
  return values.flatMap(([metric, value]) => (Number.isFinite(value) ? [{ metric, attributes, value }] : []))
}

function graphPoints({ nodes, edges }: GraphHeat): readonly GaugePoint[] {
  return [
    ...hottest(nodes, NODES_MAX).map(({ id, title, subtitle, heat }) => ({
      metric: METRIC.node,
      attributes: [text(LABEL.nodeId, id), text(LABEL.title, title), text(LABEL.subtitle, subtitle)],
      value: sixDigits(heat),
    })),
    ...hottest(edges, EDGES_MAX).map(({ id, source, target, heat }) => ({
      metric: METRIC.edge,
      attributes: [text(LABEL.nodeId, id), text(LABEL.source, source), text(LABEL.target, target)],
      value: sixDigits(heat),
    })),
  ]
}

function hottest<T extends { readonly id: string; readonly heat: number }>(
  all: readonly T[],
  max: number,
): readonly T[] {
  return all
    .filter(({ heat }) => Number.isFinite(heat))
    .toSorted((a, b) => b.heat - a.heat || (a.id < b.id ? -1 : 1))
    .slice(0, max)
}

/** @returns what was sent before and is no more. */
function replaceSent(tally: Tally, points: readonly GaugePoint[]): readonly SentGauge[] {
  const before = tally.sent
  tally.sent = new Map()
  for (const { metric, attributes } of points) {
    tally.sent.set(`${metric.name} ${JSON.stringify(attributes)}`, { metric: metric.name, attributes })
  }
  return [...before].filter(([key]) => !tally.sent.has(key)).map(([, gauge]) => gauge)
}

function gauges(points: readonly GaugePoint[], ended: readonly SentGauge[], timeUnixNano: string): readonly Metric[] {
  return Object.values(METRIC).flatMap((metric): readonly Metric[] => {
    const dataPoints: readonly NumberDataPoint[] = [
      ...points
        .filter((point) => point.metric.name === metric.name)
        .map(({ attributes, value }) => ({ attributes, timeUnixNano, asDouble: value })),
      ...ended
        .filter((gauge) => gauge.metric === metric.name)
        .map(({ attributes }) => ({ attributes, timeUnixNano, flags: NO_RECORDED_VALUE })),
    ]
    return dataPoints.length === 0 ? [] : [{ ...head(metric), gauge: { dataPoints } }]
  })
}

function head({ name, description, unit }: MetricName): Metric {
  return { name, description, unit }
}

/** Cumulative only: one delta would make Prometheus refuse the whole request. */
function counters(tally: Tally, atMs: number): readonly Metric[] {
  const times = { startTimeUnixNano: nanos(tally.startMs ?? atMs), timeUnixNano: nanos(atMs) }
  const found = [...tally.findings.values()].map((series) => ({ ...times, ...findingsPoint(series) }))
  const retained = [...tally.retained.values()].map((series) => ({ ...times, ...retainedPoint(series) }))
  const sum = { dataPoints: found, aggregationTemporality: CUMULATIVE, isMonotonic: true }
  const histogram = { dataPoints: retained, aggregationTemporality: CUMULATIVE }
  return [
    ...(found.length === 0 ? [] : [{ ...head(METRIC.findings), sum }]),
    ...(retained.length === 0 ? [] : [{ ...head(METRIC.retained), histogram }]),
  ]
}

/** An exemplar is sent once. */
function findingsPoint(series: CountSeries): NumberDataPoint {
  const { attributes, count, exemplar } = series
  delete series.exemplar
  if (exemplar === undefined) return { attributes, asInt: String(count) }
  const { traceId, spanId, atMs } = exemplar
  const exemplars = [{ timeUnixNano: nanos(atMs), asInt: '1', spanId: hex(spanId), traceId: hex(traceId) }]
  return { attributes, asInt: String(count), exemplars }
}

function retainedPoint(series: RetainedSeries) {
  const { attributes, buckets, count, sum, exemplar } = series
  delete series.exemplar
  const values = { count: String(count), sum: sixDigits(sum), bucketCounts: buckets.map(String) }
  const point = { attributes, ...values, explicitBounds: RETAINED_BOUNDS }
  if (exemplar === undefined) return point
  const { traceId, atMs, value } = exemplar
  return { ...point, exemplars: [{ timeUnixNano: nanos(atMs), asDouble: sixDigits(value), traceId }] }
}

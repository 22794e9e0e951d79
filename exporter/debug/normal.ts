/** One line for each span, data point and log record: who, what, how much. */

import type {
  DataPoint,
  KeyValue,
  LogRecord,
  LogsRequest,
  Metric,
  MetricsRequest,
  Resource,
  Span,
  TracesRequest,
} from '../../proto/otlp.ts'
import { dataOf } from './metric_data.ts'
import { attribute, clockTime, hex, oneLine, pairs, textOf } from './values.ts'

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const STATUS = ['', 'ok', 'error']

/**
 * @example
 * // cart  POST /cart  server  12.5 ms  4bdc558f…6ae133954 8b69459f015c164b  http.route=/cart
 */
export function normalTraces(request: TracesRequest): readonly string[] {
  return (request.resourceSpans ?? []).flatMap((of) =>
    (of.scopeSpans ?? []).flatMap((scoped) => (scoped.spans ?? []).map((span) => spanLine(of.resource, span))),
  )
}

function spanLine(resource: Resource | undefined, span: Span): string {
  const nanos = BigInt(span.endTimeUnixNano ?? 0) - BigInt(span.startTimeUnixNano ?? 0)
  return columns([
    service(resource),
    oneLine(span.name ?? ''),
    KINDS[span.kind ?? 0] ?? String(span.kind),
    `${Number(nanos) / 1e6} ms`,
    STATUS[span.status?.code ?? 0] ?? '',
    `${hex(span.traceId)} ${hex(span.spanId)}`,
    pairs(span.attributes),
  ])
}

/**
 * @example
 * // cart  v8js.memory.heap.used{v8js.heap.space.name=old_space}  21536 By
 */
export function normalMetrics(request: MetricsRequest): readonly string[] {
  return (request.resourceMetrics ?? []).flatMap((of) =>
    (of.scopeMetrics ?? []).flatMap((scoped) =>
      (scoped.metrics ?? []).flatMap((metric) => pointLines(of.resource, metric)),
    ),
  )
}

function pointLines(resource: Resource | undefined, metric: Metric): readonly string[] {
  return dataOf(metric).points.map(({ point, summary }) =>
    columns([
      service(resource),
      `${oneLine(metric.name ?? '')}${braces(point)}`,
      `${summary} ${oneLine(metric.unit ?? '')}`.trim(),
    ]),
  )
}

function braces({ attributes }: DataPoint): string {
  return attributes?.length ? `{${attributes.map((entry: KeyValue) => pairs([entry])).join(', ')}}` : ''
}

/**
 * @example
 * // 09:41:07.120  cart  WARN  heap is nearly full  event.name=…
 */
export function normalLogs(request: LogsRequest, skip: (record: LogRecord) => boolean): readonly string[] {
  return (request.resourceLogs ?? []).flatMap((of) =>
    (of.scopeLogs ?? []).flatMap((scoped) =>
      (scoped.logRecords ?? []).filter((record) => !skip(record)).map((record) => recordLine(of.resource, record)),
    ),
  )
}

function recordLine(resource: Resource | undefined, record: LogRecord): string {
  return columns([
    clockTime(record.timeUnixNano ?? record.observedTimeUnixNano),
    service(resource),
    oneLine(record.severityText ?? ''),
    oneLine(record.eventName ?? ''),
    textOf(record.body),
    pairs(record.attributes),
  ])
}

function service(resource: Resource | undefined): string {
  return textOf(attribute(resource?.attributes, 'service.name')) || '-'
}

function columns(texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('  ')
}

/** All there is, laid out as the Collector's debug exporter does, since people search its output for such lines. */

import type {
  KeyValue,
  LogRecord,
  LogsRequest,
  Metric,
  MetricsRequest,
  Resource,
  Scope,
  Span,
  TracesRequest,
} from '../../proto/otlp.ts'
import { dataOf, type ShownPoint } from './metric_data.ts'
import { goTime, harmless, hex, oneLine, typedText } from './values.ts'

const KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer']
const STATUS = ['Unset', 'Ok', 'Error']
const TEMPORALITY = ['Unspecified', 'Delta', 'Cumulative']
const SEVERITY = ['Unspecified', 'Trace', 'Debug', 'Info', 'Warn', 'Error', 'Fatal']

/** Spans with their events and links. */
export function detailedTraces(request: TracesRequest): readonly string[] {
  return (request.resourceSpans ?? []).flatMap((of, i) => [
    `ResourceSpans #${i}`,
    ...resourceLines(of.resource, of.schemaUrl),
    ...(of.scopeSpans ?? []).flatMap((scoped, j) => [
      `ScopeSpans #${j}`,
      ...scopeLines('ScopeSpans', scoped.scope, scoped.schemaUrl),
      ...(scoped.spans ?? []).flatMap((span, k) => [`Span #${k}`, ...spanLines(span)]),
    ]),
  ])
}

function spanLines(span: Span): readonly string[] {
  const fields = [
    ['Trace ID', hex(span.traceId)],
    ['Parent ID', hex(span.parentSpanId)],
    ['ID', hex(span.spanId)],
    ['Name', oneLine(span.name ?? '')],
    ['Kind', KINDS[span.kind ?? 0] ?? String(span.kind)],
    ['TraceState', oneLine(span.traceState ?? '')],
    ['Start time', goTime(span.startTimeUnixNano)],
    ['End time', goTime(span.endTimeUnixNano)],
    ['Status code', STATUS[span.status?.code ?? 0] ?? String(span.status?.code)],
    ['Status message', oneLine(span.status?.message ?? '')],
  ] as const
  return [
    ...fields
      .filter(([name, text]) => name !== 'TraceState' || text !== '')
      .map(([name, text]) => `    ${name.padEnd(14)} : ${text}`),
    ...droppedLines(span),
    ...attributeLines('Attributes:', span.attributes),
    ...eventLines(span),
    ...linkLines(span),
  ]
}

function droppedLines(span: Span): readonly string[] {
  const { droppedAttributesCount = 0, droppedEventsCount = 0, droppedLinksCount = 0 } = span
  return [
    `    DroppedAttributesCount: ${droppedAttributesCount}`,
    `    DroppedEventsCount: ${droppedEventsCount}`,
    `    DroppedLinksCount: ${droppedLinksCount}`,
  ]
}

function eventLines({ events = [] }: Span): readonly string[] {
  if (events.length === 0) return []
  return [
    'Events:',
    ...events.flatMap((event, i) => [
      `SpanEvent #${i}`,
      `     -> Name: ${oneLine(event.name ?? '')}`,
      `     -> Timestamp: ${goTime(event.timeUnixNano)}`,
      `     -> DroppedAttributesCount: ${event.droppedAttributesCount ?? 0}`,
      ...attributeLines('     -> Attributes::', event.attributes, '          -> '),
    ]),
  ]
}

function linkLines({ links = [] }: Span): readonly string[] {
  if (links.length === 0) return []
  return [
    'Links:',
    ...links.flatMap((link, i) => [
      `SpanLink #${i}`,
      `     -> Trace ID: ${hex(link.traceId)}`,
      `     -> ID: ${hex(link.spanId)}`,
      `     -> TraceState: ${oneLine(link.traceState ?? '')}`,
      `     -> DroppedAttributesCount: ${link.droppedAttributesCount ?? 0}`,
      ...attributeLines('     -> Attributes::', link.attributes, '          -> '),
    ]),
  ]
}

/** Metrics with all numbers of their points. */
export function detailedMetrics(request: MetricsRequest): readonly string[] {
  return (request.resourceMetrics ?? []).flatMap((of, i) => [
    `ResourceMetrics #${i}`,
    ...resourceLines(of.resource, of.schemaUrl),
    ...(of.scopeMetrics ?? []).flatMap((scoped, j) => [
      `ScopeMetrics #${j}`,
      ...scopeLines('ScopeMetrics', scoped.scope, scoped.schemaUrl),
      ...(scoped.metrics ?? []).flatMap((metric, k) => [`Metric #${k}`, ...metricLines(metric)]),
    ]),
  ])
}

function metricLines(metric: Metric): readonly string[] {
  const { kind, heading, temporality, monotonic, points } = dataOf(metric)
  return [
    'Descriptor:',
    `     -> Name: ${oneLine(metric.name ?? '')}`,
    `     -> Description: ${oneLine(metric.description ?? '')}`,
    `     -> Unit: ${oneLine(metric.unit ?? '')}`,
    `     -> DataType: ${kind}`,
    ...(monotonic === undefined ? [] : [`     -> IsMonotonic: ${monotonic}`]),
    ...(temporality === undefined
      ? []
      : [`     -> AggregationTemporality: ${TEMPORALITY[temporality] ?? temporality}`]),
    ...points.flatMap((shown, i) => [`${heading} #${i}`, ...pointLines(shown)]),
  ]
}

function pointLines({ point, lines }: ShownPoint): readonly string[] {
  return [
    ...attributeLines('Data point attributes:', point.attributes),
    `StartTimestamp: ${goTime(point.startTimeUnixNano)}`,
    `Timestamp: ${goTime(point.timeUnixNano)}`,
    ...lines,
  ]
}

/** Log records; those that `skip` says are left out, and what would be empty without them. */
export function detailedLogs(request: LogsRequest, skip: (record: LogRecord) => boolean): readonly string[] {
  return (request.resourceLogs ?? []).flatMap((of, i) => {
    const scopes = (of.scopeLogs ?? []).flatMap((scoped, j) => {
      const records = (scoped.logRecords ?? []).filter((record) => !skip(record))
      if (records.length === 0 && (scoped.logRecords ?? []).length > 0) return []
      return [
        `ScopeLogs #${j}`,
        ...scopeLines('ScopeLogs', scoped.scope, scoped.schemaUrl),
        ...records.flatMap((record, k) => [`LogRecord #${k}`, ...recordLines(record)]),
      ]
    })
    if (scopes.length === 0 && (of.scopeLogs ?? []).length > 0) return []
    return [`ResourceLog #${i}`, ...resourceLines(of.resource, of.schemaUrl), ...scopes]
  })
}

function recordLines(record: LogRecord): readonly string[] {
  return [
    `ObservedTimestamp: ${goTime(record.observedTimeUnixNano)}`,
    `Timestamp: ${goTime(record.timeUnixNano)}`,
    `SeverityText: ${oneLine(record.severityText ?? '')}`,
    `SeverityNumber: ${severity(record.severityNumber ?? 0)}`,
    ...(record.eventName ? [`EventName: ${oneLine(record.eventName)}`] : []),
    `Body: ${typedText(record.body)}`,
    ...(record.droppedAttributesCount ? [`DroppedAttributesCount: ${record.droppedAttributesCount}`] : []),
    ...attributeLines('Attributes:', record.attributes),
    `Trace ID: ${hex(record.traceId)}`,
    `Span ID: ${hex(record.spanId)}`,
    `Flags: ${record.flags ?? 0}`,
  ]
}

/** @example severity(14) // => 'Warn2(14)' */
function severity(number: number): string {
  if (number < 1 || number > 24) return `Unspecified(${number})`
  const step = (number - 1) % 4
  return `${SEVERITY[Math.ceil(number / 4)]}${step === 0 ? '' : step + 1}(${number})`
}

function resourceLines(resource: Resource | undefined, schemaUrl: string | undefined): readonly string[] {
  return [
    `Resource SchemaURL: ${oneLine(schemaUrl ?? '')}`,
    ...attributeLines('Resource attributes:', resource?.attributes),
  ]
}

function scopeLines(name: string, scope: Scope | undefined, schemaUrl: string | undefined): readonly string[] {
  return [
    `${name} SchemaURL: ${oneLine(schemaUrl ?? '')}`,
    `InstrumentationScope ${oneLine(scope?.name ?? '')} ${oneLine(scope?.version ?? '')}`,
    ...attributeLines('InstrumentationScope attributes:', scope?.attributes),
  ]
}

function attributeLines(
  heading: string,
  attributes: readonly KeyValue[] | undefined,
  indent = '     -> ',
): readonly string[] {
  if (!attributes?.length) return []
  return [heading, ...attributes.map(({ key, value }) => `${indent}${harmless(key)}: ${typedText(value)}`)]
}

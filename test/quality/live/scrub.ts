/**
 * What of the recorded telemetry is kept, and how it is made fit to be seen by anyone. Nothing tells where it was
 * recorded; what no detector reads and only makes files large is left out. Nothing that stays is changed but for the
 * resource attributes named here.
 */

import type { SignalName } from '../../../proto/malformed.ts'
import { decodeRequest } from '../../../proto/messages.ts'
import { protoToJson } from '../../../proto/proto_to_json.ts'

/** Resource attributes that stay as they are. */
const RESOURCE_KEPT = /^(service\.|telemetry\.|process\.(pid|runtime\.(name|version))$|os\.type$|host\.arch$)/
/** Arguments of a process that limit its memory. */
const LIMIT_ARGUMENT = /^(--max-old-space-size=|-Xmx)\d+[kmg]?$/i
/** Span attributes that stay: which operation, which kind of call, how it ended. */
const SPAN_KEPT =
  /^(http\.(request\.method|method|route|target|response\.status_code|status_code)|url\.path|rpc\.|db\.|messaging\.|peer\.service|server\.address|net\.peer\.name)/
/**
 * Metrics of the machine and not of a service, of computing time, and those that say in another way what stays: the
 * more cores, cards and spaces there are, the more there are of them.
 */
const METRIC_DROPPED = [
  /^system\.(?!memory\.usage$)/,
  /^(process\.cpu|process\.disk|nodejs\.eventloop|otlp\.|http\.client\.|http\.server\..*\.size$)/,
  /^process\.runtime\.cpython\.(cpu|context_switches|gc_count)/,
  /^v8js\.(memory\.heap\.space\.|gc\.)/,
  /^jvm\.(cpu|class)\./,
  /^(processedSpans|queueSize|process\.memory\.virtual|go\.(processor|config)\.)/,
]
const HISTOGRAM_DROPPED = ['bucketCounts', 'explicitBounds', 'min', 'max', 'exemplars']

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly arrayValue?: { readonly values?: readonly Value[] } }
}
type Value = Attribute['value']

/** A JSON object of OTLP, as `protoToJson` writes it. */
type Json = Record<string, unknown>

/** @returns the request as a line of OTLP JSON; undefined when nothing of it is left. */
export function scrub(signal: SignalName, bytes: Uint8Array): string | undefined {
  if (signal === 'logs') return undefined
  const request = JSON.parse(protoToJson(signal, bytes)) as Json
  const key = signal === 'traces' ? 'resourceSpans' : 'resourceMetrics'
  const parts = list(request[key]).map(signal === 'traces' ? scrubSpans : scrubMetrics)
  const left = parts.filter((part) => part !== undefined)
  return left.length === 0 ? undefined : JSON.stringify({ [key]: left })
}

function scrubSpans(part: Json): Json | undefined {
  const scopeSpans = list(part.scopeSpans).map((scope) => ({
    scope: scope.scope,
    spans: list(scope.spans).map(({ events: _, links: __, attributes, ...span }) => ({
      ...span,
      attributes: (list(attributes) as unknown as Attribute[]).filter(({ key }) => SPAN_KEPT.test(key)),
    })),
  }))
  return { resource: scrubResource(part.resource as Json), scopeSpans }
}

function scrubMetrics(part: Json): Json | undefined {
  const scopeMetrics = list(part.scopeMetrics)
    .map((scope) => ({
      scope: scope.scope,
      metrics: list(scope.metrics)
        .filter(({ name }) => !METRIC_DROPPED.some((pattern) => pattern.test(String(name))))
        .map(scrubMetric),
    }))
    .filter(({ metrics }) => metrics.length > 0)
  return scopeMetrics.length === 0 ? undefined : { resource: scrubResource(part.resource as Json), scopeMetrics }
}

function scrubMetric({ description: _, ...metric }: Json): Json {
  for (const kind of ['histogram', 'gauge', 'sum']) {
    const data = metric[kind] as Json | undefined
    for (const point of list(data?.dataPoints)) {
      for (const field of HISTOGRAM_DROPPED) delete point[field]
    }
  }
  return metric
}

function scrubResource(resource: Json): Json {
  const attributes = list(resource.attributes) as unknown as Attribute[]
  return { attributes: attributes.flatMap(scrubAttribute) }
}

function scrubAttribute(attribute: Attribute): Attribute[] {
  const { key, value } = attribute
  if (key === 'host.name') return [{ key, value: { stringValue: 'shop-host' } }]
  if (key === 'process.command_args') {
    const values = (value.arrayValue?.values ?? []).filter(({ stringValue }) => LIMIT_ARGUMENT.test(stringValue ?? ''))
    return values.length === 0 ? [] : [{ key, value: { arrayValue: { values } } }]
  }
  return RESOURCE_KEPT.test(key) ? [attribute] : []
}

function list(value: unknown): Json[] {
  return (value as Json[] | undefined) ?? []
}

/** Names of services in a request. */
export function servicesIn(signal: SignalName, bytes: Uint8Array): readonly string[] {
  const request = decodeRequest(signal, bytes) as Json
  const parts = list(request.resourceSpans ?? request.resourceMetrics)
  return parts.flatMap(({ resource }) =>
    (list((resource as Json)?.attributes) as unknown as Attribute[])
      .filter(({ key }) => key === 'service.name')
      .map(({ value }) => value.stringValue ?? ''),
  )
}

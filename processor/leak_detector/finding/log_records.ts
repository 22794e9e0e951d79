/** Finding events as OTLP logs: the primary form. */
import type { KeyValue, LogRecord, LogsRequest, ResourceLogs } from '../../../proto/otlp.ts'
import { attributeOf, findingAttributes } from './attributes.ts'
import type { FindingEvent } from './finding.ts'
import { spanIdOf, traceIdOf } from './identity.ts'
import { ATTRIBUTE, EVENT, SCOPE_NAME, SEVERITY } from './names.ts'
import { resourceOf } from './resource.ts'
import { sentence } from './sentence.ts'

/**
 * One `ExportLogsServiceRequest`: a record for each event, under the suspect's own resource, in the order of events.
 * Times are decimal text and ids hex, as OTLP/JSON wants them, so that `JSON.stringify` of it is a request too.
 */
export function toLogs(events: readonly FindingEvent[]): LogsRequest {
  const byResource = Map.groupBy(events, ({ finding }) => JSON.stringify(resourceOf(finding.carrier)))
  return {
    resourceLogs: [...byResource.values()].map(
      (group): ResourceLogs => ({
        resource: resourceOf(group[0]!.finding.carrier),
        scopeLogs: [{ scope: { name: SCOPE_NAME }, logRecords: group.map(record) }],
      }),
    ),
  }
}

/**
 * One line of OTLP JSON for each event, as `replay` writes them: keys in a fixed order, so that equal events are equal
 * bytes.
 */
export function toJsonLines(events: readonly FindingEvent[]): readonly string[] {
  return events.map((event) => JSON.stringify(toLogs([event])))
}

function record(event: FindingEvent): LogRecord {
  const { finding, name } = event
  const eventName = EVENT[name].name
  const time = nanos(finding.atMs)
  return {
    timeUnixNano: time,
    observedTimeUnixNano: time,
    severityNumber: finding.severity,
    severityText: SEVERITY[finding.severity].text,
    body: { stringValue: sentence(finding) },
    attributes: attributesOf(event, eventName),
    traceId: hex(traceIdOf(finding.id)),
    spanId: hex(spanIdOf(finding.id, '')),
    eventName,
  }
}

function attributesOf({ finding }: FindingEvent, eventName: string): readonly KeyValue[] {
  return [...attributeOf(ATTRIBUTE.eventName, eventName), ...findingAttributes(finding)]
}

/** Milliseconds since 1970 as OTLP's nanoseconds, exact to the microsecond. */
export function nanos(atMs: number, plusNanos = 0): string {
  return String(BigInt(Math.round(atMs * 1_000)) * 1_000n + BigInt(plusNanos))
}

/** Bytes of an id as OTLP/JSON writes them. */
export function hex(id: Uint8Array): string {
  return Buffer.from(id).toString('hex')
}

/** What leakmesh said, read from the log records of its findings: as a store of logs behind it would have it. */

import { ATTRIBUTE } from '../../processor/leak_detector/finding/names.ts'
import type { AnyValue, KeyValue, LogsRequest } from '../../proto/otlp.ts'

/** One event of a finding, as far as the demo needs it. Absent where leakmesh abstained. */
export interface Said {
  /** opened, updated, resolved or suppressed. */
  readonly event: string
  readonly service: string
  readonly sentence: string
  readonly edge: string | undefined
  readonly operation: string | undefined
  readonly bytesPerCall: number | undefined
  readonly secondsLeft: number | undefined
  readonly reasons: readonly string[]
}

/** Every finding event in a request. */
export function findingsIn(request: LogsRequest): readonly Said[] {
  return (request.resourceLogs ?? []).flatMap(({ resource, scopeLogs }) => {
    const service = find(resource?.attributes, 'service.name')?.stringValue ?? ''
    const records = (scopeLogs ?? []).flatMap(({ logRecords }) => logRecords ?? [])
    return records.map(({ body, attributes }): Said => {
      const at = (name: keyof typeof ATTRIBUTE): AnyValue | undefined => find(attributes, ATTRIBUTE[name].name)
      const reasons = at('suppression')?.arrayValue?.values ?? []
      return {
        event: (at('eventName')?.stringValue ?? '').replace('leak.finding.', ''),
        service,
        sentence: body?.stringValue ?? '',
        edge: at('culpritEdge')?.stringValue,
        operation: at('culpritOperation')?.stringValue,
        bytesPerCall: at('bytesPerCall')?.doubleValue,
        secondsLeft: at('timeLeft')?.doubleValue,
        reasons: reasons.map(({ stringValue }) => stringValue ?? ''),
      }
    })
  })
}

function find(attributes: readonly KeyValue[] | undefined, key: string): AnyValue | undefined {
  return attributes?.find((attribute) => attribute.key === key)?.value
}

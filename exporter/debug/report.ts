import type { Payload, Signal } from '../../component/payload.ts'
import { decodeRequest, type Requests } from '../../proto/messages.ts'
import type { LogRecord } from '../../proto/otlp.ts'
import type { DebugConfig } from './config.ts'
import { detailedLogs, detailedMetrics, detailedTraces } from './detailed.ts'
import { FINDING_SCOPE, findingsOf } from './finding_card.ts'
import { normalLogs, normalMetrics, normalTraces } from './normal.ts'

/** What there is to print of a request. */
export interface Report {
  /** Sums of the request, by what is counted. */
  readonly totals: Readonly<Record<string, number>>
  /** As much of every item as the verbosity asks for; findings are not among them. */
  readonly lines: readonly string[]
  /** Log records that are findings, at any verbosity. */
  readonly findings: readonly LogRecord[]
}

type Verbosity = DebugConfig['verbosity']
type Contents = Omit<Report, 'totals'>

const ITEMS: Readonly<Record<Signal, string>> = { traces: 'spans', metrics: 'data points', logs: 'log records' }
const NOTHING: Contents = { lines: [], findings: [] }

/** Decodes a request as far as the verbosity needs it. Bytes that cannot be decoded are told of in `lines`. */
export function reportOf(payload: Payload, verbosity: Verbosity): Report {
  const totals = { requests: payload.parts.length, [ITEMS[payload.signal]]: payload.items }
  return { totals, ...contentsOf(payload, verbosity) }
}

function contentsOf({ signal, parts }: Payload, verbosity: Verbosity): Contents {
  if (verbosity === 'basic' && !(signal === 'logs' && parts.some(mayHoldFindings))) return NOTHING
  const request = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  switch (signal) {
    case 'traces':
      return decoded('traces', request, (traces) => ({
        lines: verbosity === 'detailed' ? detailedTraces(traces) : normalTraces(traces),
        findings: [],
      }))
    case 'metrics':
      return decoded('metrics', request, (metrics) => ({
        lines: verbosity === 'detailed' ? detailedMetrics(metrics) : normalMetrics(metrics),
        findings: [],
      }))
    case 'logs':
      return decoded('logs', request, (logs) => {
        const findings = findingsOf(logs)
        const isFinding = (record: LogRecord) => findings.includes(record)
        if (verbosity === 'basic') return { lines: [], findings }
        return {
          lines: verbosity === 'detailed' ? detailedLogs(logs, isFinding) : normalLogs(logs, isFinding),
          findings,
        }
      })
  }
}

/** Cheap, so that nobody pays for decoding logs that are only counted. */
function mayHoldFindings(part: Uint8Array): boolean {
  return Buffer.from(part.buffer, part.byteOffset, part.length).includes(FINDING_SCOPE)
}

function decoded<S extends Signal>(signal: S, request: Uint8Array, show: (message: Requests[S]) => Contents): Contents {
  let message: Requests[S]
  try {
    message = decodeRequest(signal, request)
  } catch (error) {
    return { lines: [`cannot be decoded: ${(error as Error).message}`], findings: [] }
  }
  return show(message)
}

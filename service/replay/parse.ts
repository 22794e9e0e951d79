import { jsonToProto } from '../../proto/json_to_proto.ts'
import type { Malformed } from '../../proto/malformed.ts'
import { without } from '../../proto/narrow.ts'
import { type Message, messageNamed } from '../../proto/schema.ts'

/** What a line holds. */
export type LineSignal = 'traces' | 'metrics' | 'logs'
const SIGNALS: readonly LineSignal[] = ['traces', 'metrics', 'logs']

/** Lines of one chunk in protobuf, in buffers that can be transferred. */
export interface ParsedChunk {
  /** All requests, one after the other. */
  readonly requests: Uint8Array
  /** End of each request in `requests`. */
  readonly ends: Uint32Array
  /** Index into traces, metrics, logs. */
  readonly signals: Uint8Array
  /** The first time that stands in each line, milliseconds since 1970; NaN when there is none. */
  readonly timesMs: Float64Array
  readonly broken: readonly BrokenLine[]
}

/** A line that is no export request. */
export interface BrokenLine {
  /** Number in its file, from 1. */
  readonly line: number
  readonly message: string
}

/** What a row of a chunk holds. */
export function lineSignal(chunk: ParsedChunk, row: number): LineSignal {
  return SIGNALS[chunk.signals[row]!]!
}

/** The request of a row, a view of the chunk. */
export function lineBytes({ requests, ends }: ParsedChunk, row: number): Uint8Array {
  return requests.subarray(row === 0 ? 0 : ends[row - 1]!, ends[row]!)
}

/** Reads the lines of a chunk. The same chunk gives the same result in every thread. */
export function parseChunk(bytes: Uint8Array, firstLine: number): ParsedChunk {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
  const parts: Uint8Array[] = []
  const signals: number[] = []
  const times: number[] = []
  const broken: BrokenLine[] = []
  text.split('\n').forEach((line, at) => {
    if (line.trim() === '') return
    const signal = signalOf(line)
    const request = signal === undefined ? undefined : jsonToProto(signal, line, READ[signal])
    if (signal === undefined || request === undefined || !(request instanceof Uint8Array)) {
      const why = request as Malformed | undefined
      broken.push({ line: firstLine + at, message: why?.message ?? NOT_A_REQUEST })
      return
    }
    parts.push(request)
    signals.push(SIGNALS.indexOf(signal))
    times.push(timeOf(signal, line))
  })
  return { ...joined(parts), signals: Uint8Array.from(signals), timesMs: Float64Array.from(times), broken }
}

/** What the engine never reads, and what makes lines long: a histogram is its count and its sum. */
const UNREAD = new Set([
  'Metric.description',
  'Metric.metadata',
  'NumberDataPoint.exemplars',
  ...['bucketCounts', 'explicitBounds', 'exemplars', 'min', 'max'].map((name) => `HistogramDataPoint.${name}`),
  ...['positive', 'negative', 'exemplars', 'min', 'max'].map((name) => `ExponentialHistogramDataPoint.${name}`),
  'SummaryDataPoint.quantileValues',
  'Span.events',
  'Span.links',
])
const READ: Readonly<Record<LineSignal, Message>> = {
  traces: without(messageNamed('ExportTraceServiceRequest'), UNREAD),
  metrics: without(messageNamed('ExportMetricsServiceRequest'), UNREAD),
  logs: messageNamed('ExportLogsServiceRequest'),
}

const NOT_A_REQUEST = 'not an export request in JSON: resourceSpans, resourceMetrics or resourceLogs expected'
const FIRST_KEY = /"resource(Spans|Metrics|Logs)"/
const SIGNAL_OF: Readonly<Record<string, LineSignal>> = { Spans: 'traces', Metrics: 'metrics', Logs: 'logs' }

function signalOf(line: string): LineSignal | undefined {
  const key = FIRST_KEY.exec(line)?.[1]
  return key === undefined ? undefined : SIGNAL_OF[key]
}

const START_TIME = /"startTimeUnixNano"\s*:\s*"?(\d+)/
const TIME = /"timeUnixNano"\s*:\s*"?(\d+)/

/** Metrics count from a start that may be long ago: their own time is what they stand at. */
function timeOf(signal: LineSignal, line: string): number {
  const nanos = (signal === 'traces' ? START_TIME : TIME).exec(line)?.[1]
  return nanos === undefined ? Number.NaN : Number(nanos) / 1e6
}

function joined(parts: readonly Uint8Array[]): Pick<ParsedChunk, 'requests' | 'ends'> {
  const ends = new Uint32Array(parts.length)
  const requests = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  parts.forEach((part, row) => {
    requests.set(part, at)
    at += part.length
    ends[row] = at
  })
  return { requests, ends }
}

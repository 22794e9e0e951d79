import { jsonDirectly } from '../../proto/json_direct.ts'
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
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const parts: Uint8Array[] = []
  const signals: number[] = []
  const times: number[] = []
  const broken: BrokenLine[] = []
  let lineNumber = firstLine
  for (let start = 0, end = 0; start < text.length; start = end + 1, lineNumber++) {
    end = text.indexOf(NEWLINE, start)
    if (end < 0) end = text.length
    const row = usualRow(text.subarray(start, end)) ?? anyRow(text.toString('utf8', start, end))
    if (row === undefined) continue
    if ('message' in row) {
      broken.push({ line: lineNumber, message: row.message })
      continue
    }
    parts.push(row.request)
    signals.push(SIGNALS.indexOf(row.signal))
    times.push(row.timeMs)
  }
  return { ...joined(parts), signals: Uint8Array.from(signals), timesMs: Float64Array.from(times), broken }
}

/** One line. */
interface Row {
  readonly signal: LineSignal
  readonly request: Uint8Array
  readonly timeMs: number
}

/** A line as the Collector's exporter writes it; undefined when it has to be read the long way. */
function usualRow(line: Buffer): Row | undefined {
  for (const [signal, start] of USUAL) {
    if (!start.equals(line.subarray(0, start.length))) continue
    const request = jsonDirectly(READ[signal], line)
    return request && { signal, request, timeMs: usualTimeOf(signal, line) }
  }
  return undefined
}

/** Any line; undefined when it is blank. */
function anyRow(line: string): Row | Pick<Malformed, 'message'> | undefined {
  if (line.trim() === '') return undefined
  const signal = signalOf(line)
  if (signal === undefined) return { message: NOT_A_REQUEST }
  const request = jsonToProto(signal, line, READ[signal])
  return request instanceof Uint8Array ? { signal, request, timeMs: timeOf(signal, line) } : request
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
/** How most lines begin, and what they hold. */
const USUAL = [
  ['metrics', Buffer.from('{"resourceMetrics":[')],
  ['traces', Buffer.from('{"resourceSpans":[')],
  ['logs', Buffer.from('{"resourceLogs":[')],
] as const
const NEWLINE = 10

const NOT_A_REQUEST = 'not an export request in JSON: resourceSpans, resourceMetrics or resourceLogs expected'
const FIRST_KEY = /"resource(Spans|Metrics|Logs)"/
const SIGNAL_OF: Readonly<Record<string, LineSignal>> = { Spans: 'traces', Metrics: 'metrics', Logs: 'logs' }

function signalOf(line: string): LineSignal | undefined {
  const key = FIRST_KEY.exec(line)?.[1]
  return key === undefined ? undefined : SIGNAL_OF[key]
}

const START_TIME = /"startTimeUnixNano"\s*:\s*"?(\d+)/
const TIME = /"timeUnixNano"\s*:\s*"?(\d+)/

const START_TIME_KEY = Buffer.from('"startTimeUnixNano"')
const TIME_KEY = Buffer.from('"timeUnixNano"')
/** A key, at most so many digits, and what ends them. */
const DIGITS_BEHIND_KEY = /^"\w+":"?(\d{1,20})\D/
const TIME_BYTES = 48

/** Metrics count from a start that may be long ago: their own time is what they stand at. */
function timeOf(signal: LineSignal, line: string): number {
  const nanos = (signal === 'traces' ? START_TIME : TIME).exec(line)?.[1]
  return nanos === undefined ? Number.NaN : Number(nanos) / 1e6
}

/** The same, without reading all of the line: mostly the first key of this name is the one. */
function usualTimeOf(signal: LineSignal, line: Buffer): number {
  const at = line.indexOf(signal === 'traces' ? START_TIME_KEY : TIME_KEY)
  const nanos = at < 0 ? undefined : DIGITS_BEHIND_KEY.exec(line.toString('latin1', at, at + TIME_BYTES))?.[1]
  return nanos === undefined ? timeOf(signal, line.toString()) : Number(nanos) / 1e6
}

function joined(parts: readonly Uint8Array[]): Pick<ParsedChunk, 'requests' | 'ends'> {
  const [first] = parts
  // A long line is a chunk by itself.
  if (first !== undefined && parts.length === 1) return { requests: first, ends: Uint32Array.of(first.length) }
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

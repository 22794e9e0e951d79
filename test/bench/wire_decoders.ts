/**
 * The ways to read a request, one chosen by name: `node wire_decoders.ts NAME SIGNAL CPU_MS STATIC_CODE` prints one line
 * of JSON. Each runs in a process of its own, so that none profits or suffers from code that another has warmed up.
 */
import { createHash } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { countItems } from '../../proto/count.ts'
import { jsonToProto } from '../../proto/json_to_proto.ts'
import { messageType, requestTypeName } from '../../proto/messages.ts'
import { protoToJson } from '../../proto/proto_to_json.ts'
import { createWalker } from '../../proto/walker.ts'
import { payloads } from './payloads.ts'

export interface Measured {
  /** CPU-seconds for a million spans or points. */
  readonly cpuSecondsPerMillion: number
  /** What came out, hashed: the same for all decoders that tell the same. */
  readonly hash: string
}

/** What a reader tells of a request, in so far as the benchmark compares it: times in ms, names, values. */
interface Told {
  items: number
  /** Sum of start (and end) times, less the first one, in milliseconds. */
  timesMs: number
  /** Sum of the lengths of the names. */
  names: number
  /** Sum of the values of points. */
  values: number
}

interface Decoder {
  /** Reads a request, as often as there is time. */
  decode(bytes: Uint8Array): unknown
  /** What it tells, once, for the hash. */
  tell(bytes: Uint8Array): Told
}

const ITEMS = 1000
const WARM_MS = 400
const EPOCH_MS = 1_764_000_000_000

const [name, signal, cpuMs, staticCode] = process.argv.slice(2) as [string, 'traces' | 'metrics', string, string]

const requests = payloads(signal, ITEMS)
const inputs = name === 'JSON to protobuf' ? requests.map((bytes) => Buffer.from(protoToJson(signal, bytes))) : requests
const decoder = await decoderNamed()
measure(Math.min(WARM_MS, Number(cpuMs)))
const cpuSecondsPerMillion = measure(Number(cpuMs))
const hash = createHash('sha256')
for (const input of inputs) hash.update(JSON.stringify(decoder.tell(input)))
const measured: Measured = { cpuSecondsPerMillion, hash: hash.digest('hex').slice(0, 12) }
process.stdout.write(`${JSON.stringify(measured)}\n`)

/** @returns CPU-seconds for a million items, which are microseconds for one. */
function measure(cpuMsWanted: number): number {
  const start = process.cpuUsage()
  let items = 0
  let usedUs = 0
  while (usedUs < cpuMsWanted * 1000) {
    for (const input of inputs) {
      if (!decoder.decode(input)) throw new Error('a decoder refused a good request')
      items += ITEMS
    }
    const { user, system } = process.cpuUsage(start)
    usedUs = user + system
  }
  return usedUs / items
}

async function decoderNamed(): Promise<Decoder> {
  switch (name) {
    case 'walker':
      return walker(true)
    case 'walker, nothing wanted':
      return walker(false)
    case 'check and count':
      return bare((bytes) => countItems(signal, bytes))
    case 'protobufjs static':
      return objects(await staticDecode())
    case 'protobufjs reflection':
      return objects((bytes) => messageType(requestTypeName(signal)).decode(bytes))
    case 'protobuf to JSON':
      return bare((bytes) => protoToJson(signal, bytes))
    case 'JSON to protobuf':
      return bare((bytes) => jsonToProto(signal, bytes))
    default:
      throw new Error(`no decoder ${name}`)
  }
}

/** Readers whose result has another form: only the number of bytes or items is told. */
function bare(decode: (bytes: Uint8Array) => unknown): Decoder {
  return {
    decode,
    tell(bytes) {
      const result = decode(bytes) as number | { length: number }
      return { items: typeof result === 'number' ? result : result.length, timesMs: 0, names: 0, values: 0 }
    },
  }
}

function walker(wanted: boolean): Decoder {
  const reader = createWalker()
  const wants = () => wanted
  const decode = (bytes: Uint8Array) => (signal === 'traces' ? reader.traces(bytes) : reader.metrics(bytes, wants))
  return {
    decode: (bytes) => decode(bytes).ok,
    tell(bytes) {
      const told: Told = { items: 0, timesMs: 0, names: 0, values: 0 }
      const spans = signal === 'traces' ? reader.traces(bytes) : undefined
      const points = signal === 'metrics' ? reader.metrics(bytes, wants) : undefined
      if (spans?.ok) {
        for (let row = 0; row < spans.count; row++) {
          add(told, spans.startMs[row]!, reader.text(spans.name[row]!), 0)
          told.timesMs += spans.endMs[row]! - EPOCH_MS
        }
      }
      if (points?.ok) {
        for (let row = 0; row < points.count; row++) {
          add(told, points.timeMs[row]!, reader.text(points.metric[row]!), points.value[row]!)
        }
      }
      return rounded(told)
    },
  }
}

/** The same from protobufjs' objects. */
function objects(decode: (bytes: Uint8Array) => object): Decoder {
  const ms = (nano: unknown) => Number(BigInt(String(nano))) / 1e6
  return {
    decode,
    tell(bytes) {
      const told: Told = { items: 0, timesMs: 0, names: 0, values: 0 }
      const request = decode(bytes) as Loose
      for (const resource of list(request.resourceSpans ?? request.resourceMetrics)) {
        for (const scope of list(resource.scopeSpans ?? resource.scopeMetrics)) {
          for (const span of list(scope.spans)) {
            add(told, ms(span.startTimeUnixNano), String(span.name), 0)
            told.timesMs += ms(span.endTimeUnixNano) - EPOCH_MS
          }
          for (const metric of list(scope.metrics)) {
            const data = (metric.gauge ?? metric.sum ?? metric.histogram) as Loose
            for (const point of list(data.dataPoints)) {
              const value =
                metric.histogram != null ? point.count : point.value === 'asInt' ? point.asInt : point.asDouble
              add(told, ms(point.timeUnixNano), String(metric.name), Number(value))
            }
          }
        }
      }
      return rounded(told)
    },
  }
}

type Loose = Readonly<Record<string, unknown>>

function list(value: unknown): readonly Loose[] {
  return (value as readonly Loose[] | null | undefined) ?? []
}

function add(told: Told, timeMs: number, text: string, value: number): void {
  told.items += 1
  told.timesMs += timeMs - EPOCH_MS
  told.names += text.length
  told.values += value
}

function rounded({ items, timesMs, names, values }: Told): Told {
  return { items, timesMs: Math.round(timesMs), names, values: Math.round(values) }
}

/** pbjs' static code, which the parent process had made. */
async function staticDecode(): Promise<(bytes: Uint8Array) => object> {
  let type = (await import(pathToFileURL(staticCode).href)) as Record<string, unknown>
  for (const step of requestTypeName(signal).split('.')) type = type[step] as Record<string, unknown>
  return (type as unknown as { decode(bytes: Uint8Array): object }).decode
}

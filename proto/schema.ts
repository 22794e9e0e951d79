/**
 * OTLP's messages as one table, read at load: what the structural check, the JSON reader and the JSON writer go by.
 * A test holds it against the `.proto` files beside it.
 *
 * A field is written `name:kind=number`, with `*` for repeated, `?` for a scalar whose presence matters, `|` for a
 * member of a oneof; what does not fit a line goes on indented. Order is that of the `.proto` files: JSON is written in it.
 */
import { WIRE } from './wire.ts'

/** How a value looks on the wire and in JSON. `trace` and `span` are ids: bytes of fixed length, hex in JSON. */
export type Scalar =
  | 'string'
  | 'bytes'
  | 'trace'
  | 'span'
  | 'bool'
  | 'int32'
  | 'uint32'
  | 'sint32'
  | 'int64'
  | 'uint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed64'
  | 'double'

/** One field of a message as the structural check and the JSON codec see it. */
export interface Field {
  readonly name: string
  readonly number: number
  /** Place in the message's `fields`. */
  readonly order: number
  /** Scalar kind; `int32` for enums; 'message' when `message` is set. */
  readonly kind: Scalar | 'message'
  readonly repeated: boolean
  /** Written even when zero: member of a oneof, or `optional`. */
  readonly presence: boolean
  readonly oneof: boolean
  /** A single message outside a oneof: JSON has it even when the wire does not. */
  readonly always: boolean
  /** Number and wire type as they stand before a value; of a packed field, before all of them. */
  readonly tag: number
  /** Repeated numbers: written as one value of a length. */
  readonly packed: boolean
  readonly message?: Message
  /** Values of an enum by their names. */
  readonly names?: ReadonlyMap<string, number>
}

/** One message type, its fields by number. */
export interface Message {
  readonly name: string
  /** Place in `MESSAGES`. */
  readonly index: number
  readonly fields: readonly Field[]
  readonly byNumber: readonly (Field | undefined)[]
  /** By JSON name, and by the name in the `.proto` file, which the Collector accepts too. */
  readonly byName: ReadonlyMap<string, Field>
}

const ENUMS: Readonly<Record<string, ReadonlyMap<string, number>>> = {
  SpanKind: names('SPAN_KIND_', 'UNSPECIFIED INTERNAL SERVER CLIENT PRODUCER CONSUMER'),
  StatusCode: names('STATUS_CODE_', 'UNSET OK ERROR'),
  AggregationTemporality: names('AGGREGATION_TEMPORALITY_', 'UNSPECIFIED DELTA CUMULATIVE'),
  SeverityNumber: names(
    'SEVERITY_NUMBER_',
    `UNSPECIFIED ${['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].map((n) => `${n} ${n}2 ${n}3 ${n}4`).join(' ')}`,
  ),
}

const DEFINITIONS = `
AnyValue stringValue:string|=1 boolValue:bool|=2 intValue:int64|=3 doubleValue:double|=4 arrayValue:ArrayValue|=5
  kvlistValue:KeyValueList|=6 bytesValue:bytes|=7 stringValueStrindex:int32|=8
ArrayValue values:AnyValue*=1
KeyValueList values:KeyValue*=1
KeyValue key:string=1 value:AnyValue=2 keyStrindex:int32=3
InstrumentationScope name:string=1 version:string=2 attributes:KeyValue*=3 droppedAttributesCount:uint32=4
EntityRef schemaUrl:string=1 type:string=2 idKeys:string*=3 descriptionKeys:string*=4
Resource attributes:KeyValue*=1 droppedAttributesCount:uint32=2 entityRefs:EntityRef*=3
ExportTraceServiceRequest resourceSpans:ResourceSpans*=1
ResourceSpans resource:Resource=1 scopeSpans:ScopeSpans*=2 schemaUrl:string=3
ScopeSpans scope:InstrumentationScope=1 spans:Span*=2 schemaUrl:string=3
Span traceId:trace=1 spanId:span=2 traceState:string=3 parentSpanId:span=4 flags:fixed32=16 name:string=5
  kind:SpanKind=6 startTimeUnixNano:fixed64=7 endTimeUnixNano:fixed64=8 attributes:KeyValue*=9
  droppedAttributesCount:uint32=10 events:Event*=11 droppedEventsCount:uint32=12 links:Link*=13
  droppedLinksCount:uint32=14 status:Status=15
Event timeUnixNano:fixed64=1 name:string=2 attributes:KeyValue*=3 droppedAttributesCount:uint32=4
Link traceId:trace=1 spanId:span=2 traceState:string=3 attributes:KeyValue*=4 droppedAttributesCount:uint32=5
  flags:fixed32=6
Status message:string=2 code:StatusCode=3
ExportMetricsServiceRequest resourceMetrics:ResourceMetrics*=1
ResourceMetrics resource:Resource=1 scopeMetrics:ScopeMetrics*=2 schemaUrl:string=3
ScopeMetrics scope:InstrumentationScope=1 metrics:Metric*=2 schemaUrl:string=3
Metric name:string=1 description:string=2 unit:string=3 gauge:Gauge|=5 sum:Sum|=7 histogram:Histogram|=9
  exponentialHistogram:ExponentialHistogram|=10 summary:Summary|=11 metadata:KeyValue*=12
Gauge dataPoints:NumberDataPoint*=1
Sum dataPoints:NumberDataPoint*=1 aggregationTemporality:AggregationTemporality=2 isMonotonic:bool=3
Histogram dataPoints:HistogramDataPoint*=1 aggregationTemporality:AggregationTemporality=2
ExponentialHistogram dataPoints:ExponentialHistogramDataPoint*=1 aggregationTemporality:AggregationTemporality=2
Summary dataPoints:SummaryDataPoint*=1
NumberDataPoint attributes:KeyValue*=7 startTimeUnixNano:fixed64=2 timeUnixNano:fixed64=3 asDouble:double|=4
  asInt:sfixed64|=6 exemplars:Exemplar*=5 flags:uint32=8
HistogramDataPoint attributes:KeyValue*=9 startTimeUnixNano:fixed64=2 timeUnixNano:fixed64=3 count:fixed64=4
  sum:double?=5 bucketCounts:fixed64*=6 explicitBounds:double*=7 exemplars:Exemplar*=8 flags:uint32=10
  min:double?=11 max:double?=12
ExponentialHistogramDataPoint attributes:KeyValue*=1 startTimeUnixNano:fixed64=2 timeUnixNano:fixed64=3
  count:fixed64=4 sum:double?=5 scale:sint32=6 zeroCount:fixed64=7 positive:Buckets=8 negative:Buckets=9
  flags:uint32=10 exemplars:Exemplar*=11 min:double?=12 max:double?=13 zeroThreshold:double=14
Buckets offset:sint32=1 bucketCounts:uint64*=2
SummaryDataPoint attributes:KeyValue*=7 startTimeUnixNano:fixed64=2 timeUnixNano:fixed64=3 count:fixed64=4
  sum:double=5 quantileValues:ValueAtQuantile*=6 flags:uint32=8
ValueAtQuantile quantile:double=1 value:double=2
Exemplar filteredAttributes:KeyValue*=7 timeUnixNano:fixed64=2 asDouble:double|=3 asInt:sfixed64|=6 traceId:trace=5
  spanId:span=4
ExportLogsServiceRequest resourceLogs:ResourceLogs*=1
ResourceLogs resource:Resource=1 scopeLogs:ScopeLogs*=2 schemaUrl:string=3
ScopeLogs scope:InstrumentationScope=1 logRecords:LogRecord*=2 schemaUrl:string=3
LogRecord timeUnixNano:fixed64=1 observedTimeUnixNano:fixed64=11 severityNumber:SeverityNumber=2
  severityText:string=3 body:AnyValue=5 attributes:KeyValue*=6 droppedAttributesCount:uint32=7 flags:fixed32=8
  traceId:trace=9 spanId:span=10 eventName:string=12
`

/** Every message of OTLP that arrives here. */
export const MESSAGES: readonly Message[] = parse(DEFINITIONS)

/** @example messageNamed('Span').fields.length // => 16 */
export function messageNamed(name: string): Message {
  const found = MESSAGES.find((message) => message.name === name)
  if (found === undefined) throw new Error(`no message ${name} in the schema`)
  return found
}

function parse(definitions: string): readonly Message[] {
  const lines = definitions.trim().split(/\n(?! )/)
  const messages = lines.map((line, index) => {
    const fields: Field[] = []
    return { name: line.split(' ', 1)[0]!, index, fields, byNumber: [] as Field[], byName: new Map<string, Field>() }
  })
  const byName = new Map(messages.map((message) => [message.name, message]))
  for (const [index, line] of lines.entries()) {
    for (const [, name, kind, mark, number] of line.matchAll(/(\w+):(\w+)([*?|]?)=(\d+)/g)) {
      const { fields, byNumber, byName: names } = messages[index]!
      const field = { ...fieldOf(name!, kind!, mark!, Number(number), byName), order: fields.length }
      fields.push(field)
      byNumber[field.number] = field
      names.set(field.name, field)
      names.set(snakeCase(field.name), field)
    }
  }
  return messages
}

function fieldOf(
  name: string,
  kind: string,
  mark: string,
  number: number,
  messages: Map<string, Message>,
): Omit<Field, 'order'> {
  const message = messages.get(kind)
  const names = ENUMS[kind]
  const packed = mark === '*' && message === undefined && wireType(kind as Scalar) !== WIRE.bytes
  const wire =
    packed || message !== undefined ? WIRE.bytes : names !== undefined ? WIRE.varint : wireType(kind as Scalar)
  return {
    name,
    number,
    kind: message !== undefined ? 'message' : names !== undefined ? 'int32' : (kind as Scalar),
    repeated: mark === '*',
    presence: mark === '?' || mark === '|',
    oneof: mark === '|',
    always: message !== undefined && mark === '',
    tag: number * 8 + wire,
    packed,
    ...(message !== undefined && { message }),
    ...(names !== undefined && { names }),
  }
}

function wireType(kind: Scalar): number {
  switch (kind) {
    case 'string':
    case 'bytes':
    case 'trace':
    case 'span':
      return WIRE.bytes
    case 'fixed64':
    case 'sfixed64':
    case 'double':
      return WIRE.fixed64
    case 'fixed32':
      return WIRE.fixed32
    default:
      return WIRE.varint
  }
}

function names(prefix: string, words: string): ReadonlyMap<string, number> {
  return new Map(words.split(' ').map((word, value) => [prefix + word, value]))
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

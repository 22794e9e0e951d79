/**
 * OTLP messages as plain objects, for what is too rare to need the walker: findings that we write, answers, tests.
 *
 * Names are those of OTLP/JSON. Times are nanoseconds as bigint or decimal string, since a JavaScript number cannot
 * hold them. Ids are bytes or hex text. Decoded objects have strings for 64-bit numbers and `Uint8Array` for ids.
 */

/** A 64-bit whole number: bigint or decimal text; a number only where it is a safe integer. */
export type Int64 = bigint | string | number

/** A trace or span id: 16 or 8 bytes, or their hex text. */
export type Id = Uint8Array | string

/** One value, exactly one of its fields set; none at all is the empty value. */
export interface AnyValue {
  readonly stringValue?: string
  readonly boolValue?: boolean
  readonly intValue?: Int64
  readonly doubleValue?: number
  readonly arrayValue?: { readonly values?: readonly AnyValue[] }
  readonly kvlistValue?: { readonly values?: readonly KeyValue[] }
  readonly bytesValue?: Uint8Array
}

/** An attribute. */
export interface KeyValue {
  readonly key: string
  readonly value?: AnyValue
}

/** What telemetry is of: a service instance, a pod, a host. */
export interface Resource {
  readonly attributes?: readonly KeyValue[]
  readonly droppedAttributesCount?: number
  readonly entityRefs?: readonly EntityRef[]
}

/** Which attributes of a resource identify an entity, and which describe it. */
export interface EntityRef {
  readonly schemaUrl?: string
  readonly type?: string
  readonly idKeys?: readonly string[]
  readonly descriptionKeys?: readonly string[]
}

/** The instrumentation library that made the telemetry. */
export interface Scope {
  readonly name?: string
  readonly version?: string
  readonly attributes?: readonly KeyValue[]
  readonly droppedAttributesCount?: number
}

/** `ExportTraceServiceRequest`. */
export interface TracesRequest {
  readonly resourceSpans?: readonly ResourceSpans[]
}

/** Spans of one resource, by scope. */
export interface ResourceSpans {
  readonly resource?: Resource
  readonly scopeSpans?: readonly {
    readonly scope?: Scope
    readonly spans?: readonly Span[]
    readonly schemaUrl?: string
  }[]
  readonly schemaUrl?: string
}

/** One operation of a trace; times in nanoseconds since 1970. */
export interface Span {
  readonly traceId?: Id
  readonly spanId?: Id
  readonly traceState?: string
  readonly parentSpanId?: Id
  readonly flags?: number
  readonly name?: string
  readonly kind?: number
  readonly startTimeUnixNano?: Int64
  readonly endTimeUnixNano?: Int64
  readonly attributes?: readonly KeyValue[]
  readonly droppedAttributesCount?: number
  readonly events?: readonly SpanEvent[]
  readonly droppedEventsCount?: number
  readonly links?: readonly SpanLink[]
  readonly droppedLinksCount?: number
  readonly status?: { readonly message?: string; readonly code?: number }
}

/** Something that happened at one moment of a span. */
export interface SpanEvent {
  readonly timeUnixNano?: Int64
  readonly name?: string
  readonly attributes?: readonly KeyValue[]
  readonly droppedAttributesCount?: number
}

/** Another span that has to do with this one without being its parent. */
export interface SpanLink {
  readonly traceId?: Id
  readonly spanId?: Id
  readonly traceState?: string
  readonly attributes?: readonly KeyValue[]
  readonly droppedAttributesCount?: number
  readonly flags?: number
}

/** `ExportMetricsServiceRequest`. */
export interface MetricsRequest {
  readonly resourceMetrics?: readonly ResourceMetrics[]
}

/** Metrics of one resource, by scope. */
export interface ResourceMetrics {
  readonly resource?: Resource
  readonly scopeMetrics?: readonly {
    readonly scope?: Scope
    readonly metrics?: readonly Metric[]
    readonly schemaUrl?: string
  }[]
  readonly schemaUrl?: string
}

/** One of the five kinds of data is set. */
export interface Metric {
  readonly name?: string
  readonly description?: string
  readonly unit?: string
  readonly gauge?: { readonly dataPoints?: readonly NumberDataPoint[] }
  readonly sum?: {
    readonly dataPoints?: readonly NumberDataPoint[]
    readonly aggregationTemporality?: number
    readonly isMonotonic?: boolean
  }
  readonly histogram?: { readonly dataPoints?: readonly HistogramDataPoint[]; readonly aggregationTemporality?: number }
  readonly exponentialHistogram?: {
    readonly dataPoints?: readonly ExponentialHistogramDataPoint[]
    readonly aggregationTemporality?: number
  }
  readonly summary?: { readonly dataPoints?: readonly SummaryDataPoint[] }
  readonly metadata?: readonly KeyValue[]
}

/** What every data point has. `flags` bit 0: no recorded value. */
export interface DataPoint {
  readonly attributes?: readonly KeyValue[]
  readonly startTimeUnixNano?: Int64
  readonly timeUnixNano?: Int64
  readonly flags?: number
}

/** A point of a gauge or sum: `asDouble` or `asInt`. */
export interface NumberDataPoint extends DataPoint {
  readonly asDouble?: number
  readonly asInt?: Int64
  readonly exemplars?: readonly Exemplar[]
}

/** A point of a histogram with explicit bounds: one bucket more than bounds. */
export interface HistogramDataPoint extends DataPoint {
  readonly count?: Int64
  readonly sum?: number
  readonly bucketCounts?: readonly Int64[]
  readonly explicitBounds?: readonly number[]
  readonly exemplars?: readonly Exemplar[]
  readonly min?: number
  readonly max?: number
}

/** A point of a base-2 exponential histogram. */
export interface ExponentialHistogramDataPoint extends DataPoint {
  readonly count?: Int64
  readonly sum?: number
  readonly scale?: number
  readonly zeroCount?: Int64
  readonly positive?: { readonly offset?: number; readonly bucketCounts?: readonly Int64[] }
  readonly negative?: { readonly offset?: number; readonly bucketCounts?: readonly Int64[] }
  readonly exemplars?: readonly Exemplar[]
  readonly min?: number
  readonly max?: number
  readonly zeroThreshold?: number
}

/** A point of a summary: quantiles computed by the sender. */
export interface SummaryDataPoint extends DataPoint {
  readonly count?: Int64
  readonly sum?: number
  readonly quantileValues?: readonly { readonly quantile?: number; readonly value?: number }[]
}

/** A single measurement behind a point, with the trace it came from. */
export interface Exemplar {
  readonly filteredAttributes?: readonly KeyValue[]
  readonly timeUnixNano?: Int64
  readonly asDouble?: number
  readonly asInt?: Int64
  readonly spanId?: Id
  readonly traceId?: Id
}

/** `ExportLogsServiceRequest`. */
export interface LogsRequest {
  readonly resourceLogs?: readonly ResourceLogs[]
}

/** Log records of one resource, by scope. */
export interface ResourceLogs {
  readonly resource?: Resource
  readonly scopeLogs?: readonly {
    readonly scope?: Scope
    readonly logRecords?: readonly LogRecord[]
    readonly schemaUrl?: string
  }[]
  readonly schemaUrl?: string
}

/** A log record; an event when `eventName` is not empty. */
export interface LogRecord {
  readonly timeUnixNano?: Int64
  readonly observedTimeUnixNano?: Int64
  readonly severityNumber?: number
  readonly severityText?: string
  readonly body?: AnyValue
  readonly attributes?: readonly KeyValue[]
  readonly droppedAttributesCount?: number
  readonly flags?: number
  readonly traceId?: Id
  readonly spanId?: Id
  readonly eventName?: string
}

/**
 * `Export…ServiceResponse` of any signal. Nothing set: all taken. `rejected` 0 with a message: all taken, with a
 * warning.
 */
export interface ExportAnswer {
  readonly partialSuccess?: { readonly rejected: number; readonly errorMessage: string }
}

/** `google.rpc.Status` with the two details that OTLP uses. */
export interface RpcStatus {
  /** A google.rpc.Code: 3 INVALID_ARGUMENT, 8 RESOURCE_EXHAUSTED, 13 INTERNAL, 14 UNAVAILABLE … */
  readonly code: number
  readonly message: string
  /** RetryInfo: when to come back. */
  readonly retryAfterMs?: number
  /** BadRequest: which fields are wrong. */
  readonly violations?: readonly { readonly field: string; readonly description: string }[]
}

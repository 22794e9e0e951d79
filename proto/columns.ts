/**
 * What the walker reads from a request: columns, not objects.
 *
 * Strings are small numbers (see `Interner`): 0 is the empty string, 1 stands for "table full". Resources and sets of
 * attributes are numbers too: each is decoded once, when its bytes are first seen. All columns are reused by the next
 * walk: read them, or copy what you keep.
 */

/** Spans of one request, one row a span. */
export interface SpanColumns {
  /** Tells columns from a `Malformed`. */
  readonly ok: true
  /** Rows in use. */
  count: number
  /** Spans in the request: as many as rows, but for spans beyond `rowsMax`, which are checked and counted only. */
  items: number
  /** Resource number, into `Resources`. */
  resource: Uint32Array
  /** The trace id's 16 bytes as four big-endian words, `[row * 4 + word]`. */
  trace: Uint32Array
  spanHi: Uint32Array
  spanLo: Uint32Array
  /** 0, 0 for a root. */
  parentHi: Uint32Array
  parentLo: Uint32Array
  /** `SpanKind` as on the wire: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: Uint8Array
  /** Bits 0-7: flags of W3C trace context; bit 8: bit 9 is known; bit 9: the parent is in another process. */
  flags: Uint32Array
  /** Status code: 0 unset, 1 ok, 2 error. */
  status: Uint8Array
  /** Start and end, milliseconds since 1970 (fractions kept to about a microsecond). */
  startMs: Float64Array
  endMs: Float64Array
  /** Interned span name. */
  name: Uint32Array
  /** Interned `http.route`, 0 when absent. */
  route: Uint32Array
  /**
   * Interned path of `http.target` or `url.path`, already templated by `templatePath` so that it is few; 0 when absent,
   * when the span has a route or is no server's. Servers without a framework name their spans just `POST`: this is what
   * tells them apart.
   */
  path: Uint32Array
  /** Interned `http.request.method` or `http.method`, 0 when absent. */
  method: Uint32Array
  /**
   * Interned name of the other side where a client, producer or consumer span tells of one that may not be
   * instrumented; 0 when it does not, and for other kinds, whose `server.address` is their own.
   */
  peer: Uint32Array
  /** What `peer` names, a `PeerKind`. */
  peerKind: Uint8Array
  /** Calls this span stands for: 1, or more under consistent sampling (`tracestate` `ot=th:…`), a multiple of 1/1024. */
  weight: Float64Array
}

/** Values of `peerKind`: what kind of other side a span names. */
export const PEER_KIND = { none: 0, service: 1, database: 2, messaging: 3, address: 4 } as const

/** Data points of one request, one row a point, of the metrics that were asked for. */
export interface PointColumns {
  /** Tells columns from a `Malformed`. */
  readonly ok: true
  count: number
  /** All data points in the request, of metrics asked for or not. */
  items: number
  resource: Uint32Array
  /** Interned metric name and unit. */
  metric: Uint32Array
  unit: Uint32Array
  type: Uint8Array
  /** 0 unspecified (gauges), 1 delta, 2 cumulative. */
  temporality: Uint8Array
  monotonic: Uint8Array
  /** Number of the point's attribute set, into `AttributeSets`. */
  attributes: Uint32Array
  /** `start_time_unix_nano` and `time_unix_nano` in milliseconds since 1970; 0 when absent. */
  startMs: Float64Array
  timeMs: Float64Array
  /** Gauge and sum: the value. Histograms and summaries: the count. NaN with the NoRecordedValue flag. */
  value: Float64Array
  /** Histograms and summaries: the sum; else NaN. */
  sum: Float64Array
}

/** Values of `type`: the field of `Metric` that held the point. */
export const POINT_TYPE = { gauge: 1, sum: 2, histogram: 3, exponentialHistogram: 4, summary: 5 } as const

/** Attribute values as text: numbers and booleans as JSON writes them, arrays and maps as JSON, no value as ''. */
export type Attributes = ReadonlyMap<string, string>

/** What the numbers in the columns stand for. Whoever caches by number looks at `generation` first. */
export interface ColumnTables {
  /** The text of an interned string. */
  text(id: number): string
  resource(id: number): Attributes
  attributes(id: number): Attributes
  /** Grows whenever numbers given before lose their meaning: between two walks the tables were begun anew. */
  readonly generation: number
}

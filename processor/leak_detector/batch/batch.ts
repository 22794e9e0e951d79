/**
 * The batch of mergeable cells: the only thing that moves.
 *
 * An ingest thread hands it to the engine, a replica sends it to its fellows, the log keeps it. It has one meaning:
 * "this origin says that these cells now hold this". Saying it twice, late or in another order changes nothing, since
 * each cell belongs to one origin, a cell of a higher revision replaces one of a lower, and readers combine over
 * origins (sum, minimum, latest, as each row says).
 */

/** Who wrote: one process life of one thread of one replica. */
export interface Origin {
  /** The replica's name, unique in the mesh. */
  readonly node: string
  readonly thread: number
  /** Grows with each restart; the start time in milliseconds will do. */
  readonly incarnation: number
}

/** What one origin says at one moment: a dictionary and four tables. */
export interface Batch {
  readonly origin: Origin
  /** Grows with each batch of the origin: the revision of every cell in it. */
  readonly sequence: number
  /** The batch's own dictionary in order of first use; 0 is ''. Every `…Text` column points into it. */
  readonly strings: readonly string[]
  readonly instances: InstanceRows
  readonly spans: SpanRows
  readonly windows: WindowRows
  readonly edges: EdgeRows
}

/** Tables are columns of equal length; `count` rows are in use. */
export interface Rows {
  readonly count: number
}

/** A running copy of a service. Read over origins: the latest row by `lastSeenMs`; `firstSeenMs` the smallest. */
export interface InstanceRows extends Rows {
  /**
   * `service.namespace`, `service.name`. The name is '' only where something else tells of the instance (kubelet,
   * k8s_cluster): readers join it by `pod` and `container` to the service that runs there.
   */
  readonly namespaceText: Uint32Array
  readonly serviceText: Uint32Array
  /** Identity within the service: `service.instance.id`, else pod uid + container + restart count, else host and pid. */
  readonly instanceText: Uint32Array
  readonly versionText: Uint32Array
  /** `telemetry.sdk.language` or what the metrics betray: nodejs, java, go, python, dotnet, ''. */
  readonly runtimeText: Uint32Array
  /** `k8s.pod.uid`, else namespace/name of the pod; '' outside of Kubernetes. And `k8s.container.name`. */
  readonly podText: Uint32Array
  readonly containerText: Uint32Array
  /** The resource as an OTLP `Resource` in JSON, canonical: what a finding is reported on. */
  readonly resourceText: Uint32Array
  /** Start of the process, milliseconds since 1970; 0 unknown. */
  readonly startMs: Float64Array
  readonly firstSeenMs: Float64Array
  readonly lastSeenMs: Float64Array
}

/** A span as far as the graph needs it. Read over origins: union by trace and span id. */
export interface SpanRows extends Rows {
  /** Row in this batch's `instances`. */
  readonly instance: Uint32Array
  readonly trace: Uint32Array
  readonly spanHi: Uint32Array
  readonly spanLo: Uint32Array
  readonly parentHi: Uint32Array
  readonly parentLo: Uint32Array
  readonly kind: Uint8Array
  readonly failed: Uint8Array
  readonly startMs: Float64Array
  readonly endMs: Float64Array
  /** Low-cardinality name: method and route, rpc method, span name. */
  readonly operationText: Uint32Array
  readonly peerText: Uint32Array
  readonly peerKind: Uint8Array
  readonly weight: Float64Array
}

/**
 * One component of one metric of one instance in one step of event time. Origins each saw other points, so reading
 * adds `n` and `sum`, takes the least `min`, the greatest `max`, and the `last` with the greatest `lastMs`.
 */
export interface WindowRows extends Rows {
  readonly instance: Uint32Array
  /** Metric name as sent. */
  readonly metricText: Uint32Array
  /** Which part of it: the heap space or pool, the operation of a duration histogram; '' when the metric has no parts. */
  readonly componentText: Uint32Array
  /** 0 gauge or non-monotonic sum · 1 cumulative counter (`last` counts) · 2 delta counter (`sum` counts). */
  readonly shape: Uint8Array
  /** Start of the step, milliseconds since 1970, a multiple of the step. */
  readonly windowMs: Float64Array
  readonly n: Float64Array
  readonly min: Float64Array
  readonly max: Float64Array
  readonly sum: Float64Array
  readonly last: Float64Array
  readonly lastMs: Float64Array
  /** `start_time_unix_nano` of the stream in milliseconds, 0 when absent: a change is a reset. */
  readonly streamStartMs: Float64Array
}

/** Calls between two operations in one step. Read over origins: sums; the largest of the exemplars by id. */
export interface EdgeRows extends Rows {
  readonly callerNamespaceText: Uint32Array
  readonly callerServiceText: Uint32Array
  /** The caller's own operation that made the call; '' unknown. */
  readonly callerOperationText: Uint32Array
  readonly calleeNamespaceText: Uint32Array
  readonly calleeServiceText: Uint32Array
  readonly calleeInstanceText: Uint32Array
  readonly calleeOperationText: Uint32Array
  /** An `EdgeKind`. */
  readonly kind: Uint8Array
  readonly windowMs: Float64Array
  /** Sampling-adjusted. */
  readonly calls: Float64Array
  readonly errors: Float64Array
  /** Sum of the callee's durations, microseconds, whole numbers. */
  readonly durationUs: Float64Array
  /** One trace id, hex; '' none. */
  readonly exemplarText: Uint32Array
}

/** What a call is: between services, by message, to a database, to what is not instrumented, from outside. */
export const EDGE_KIND = { call: 0, messaging: 1, database: 2, virtual: 3, root: 4 } as const

/** How the points of a cell count: as they are, as running totals, as differences. */
export const WINDOW_SHAPE = { gauge: 0, cumulative: 1, delta: 2 } as const

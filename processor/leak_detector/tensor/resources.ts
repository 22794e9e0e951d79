/**
 * Every metric that tells something of a leak, in one table: what resource it measures, which of its points count, and
 * its rank. The same bytes are often told by several metrics (heap in use, resident memory, working set of the
 * container); only the metric of the lowest rank that an instance sends is watched, so that nothing is counted twice.
 *
 * The nearer to the allocator, the lower the rank: what survives collection shows bytes kept a call, resident memory
 * shows those plus pages that the allocator holds on to. Sources: semantic conventions 1.44 and what stock SDKs send.
 */

import type { Attributes } from '../../../proto/columns.ts'

/** What can run out. `calls` is the work that is done meanwhile. */
export type ResourceName =
  | 'memory'
  | 'heap'
  | 'native'
  | 'fd'
  | 'thread'
  | 'goroutine'
  | 'connection'
  | 'handle'
  | 'queue'

/** Who says where the limit is: `leak.limit.source`. */
export type LimitSource = 'container' | 'jvm' | 'v8' | 'go' | 'host'

/** What a metric is for. */
export type MetricRole =
  | { readonly kind: 'level'; readonly resource: ResourceName; readonly rank: number }
  | { readonly kind: 'limit'; readonly resource: ResourceName; readonly source: LimitSource }
  | { readonly kind: 'calls'; readonly us: number }
  | { readonly kind: 'restarts' }

/** One metric and what is known of it. */
export interface MetricRow {
  readonly name: string
  readonly role: MetricRole
  readonly unit: string
  /** Attribute values that a point must have to count: the name of the attribute, and a pattern. */
  readonly only?: readonly [attribute: string, pattern: RegExp]
  /** Factor to the unit; 1 when absent. */
  readonly scale?: number
}

/** Pools of the old generation by collector: G1, Parallel, Serial, CMS, ZGC, Shenandoah, OpenJ9. */
const OLD_POOL = /Old Gen|Tenured|^ZHeap$|^Shenandoah$|^ZGC Old|tenured/
/** Large objects are allocated outside of the old space and stay there: a leak of big buffers shows only in theirs. */
const V8_KEPT = /^(old_space|large_object_space)$/
const GEN_KEPT = /^(gen2|loh|poh)$/

function level(
  name: string,
  resource: ResourceName,
  rank: number,
  extra: Omit<MetricRow, 'name' | 'role' | 'unit'> & { readonly unit?: string } = {},
): MetricRow {
  const { unit, ...rest } = extra
  const isBytes = resource === 'memory' || resource === 'heap' || resource === 'native'
  return { name, role: { kind: 'level', resource, rank }, unit: unit ?? (isBytes ? 'By' : `{${resource}}`), ...rest }
}

function limit(
  name: string,
  resource: ResourceName,
  source: LimitSource,
  extra: Pick<MetricRow, 'only' | 'scale'> = {},
): MetricRow {
  return { name, role: { kind: 'limit', resource, source }, unit: 'By', ...extra }
}

function calls(name: string, us: number): MetricRow {
  return { name, role: { kind: 'calls', us }, unit: us === 1_000_000 ? 's' : 'ms' }
}

/** The table. Order does not matter. */
export const METRICS: readonly MetricRow[] = [
  // Java. Summed over pools `used_after_last_gc` falls while the heap leaks, since eden and survivor dominate it.
  level('jvm.memory.used', 'heap', 1, { only: ['jvm.memory.pool.name', OLD_POOL] }),
  level('jvm.memory.used_after_last_gc', 'heap', 2, { only: ['jvm.memory.pool.name', OLD_POOL] }),
  level('process.runtime.jvm.memory.usage', 'heap', 3, { only: ['pool', OLD_POOL] }),
  level('process.runtime.jvm.memory.usage_after_last_gc', 'heap', 4, { only: ['pool', OLD_POOL] }),
  level('jvm.buffer.memory.used', 'native', 8),
  level('process.runtime.jvm.buffer.usage', 'native', 9),
  level('jvm.thread.count', 'thread', 1),
  level('process.runtime.jvm.threads.count', 'thread', 2),
  level('jvm.file_descriptor.count', 'fd', 2),
  limit('jvm.memory.limit', 'heap', 'jvm', { only: ['jvm.memory.pool.name', OLD_POOL] }),
  limit('process.runtime.jvm.memory.limit', 'heap', 'jvm', { only: ['pool', OLD_POOL] }),
  // Node. `v8js.memory.heap.limit` is the size of a space, not a limit (the conventions renamed it): see `limits.ts`.
  level('v8js.memory.heap.used', 'heap', 1, { only: ['v8js.heap.space.name', V8_KEPT] }),
  level('v8js.resource.active', 'handle', 1, { unit: '{resource}' }),
  // Go. The goal is live heap × (1 + GOGC/100); with the default GOGC of 100 half of it is live.
  level('go.memory.gc.goal', 'heap', 1, { scale: 0.5 }),
  level('process.runtime.go.mem.heap_alloc', 'heap', 2),
  level('process.runtime.go.mem.heap_inuse', 'heap', 3),
  level('go.memory.used', 'heap', 4, { only: ['go.memory.type', /^other$/] }),
  level('go.goroutine.count', 'goroutine', 1),
  level('process.runtime.go.goroutines', 'goroutine', 2),
  limit('go.memory.limit', 'memory', 'go'),
  // .NET
  level('dotnet.gc.last_collection.heap.size', 'heap', 1, { only: ['dotnet.gc.heap.generation', GEN_KEPT] }),
  level('process.runtime.dotnet.gc.heap.size', 'heap', 2, { only: ['generation', GEN_KEPT] }),
  level('process.runtime.dotnet.gc.objects.size', 'heap', 3),
  level('dotnet.process.memory.working_set', 'memory', 5),
  level('dotnet.thread_pool.thread.count', 'thread', 3),
  level('dotnet.timer.count', 'handle', 2, { unit: '{timer}' }),
  level('kestrel.active_connections', 'connection', 3),
  // Python. `type` is rss or vms: adding them up counts ten times the truth.
  level('process.runtime.cpython.memory', 'memory', 7, { only: ['type', /^rss$/] }),
  level('process.runtime.cpython.thread_count', 'thread', 4),
  // Processes of any kind
  level('process.memory.usage', 'memory', 5),
  level('process.runtime.memory.rss', 'memory', 6),
  level('process.thread.count', 'thread', 5),
  level('process.threads', 'thread', 6),
  level('process.unix.file_descriptor.count', 'fd', 1, { unit: '{file_descriptor}' }),
  level('process.open_file_descriptor.count', 'fd', 3, { unit: '{file_descriptor}' }),
  level('process.open_file_descriptors', 'fd', 4, { unit: '{file_descriptor}' }),
  level('process.windows.handle.count', 'handle', 3),
  level('process.handles', 'handle', 4),
  // Containers and pods, as kubelet tells. Usage holds the page cache, which grows in any healthy process.
  level('container.memory.working_set', 'memory', 1),
  level('container.memory.rss', 'memory', 2),
  level('k8s.pod.memory.working_set', 'memory', 3),
  level('k8s.pod.memory.rss', 'memory', 4),
  limit('k8s.container.memory_limit', 'memory', 'container'),
  limit('k8s.container.memory.limit', 'memory', 'container'),
  limit('k8s.container.memory.limit.desired', 'memory', 'container'),
  limit('k8s.container.memory.limit.current', 'memory', 'container'),
  { name: 'k8s.container.restarts', role: { kind: 'restarts' }, unit: '{restart}' },
  { name: 'k8s.container.restart.count', role: { kind: 'restarts' }, unit: '{restart}' },
  // The host, for services that tell nothing of themselves
  level('system.memory.usage', 'memory', 9, { only: ['system.memory.state', /^used$/] }),
  limit('system.memory.limit', 'memory', 'host'),
  // Pools and queues
  level('db.client.connection.count', 'connection', 1, { only: ['db.client.connection.state', /^used$/] }),
  level('db.client.connections.usage', 'connection', 2, { only: ['state', /^used$/] }),
  level('db.client.connection.pending_requests', 'queue', 1, { unit: '{request}' }),
  level('db.client.connections.pending_requests', 'queue', 2, { unit: '{request}' }),
  // Work done: the count of a server's duration histogram
  calls('http.server.request.duration', 1_000_000),
  calls('http.server.duration', 1_000),
  calls('rpc.server.call.duration', 1_000_000),
  calls('rpc.server.duration', 1_000),
]

const BY_NAME: ReadonlyMap<string, MetricRow> = new Map(METRICS.map((row) => [row.name, row]))
/** Names worth decoding. */
export const METRIC_NAMES: ReadonlySet<string> = new Set(BY_NAME.keys())

/** The row of a metric; undefined when it tells nothing of leaks. */
export function metricRow(name: string): MetricRow | undefined {
  return BY_NAME.get(name)
}

/**
 * Which part of its metric a point is: the values of its attributes in the order of their names, those that `only` asks
 * for included; undefined when it does not count. Parts are summed when a series is read.
 *
 * @example metricComponent('jvm.memory.used', new Map([['jvm.memory.pool.name', 'G1 Old Gen']])) // => 'G1 Old Gen'
 */
export function metricComponent(name: string, point: Attributes): string | undefined {
  const row = BY_NAME.get(name)
  if (row === undefined) return undefined
  if (row.only !== undefined && !row.only[1].test(stateOf(point, row.only[0]))) return undefined
  return [...point.keys()]
    .toSorted()
    .map((key) => point.get(key))
    .join(',')
    .slice(0, COMPONENT_CHARS_MAX)
}

const COMPONENT_CHARS_MAX = 256

/** Older senders leave the namespace of an attribute out: `state` for `system.memory.state`. */
function stateOf(point: Attributes, attribute: string): string {
  return point.get(attribute) ?? point.get(attribute.slice(attribute.lastIndexOf('.') + 1)) ?? ''
}

/**
 * Microseconds in one unit of a server's duration histogram: by the unit it states, else by its name; 0 for others.
 */
export function durationUs(name: string, unit: string): number {
  const role = BY_NAME.get(name)?.role
  if (role?.kind !== 'calls') return 0
  return US_IN_UNIT.get(unit) ?? role.us
}

const US_IN_UNIT: ReadonlyMap<string, number> = new Map([
  ['s', 1_000_000],
  ['ms', 1_000],
  ['us', 1],
  ['ns', 0.001],
])

/** What the observer asks: see `Recogniser`. */
export const recogniseMetrics = { names: METRIC_NAMES, component: metricComponent, durationUs }

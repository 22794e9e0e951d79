/** What the stock instrumentation of each runtime says of one process, by the names it really uses. */
import { type EncodedAttributes, encodeAttributes, type Sample } from './encode.ts'
import { residentBytes } from './resident.ts'
import type { Copy } from './run.ts'
import type { Telling } from './telling.ts'

const MIB = 2 ** 20

const attributes = (key: string, value: string): EncodedAttributes => encodeAttributes(7, [[key, value]])

const V8 = 'v8js.heap.space.name'
const V8_SPACES = {
  old: attributes(V8, 'old_space'),
  large: attributes(V8, 'large_object_space'),
  young: attributes(V8, 'new_space'),
  code: attributes(V8, 'code_space'),
}
const pool = (key: string, name: string) => attributes(key, name)
const JVM = {
  new: {
    old: pool('jvm.memory.pool.name', 'G1 Old Gen'),
    young: pool('jvm.memory.pool.name', 'G1 Eden Space'),
    meta: pool('jvm.memory.pool.name', 'Metaspace'),
  },
  old: { old: pool('pool', 'G1 Old Gen'), young: pool('pool', 'G1 Eden Space'), meta: pool('pool', 'Metaspace') },
}
const GENERATION = 'dotnet.gc.heap.generation'
const DOTNET = {
  gen0: attributes(GENERATION, 'gen0'),
  gen2: attributes(GENERATION, 'gen2'),
  loh: attributes(GENERATION, 'loh'),
}
const GO_OTHER = attributes('go.memory.type', 'other')
const GO_STACK = attributes('go.memory.type', 'stack')
const CPYTHON = { rss: attributes('type', 'rss'), vms: attributes('type', 'vms') }

/** Everything that the SDK in the process sends, calls aside. */
export function runtimeSamples(copy: Copy, telling: Telling): Sample[] {
  switch (copy.service.runtime) {
    case 'node':
      return [...nodeHeap(copy), ...common(copy)]
    case 'jvm':
      return jvm(copy, telling)
    case 'go':
      return go(copy, telling)
    case 'dotnet':
      return [...dotnet(copy), ...common(copy)]
    case 'python':
      return python(copy)
    case 'bare':
      return common(copy)
  }
}

const sum = (name: string, value: number, unit = 'By', attributes?: EncodedAttributes): Sample => ({
  name,
  unit,
  kind: 'sum',
  value: Math.round(value),
  ...(attributes !== undefined && { attributes }),
})
const gauge = (name: string, value: number, unit = 'By', attributes?: EncodedAttributes): Sample => ({
  ...sum(name, value, unit, attributes),
  kind: 'gauge',
})

/** Old space fills with what survives; the young one is a sawtooth of its own. */
function nodeHeap({ levels, heap, startMs, served }: Copy): Sample[] {
  const young = ((startMs / 1000 + served.size * 7 + heap.garbageBytes) % (8 * MIB)) + MIB
  const used = (value: number, space: EncodedAttributes) => gauge('v8js.memory.heap.used', value, 'By', space)
  return [
    used(levels.live * 0.97 + heap.garbageBytes, V8_SPACES.old),
    used(levels.live * 0.03, V8_SPACES.large),
    used(young, V8_SPACES.young),
    used(2.5 * MIB, V8_SPACES.code),
  ]
}

function common(copy: Copy): Sample[] {
  const { levels } = copy
  return [
    sum('process.memory.usage', residentBytes(copy)),
    ...(levels.fd > 0 ? [sum('process.unix.file_descriptor.count', levels.fd, '{file_descriptor}')] : []),
    ...(levels.thread > 0 ? [sum('process.thread.count', levels.thread, '{thread}')] : []),
    ...(levels.handle > 0 ? [gauge('v8js.resource.active', levels.handle, '{resource}')] : []),
    ...pooled(copy),
  ]
}

/** Connections of a pool that are in use. */
function pooled({ levels }: Copy): Sample[] {
  if (levels.connection === 0) return []
  const used = attributes('db.client.connection.state', 'used')
  return [sum('db.client.connection.count', levels.connection, '{connection}', used)]
}

function jvm(copy: Copy, { names }: Telling): Sample[] {
  const { levels, heap, service, startMs } = copy
  const pools = JVM[names]
  const [used, after, limit] =
    names === 'new'
      ? ['jvm.memory.used', 'jvm.memory.used_after_last_gc', 'jvm.memory.limit']
      : [
          'process.runtime.jvm.memory.usage',
          'process.runtime.jvm.memory.usage_after_last_gc',
          'process.runtime.jvm.memory.limit',
        ]
  const ageHours = (copy.life.endMs - startMs) / 3_600_000
  const young = (heap.garbageBytes * 31) % (64 * MIB)
  return [
    sum(used, levels.live + heap.garbageBytes, 'By', pools.old),
    sum(used, young, 'By', pools.young),
    sum(used, 40 * MIB + Math.min(ageHours, 1) * 2 * MIB, 'By', pools.meta),
    sum(after, heap.liveAfterBytes, 'By', pools.old),
    ...(service.heapLimitBytes > 0 ? [sum(limit, service.heapLimitBytes, 'By', pools.old)] : []),
    sum(names === 'new' ? 'jvm.thread.count' : 'process.runtime.jvm.threads.count', 24 + levels.thread, '{thread}'),
    ...(levels.fd > 0 ? [sum('jvm.file_descriptor.count', levels.fd, '{file_descriptor}')] : []),
    ...pooled(copy),
  ]
}

function go(copy: Copy, { names }: Telling): Sample[] {
  const { levels, heap } = copy
  if (names === 'old')
    return [
      sum('process.runtime.go.mem.heap_alloc', levels.live + heap.garbageBytes),
      sum('process.runtime.go.goroutines', 12 + levels.goroutine, '{goroutine}'),
    ]
  const goal = 2 * Math.max(heap.liveAfterBytes, 4 * MIB)
  return [
    sum('go.memory.used', levels.live + heap.garbageBytes, 'By', GO_OTHER),
    sum('go.memory.used', MIB + levels.goroutine * 4096, 'By', GO_STACK),
    sum('go.memory.gc.goal', goal),
    sum('go.goroutine.count', 12 + levels.goroutine, '{goroutine}'),
    ...(levels.fd > 0 ? [sum('process.unix.file_descriptor.count', levels.fd, '{file_descriptor}')] : []),
  ]
}

function dotnet({ heap, levels }: Copy): Sample[] {
  const last = (value: number, generation: EncodedAttributes) =>
    sum('dotnet.gc.last_collection.heap.size', value, 'By', generation)
  const after = heap.liveAfterBytes === 0 ? levels.live * 0.2 : heap.liveAfterBytes
  return [last(MIB, DOTNET.gen0), last(after * 0.9, DOTNET.gen2), last(after * 0.1, DOTNET.loh)]
}

function python(copy: Copy): Sample[] {
  const { levels } = copy
  const rss = residentBytes(copy)
  return [
    sum('process.runtime.cpython.memory', rss, 'By', CPYTHON.rss),
    sum('process.runtime.cpython.memory', rss + 900 * MIB, 'By', CPYTHON.vms),
    sum('process.thread.count', 6 + levels.thread, '{thread}'),
    sum('process.open_file_descriptor.count', 14 + levels.fd, '{file_descriptor}'),
  ]
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from '../../../../processor/leak_detector/batch/batch.ts'
import { parseCallComponent } from '../../../../processor/leak_detector/batch/call_component.ts'
import { createTestIngest, type Sample } from '../engine/wire.ts'

const STEP = 60_000
const T0 = 1_700_000_040_000

/** Windows of a batch as objects. */
function windowsOf(batch: Batch) {
  const { windows, strings } = batch
  return Array.from({ length: windows.count }, (_, row) => ({
    metric: strings[windows.metricText[row]!]!,
    component: strings[windows.componentText[row]!]!,
    windowMs: windows.windowMs[row]!,
    n: windows.n[row]!,
    min: windows.min[row]!,
    max: windows.max[row]!,
    sum: windows.sum[row]!,
    last: windows.last[row]!,
    shape: windows.shape[row]!,
  }))
}

function observed(resource: Record<string, string>, samples: readonly Sample[]) {
  const ingest = createTestIngest(STEP)
  ingest.metrics(resource, T0, samples)
  return ingest.observer.drain()
}

test('[B1] a step sums up the points in it; the next step has a cell of its own', () => {
  const ingest = createTestIngest(STEP)
  const resource = { 'service.name': 'cart', 'service.instance.id': 'a' }
  for (const [at, value] of [10, 30, 20].entries()) {
    ingest.metrics(resource, T0 + at * 1000, [{ name: 'process.memory.usage', value }])
  }
  ingest.metrics(resource, T0 + STEP, [{ name: 'process.memory.usage', value: 50 }])
  const windows = windowsOf(ingest.drain())
  assert.equal(windows.length, 2)
  const [first, second] = windows
  assert.deepEqual([first!.n, first!.min, first!.max, first!.sum, first!.last], [3, 10, 30, 60, 20])
  assert.deepEqual([second!.n, second!.last, second!.windowMs - first!.windowMs], [1, 50, STEP])
})

test('[B2] a drain gives only what changed, with everything the cell holds', () => {
  const ingest = createTestIngest(STEP)
  const resource = { 'service.name': 'cart', 'service.instance.id': 'a' }
  ingest.metrics(resource, T0, [
    { name: 'process.memory.usage', value: 10 },
    { name: 'process.thread.count', value: 3 },
  ])
  const first = ingest.drain()
  assert.equal(first.windows.count, 2)
  assert.equal(ingest.observer.drain(), undefined)
  ingest.metrics(resource, T0 + 1, [{ name: 'process.memory.usage', value: 20 }])
  const second = ingest.drain()
  assert.equal(second.windows.count, 1)
  assert.equal(windowsOf(second)[0]!.n, 2)
  assert(second.sequence > first.sequence)
})

test('[B3] a retried export counts once', () => {
  const ingest = createTestIngest(STEP)
  const resource = { 'service.name': 'cart', 'service.instance.id': 'a' }
  for (let time = 0; time < 3; time++) ingest.metrics(resource, T0, [{ name: 'process.memory.usage', value: 10 }])
  assert.equal(windowsOf(ingest.drain())[0]!.n, 1)
})

test('[B4] what the product says of itself is not observed', () => {
  assert.equal(observed({ 'service.name': 'leakmesh' }, [{ name: 'process.memory.usage', value: 1 }]), undefined)
})

test('[B5] identity: stated, else pod and container, else host and process', () => {
  const cases: readonly (readonly [Record<string, string>, string, string])[] = [
    [{ 'service.name': 'a', 'service.instance.id': 'x', 'host.name': 'h' }, 'a', 'x'],
    [
      { 'service.name': 'a', 'k8s.pod.uid': 'u', 'k8s.container.name': 'c', 'k8s.container.restart_count': '2' },
      'a',
      'u/c/2',
    ],
    [{ 'service.name': 'a', 'k8s.pod.name': 'p', 'k8s.namespace.name': 'n' }, 'a', 'n/p'],
    [{ 'service.name': 'a', 'host.name': 'h', 'process.pid': '7' }, 'a', 'h:7'],
    [{ 'process.executable.name': 'java' }, 'unknown_service:java', ''],
    [{ 'k8s.pod.uid': 'u', 'k8s.container.name': 'c' }, '', 'u/c'],
  ]
  for (const [resource, service, instance] of cases) {
    const batch = observed(resource, [{ name: 'process.memory.usage', value: 1 }])
    assert(batch !== undefined)
    assert.equal(batch.strings[batch.instances.serviceText[0]!], service)
    assert.equal(batch.strings[batch.instances.instanceText[0]!], instance)
  }
})

test('[B6] only the parts of a metric that survive collection are observed', () => {
  const batch = observed({ 'service.name': 'a' }, [
    { name: 'v8js.memory.heap.used', value: 1, labels: { 'v8js.heap.space.name': 'new_space' } },
    { name: 'v8js.memory.heap.used', value: 2, labels: { 'v8js.heap.space.name': 'old_space' } },
    { name: 'jvm.memory.used', value: 3, as: 'updown', labels: { 'jvm.memory.pool.name': 'G1 Eden Space' } },
    { name: 'jvm.memory.used', value: 4, as: 'updown', labels: { 'jvm.memory.pool.name': 'G1 Old Gen' } },
    { name: 'process.runtime.cpython.memory', value: 5, as: 'updown', labels: { type: 'vms' } },
    { name: 'some.other.metric', value: 6 },
  ])
  assert.deepEqual(
    windowsOf(batch!).map(({ component }) => component),
    ['old_space', 'G1 Old Gen'],
  )
})

test('[B7] a server histogram gives calls and microseconds, one stream a set of attributes, seconds or milliseconds', () => {
  const labels = { 'http.request.method': 'POST', 'http.route': '/cart' }
  const batch = observed({ 'service.name': 'a' }, [
    { name: 'http.server.request.duration', value: 7, sum: 0.5, as: 'histogram', unit: 's', labels },
    {
      name: 'http.server.duration',
      value: 9,
      sum: 25,
      as: 'histogram',
      unit: 'ms',
      labels: { 'http.method': 'GET', 'http.target': '/p/17' },
    },
  ])
  const rows = windowsOf(batch!).map(({ component, last }) => ({ ...parseCallComponent(component), last }))
  assert.deepEqual(
    rows.toSorted((a, b) => b.last - a.last),
    [
      { operation: 'POST /cart', measure: 'us', last: 500_000 },
      { operation: 'GET /p/:id', measure: 'us', last: 25_000 },
      { operation: 'GET /p/:id', measure: 'calls', last: 9 },
      { operation: 'POST /cart', measure: 'calls', last: 7 },
    ],
  )
})

test('[B8] a span is named by method and route, its path when it has none, or its own name', () => {
  const ingest = createTestIngest(STEP)
  const base = { service: 'a', trace: 1, startMs: T0, kind: 'server' as const }
  ingest.spans([
    { ...base, id: 1, name: 'POST /cart', labels: { 'http.request.method': 'POST', 'http.route': '/cart' } },
    { ...base, id: 2, name: 'POST', labels: { 'http.method': 'POST', 'http.target': '/cart/8231?x=1' } },
    { ...base, id: 3, name: '/shop.Cart/Add' },
    { ...base, id: 4, name: 'poll orders' },
    { ...base, id: 5, name: 'inner', kind: 'internal' },
  ])
  const { spans, strings } = ingest.drain()
  assert.deepEqual(
    Array.from(spans.operationText, (text) => strings[text]),
    ['POST /cart', 'POST /cart/:id', 'shop.Cart/Add', 'poll orders', ''],
  )
})

test('[B9] beyond the limit operations are told as _other; beyond others the observer begins a new incarnation', () => {
  const ingest = createTestIngest(STEP, 0, { operationsMax: 3, seriesMax: 50 })
  for (let at = 0; at < 10; at++) {
    ingest.spans([{ service: 'a', trace: at + 1, id: at + 1, kind: 'server', name: `op ${at} x`, startMs: T0 }])
  }
  const { spans, strings } = ingest.drain()
  assert.deepEqual(new Set(Array.from(spans.operationText, (text) => strings[text])).size, 4)
  assert.equal(ingest.observer.counts.overflow, 7)
  for (let at = 0; at < 60; at++) {
    ingest.metrics({ 'service.name': `s${at}` }, T0, [{ name: 'process.memory.usage', value: 1 }])
  }
  const before = ingest.drain()
  ingest.metrics({ 'service.name': 'a' }, T0, [{ name: 'process.memory.usage', value: 1 }])
  const after = ingest.drain()
  assert.equal(ingest.observer.counts.restarts, 1)
  assert.equal(after.origin.incarnation, before.origin.incarnation + 1)
  assert.equal(after.instances.count, 1)
})

test('[B17] strangers end an incarnation, at most one in sixteen batches; those who come again do not', () => {
  const ingest = createTestIngest(STEP, 0, { strangersMax: 100 })
  const known = Array.from({ length: 40 }, (_, n) => `known ${n}`)
  const batch = (names: readonly string[], at: number) => {
    for (const name of names) {
      ingest.metrics({ 'service.name': name }, T0 + at, [{ name: 'process.memory.usage', value: at }])
    }
    return ingest.drain()
  }
  for (let at = 0; at < 16; at++) batch(known, at)
  assert.equal(ingest.observer.counts.restarts, 1)
  for (let at = 16; at < 96; at++) batch(known, at)
  assert.equal(ingest.observer.counts.restarts, 1)
  const last = Array.from({ length: 96 }, (_, n) => batch([...known, `once ${n}`, `never again ${n}`], 96 + n)).at(-1)!
  const { restarts } = ingest.observer.counts
  assert(restarts > 2 && restarts <= 7, `${restarts} restarts`)
  assert.equal(last.origin.incarnation, 1 + restarts)
  assert.deepEqual([last.instances.count, last.windows.count], [42, 42])
})

test('[B10] sizes in other units become bytes', () => {
  const batch = observed({ 'service.name': 'a' }, [{ name: 'process.memory.usage', value: 2, unit: 'KiBy' }])
  assert.equal(windowsOf(batch!)[0]!.last, 2048)
})

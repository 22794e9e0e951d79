import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  durationUs,
  METRICS,
  metricComponent,
  metricRow,
} from '../../../../processor/leak_detector/tensor/resources.ts'

const labels = (of: Record<string, string>) => new Map(Object.entries(of))

test('[T7] every metric stands once', () => {
  const names = METRICS.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
})

test('[T8] of a JVM only old generations count, by any collector', () => {
  for (const pool of [
    'G1 Old Gen',
    'PS Old Gen',
    'Tenured Gen',
    'CMS Old Gen',
    'ZGC Old Generation',
    'ZHeap',
    'Shenandoah',
  ]) {
    assert.equal(metricComponent('jvm.memory.used', labels({ 'jvm.memory.pool.name': pool })), pool)
  }
  for (const pool of [
    'G1 Eden Space',
    'G1 Survivor Space',
    'Metaspace',
    "CodeHeap 'non-nmethods'",
    'Compressed Class Space',
  ]) {
    assert.equal(metricComponent('jvm.memory.used', labels({ 'jvm.memory.pool.name': pool })), undefined)
  }
})

test('[T9] resident memory of CPython without its address space', () => {
  assert.equal(metricComponent('process.runtime.cpython.memory', labels({ type: 'rss' })), 'rss')
  assert.equal(metricComponent('process.runtime.cpython.memory', labels({ type: 'vms' })), undefined)
})

test('[T10] the old space and large objects of V8, whatever else is sent', () => {
  const component = (space: string) =>
    metricComponent('v8js.memory.heap.used', labels({ 'v8js.heap.space.name': space }))
  assert.deepEqual(['old_space', 'large_object_space'].map(component), ['old_space', 'large_object_space'])
  assert.deepEqual(['new_space', 'code_space', 'new_large_object_space'].map(component), [
    undefined,
    undefined,
    undefined,
  ])
})

test('[T11] used connections count, idle ones do not; old and new names', () => {
  assert.equal(
    metricComponent('db.client.connection.count', labels({ 'db.client.connection.state': 'idle' })),
    undefined,
  )
  assert.equal(metricComponent('db.client.connections.usage', labels({ state: 'used' })), 'used')
})

test('[T12] the nearer to the allocator, the lower the rank', () => {
  const rank = (name: string) => {
    const role = metricRow(name)?.role
    assert(role?.kind === 'level')
    return role.rank
  }
  assert(rank('jvm.memory.used') < rank('jvm.memory.used_after_last_gc'))
  assert(rank('container.memory.working_set') < rank('process.memory.usage'))
  assert(rank('process.memory.usage') < rank('system.memory.usage'))
})

test('[T13] durations by the unit that is stated, else by the name', () => {
  assert.equal(durationUs('http.server.request.duration', 's'), 1_000_000)
  assert.equal(durationUs('http.server.duration', ''), 1_000)
  assert.equal(durationUs('http.server.request.duration', 'ms'), 1_000)
  assert.equal(durationUs('process.memory.usage', 'By'), 0)
})

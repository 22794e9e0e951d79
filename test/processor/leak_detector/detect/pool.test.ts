import assert from 'node:assert/strict'
import { test } from 'node:test'
import { POOLED, pooledWindows } from '../../../../processor/leak_detector/detect/pool.ts'
import { windowOf } from './context.ts'

const flat = (value: number, n = 10): Float64Array => new Float64Array(n).fill(value)

test('[D13] the mean is taken over instances that lived through the same time', () => {
  const { windows, members } = pooledWindows([
    windowOf(flat(10), { instance: 'a' }),
    windowOf(flat(20), { instance: 'b', cuts: [2] }),
    windowOf(flat(999), { instance: 'young', cuts: [8] }),
  ])
  assert.deepEqual(members, ['a', 'b'])
  assert.equal(windows.length, 1)
  assert.equal(windows[0]!.instance, POOLED)
  assert.equal(windows[0]!.startMs, windowOf(flat(1)).startMs + 2 * 60_000)
  assert.deepEqual([...windows[0]!.floor], [...flat(15, 8)])
})

test('[D13] one instance is no group; what not all know of load, the group does not know', () => {
  assert.deepEqual(pooledWindows([windowOf(flat(1))]), { windows: [], members: [] })
  const { windows } = pooledWindows([
    windowOf(flat(1), { instance: 'a', calls: flat(4) }),
    windowOf(flat(3), { instance: 'b', concurrency: flat(5), calls: flat(8) }),
  ])
  assert.equal(windows[0]!.concurrency, undefined)
  assert.deepEqual([...windows[0]!.calls!], [...flat(6)])
})

test('[D15] a step that one of them has not seen is not known', () => {
  const hole = flat(1)
  hole[4] = Number.NaN
  const { windows } = pooledWindows([windowOf(flat(1), { instance: 'a' }), windowOf(hole, { instance: 'b' })])
  assert.ok(Number.isNaN(windows[0]!.floor[4]))
})

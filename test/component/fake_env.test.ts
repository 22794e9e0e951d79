import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeEnv } from './fake_env.ts'

test('time moves only when told, and tasks run in the order of their times', async () => {
  const { clock } = fakeEnv({ nowMs: 1_000 })
  const seen: [string, number][] = []
  clock.after(30, () => seen.push(['late', clock.nowMs()]))
  clock.after(10, () => {
    seen.push(['early', clock.nowMs()])
    clock.after(5, () => seen.push(['chained', clock.nowMs()]))
  })
  const cancel = clock.after(20, () => seen.push(['cancelled', 0]))
  cancel()
  await clock.advance(29)
  assert.deepEqual(seen, [
    ['early', 1_010],
    ['chained', 1_015],
  ])
  await clock.advance(1)
  assert.deepEqual(seen.at(-1), ['late', 1_030])
  assert.equal(clock.waiting, 0)
  clock.jump(-500)
  assert.deepEqual([clock.nowMs(), clock.elapsedMs()], [530, 30])
})

test('what is measured can be read back by name and attributes', () => {
  const { meter, metrics } = fakeEnv()
  const counter = meter.createCounter('sent')
  counter.add(2, { exporter: 'a' })
  counter.add(3, { exporter: 'b' })
  const sizes = meter.createHistogram('size')
  sizes.record(10)
  sizes.record(20)
  let queued = 7
  meter.createObservableGauge('queue').addCallback((result) => result.observe(queued))
  assert.equal(metrics.sum('sent'), 5)
  assert.equal(metrics.sum('sent', { exporter: 'b' }), 3)
  assert.deepEqual([metrics.sum('size'), metrics.count('size')], [30, 2])
  queued = 8
  assert.equal(metrics.sum('queue'), 8)
  assert.equal(metrics.sum('nothing'), 0)
})

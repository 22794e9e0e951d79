import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runBaselines } from './baselines.ts'
import { fakeCase } from './fake_case.ts'
import { readSeries } from './series.ts'

const MIB = 1_048_576

function memoryOf(values: readonly number[]) {
  const resource = { 'service.name': 'cart', 'k8s.pod.name': 'cart-0' }
  return fakeCase(60_000, [
    { resource, metric: 'container.memory.working_set', values },
    {
      resource: { 'k8s.pod.name': 'cart-0' },
      metric: 'k8s.container.memory_limit',
      values: values.map(() => 1000 * MIB),
    },
  ])
}

test('[R2] predict_linear alarms when the line of the last hour reaches the limit in four hours, and says when', () => {
  const leak = memoryOf(Array.from({ length: 1440 }, (_, minute) => (200 + minute * 0.5) * MIB))
  const said = runBaselines(readSeries(leak)).get('predict_linear_1h_4h')!
  // 200 + 0.5 t reaches 1000 at 1600 min; four hours before is 1360 min: true at 1365, for 15 min: 1380.
  assert.equal((said[0]!.atMs - leak.startMs) / 60_000, 1380)
  assert.equal(said[0]!.state, 'alarm')
  assert.ok(Math.abs(said[0]!.perSecond!.value - (0.5 * MIB) / 60) < 1)
  assert.ok(Math.abs((said[0]!.exhaustMs!.value - leak.startMs) / 60_000 - 1600) < 2)
})

test('[R2] predict_linear over a day waits until 60 % is in use, and for an hour', () => {
  const leak = memoryOf(Array.from({ length: 1440 }, (_, minute) => (200 + minute * 0.5) * MIB))
  const said = runBaselines(readSeries(leak)).get('predict_linear_6h_24h')!
  // More than 600 MiB from 801 min on: first true at 810, alarm at 870.
  assert.equal((said[0]!.atMs - leak.startMs) / 60_000, 870)
})

test('[R2] what is flat is quiet', () => {
  const flat = memoryOf(Array.from({ length: 1440 }, (_, minute) => (400 + Math.sin(minute) * 5) * MIB))
  for (const [name, said] of runBaselines(readSeries(flat))) assert.deepEqual(said, [], name)
})

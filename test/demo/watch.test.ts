import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetricsRequest } from '../../proto/otlp.ts'
import { observe, rows, type Watch } from './watch.ts'

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })

/** What the stock SDK sends each second, as far as it matters. */
function request(second: number, usedBytes: number, calls: readonly number[]): MetricsRequest {
  const timeUnixNano = BigInt(second) * 1_000_000_000n
  const spaces = ['new_space', 'old_space'].map((name) => ({
    attributes: [text('v8js.heap.space.name', name)],
    timeUnixNano,
    asDouble: name === 'old_space' ? usedBytes : 1,
  }))
  const durations = calls.map((count) => ({ timeUnixNano, count: `${count}` }))
  const metrics = [
    { name: 'v8js.memory.heap.used', gauge: { dataPoints: spaces } },
    { name: 'http.server.request.duration', histogram: { dataPoints: durations } },
  ]
  return {
    resourceMetrics: [{ resource: { attributes: [text('service.name', 'cart')] }, scopeMetrics: [{ metrics }] }],
  }
}

test('the floor is the least of the old generation, growth its way up, calls the sum over operations', () => {
  const watch: Watch = new Map()
  for (let second = 0; second <= 120; second++) {
    const sawtooth = (second % 10) * 500_000
    observe(watch, request(second, 20_000_000 + second * 10_000 + sawtooth, [second * 4, second * 6]))
  }
  assert.deepEqual(rows(watch), [
    { service: 'cart', floorBytes: 21_000_000, growthBytesPerMinute: 600_000, callsPerSecond: 10 },
  ])
})

test('growth is not said before there is an earlier floor', () => {
  const watch: Watch = new Map()
  observe(watch, request(1, 5_000, [0]))
  assert.deepEqual(rows(watch), [
    { service: 'cart', floorBytes: 5_000, growthBytesPerMinute: undefined, callsPerSecond: 0 },
  ])
})

test('what names no service is passed over', () => {
  const watch: Watch = new Map()
  observe(watch, { resourceMetrics: [{ scopeMetrics: [] }] })
  assert.deepEqual(rows(watch), [])
})

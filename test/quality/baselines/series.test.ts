import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Case } from '../case.ts'
import { type FakeSeries, fakeCase } from './fake_case.ts'
import { limitAt, readSeries, type Series } from './series.ts'

const CART = { 'service.name': 'cart', 'service.instance.id': 'a' }

const read = (...series: readonly FakeSeries[]) => readSeries(fakeCase(60_000, series)).series
const valuesOf = (series: Series | undefined) => [...(series?.values ?? [])]

test('[R1] parts are summed as the table says, and a part that is silent for a moment stands in', () => {
  const pool = (name: string, values: readonly number[]): FakeSeries => ({
    resource: CART,
    metric: 'jvm.memory.used',
    attributes: { 'jvm.memory.pool.name': name },
    values,
  })
  const [heap, ...others] = read(
    pool('G1 Old Gen', [1, 2, Number.NaN, 4]),
    pool('Tenured Gen', [10, 10, 20, 20]),
    pool('Metaspace', [7, 7, 7, 7]),
  )
  assert.deepEqual(others, [])
  assert.equal(heap?.resource, 'heap')
  assert.deepEqual(valuesOf(heap), [11, 12, 22, 24])
})

test('[R1] of several metrics of one resource the lowest rank counts, whoever of the pod tells it', () => {
  const series = read(
    { resource: { ...CART, 'k8s.pod.name': 'cart-0' }, metric: 'process.memory.usage', values: [9, 9] },
    { resource: { 'k8s.pod.name': 'cart-0' }, metric: 'container.memory.working_set', values: [5, 6] },
    { resource: { 'k8s.pod.name': 'cart-0' }, metric: 'k8s.container.memory_limit', values: [100, 200] },
  )
  assert.equal(series.length, 1)
  assert.equal(series[0]!.service, 'cart')
  assert.deepEqual(valuesOf(series[0]), [5, 6])
  assert.equal(limitAt(series[0]!, 0), 100)
  assert.equal(limitAt(series[0]!, 1), 200)
})

test('[R1] units are brought together, silent steps are NaN, and later instances begin later', () => {
  const [first, second] = read(
    { resource: CART, metric: 'process.memory.usage', unit: 'MiBy', values: [1, Number.NaN, 3] },
    {
      resource: { ...CART, 'service.instance.id': 'b' },
      metric: 'process.memory.usage',
      values: [Number.NaN, Number.NaN, 8],
    },
  )
  assert.deepEqual(valuesOf(first), [1_048_576, Number.NaN, 3 * 1_048_576])
  assert.deepEqual([second?.firstStep, ...valuesOf(second)], [2, 8])
  assert.ok(Number.isNaN(limitAt(first!, 0)))
})

test("[R1] Node's heap limit comes from its command line, a heap without one takes the container's", () => {
  const heap = (resource: Readonly<Record<string, string>>): FakeSeries => ({
    resource,
    metric: 'v8js.memory.heap.used',
    attributes: { 'v8js.heap.space.name': 'old_space' },
    values: [1],
  })
  const [told] = read(heap({ ...CART, 'process.command_args': '["node","--max-old-space-size=256","x"]' }))
  assert.equal(limitAt(told!, 0), 256 * 1_048_576)
  const [bounded] = read(heap({ ...CART, 'k8s.pod.name': 'p' }), {
    resource: { 'k8s.pod.name': 'p' },
    metric: 'k8s.container.memory_limit',
    values: [512],
  })
  assert.equal(limitAt(bounded!, 0), 512)
})

test('[R1] requests late, twice and with a clock years off give the same series', () => {
  const run = fakeCase(60_000, [{ resource: CART, metric: 'process.memory.usage', values: [1, 2, 3, 4, 5] }])
  const requests = [...run.telemetry()]
  const shuffled = [0, 2, 1, 1, 4, 3, 4].map((at) => requests[at]!)
  const late: Case = { ...run, telemetry: () => shuffled }
  assert.deepEqual(readSeries(late), readSeries(run))
  const off: Case = {
    ...run,
    startMs: run.startMs + 2e11,
    endMs: run.endMs + 2e11,
    telemetry: () => requests.map((request) => ({ ...request, timeMs: request.timeMs + 2e11 })),
  }
  assert.deepEqual(readSeries(off).series, readSeries(run).series)
})

test('[R1] what is no metric request, or cannot be read, is passed over', () => {
  const run = fakeCase(60_000, [{ resource: CART, metric: 'process.memory.usage', values: [1, 2] }])
  const noise = { signal: 'metrics', bytes: Uint8Array.of(255, 255), timeMs: run.startMs } as const
  const spans = { signal: 'traces', bytes: new Uint8Array(), timeMs: run.startMs } as const
  const noisy: Case = { ...run, telemetry: () => [noise, spans, ...run.telemetry()] }
  assert.deepEqual(readSeries(noisy), readSeries(run))
})

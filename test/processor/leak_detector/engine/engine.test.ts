import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Batch } from '../../../../processor/leak_detector/batch/batch.ts'
import { encodeBatch } from '../../../../processor/leak_detector/batch/codec.ts'
import { createEngine, type Engine } from '../../../../processor/leak_detector/engine/engine.ts'
import { groupsOf } from '../../../../processor/leak_detector/engine/groups.ts'
import type { EngineSettings } from '../../../../processor/leak_detector/engine/settings.ts'
import type { EngineState } from '../../../../processor/leak_detector/engine/state.ts'
import { engineTopology } from '../../../../processor/leak_detector/engine/topology.ts'
import { trafficOf } from '../../../../processor/leak_detector/engine/traffic.ts'
import { spanOf } from '../../../../processor/leak_detector/engine/windows.ts'
import type { FindingEvent } from '../../../../processor/leak_detector/finding/finding.ts'
import { toJsonLines } from '../../../../processor/leak_detector/finding/log_records.ts'
import { createShop, LEAK_BYTES, type ShopSettings, STEP_MS, T0 } from './shop.ts'
import { createTestIngest } from './wire.ts'

const SETTINGS: Partial<EngineSettings> = { stepMs: STEP_MS, waitMs: 2_000, latenessMs: 4_000 }
const STEPS = 120

function engineFor(more: Partial<EngineSettings> = {}): Engine {
  return createEngine({ ...SETTINGS, ...more })
}

/** Encoded batches of a shop, one a step. */
function shopBatches(steps: number, settings: ShopSettings = {}): Uint8Array[] {
  const shop = createShop(settings)
  const ingest = createTestIngest(STEP_MS)
  return Array.from({ length: steps }, (_, step) => {
    shop.step(ingest, step)
    return encodeBatch(ingest.drain())
  })
}

function run(engine: Engine, batches: readonly (Uint8Array | Batch)[]): FindingEvent[] {
  const events: FindingEvent[] = []
  for (const batch of batches) {
    assert(engine.merge(batch))
    events.push(...engine.advance())
  }
  return [...events, ...engine.flush()]
}

test('[E1] a leak under one caller is found, with the call and the bytes it keeps; nothing is said of the others', () => {
  const engine = engineFor()
  const events = run(engine, shopBatches(STEPS))
  const opened = events.filter(({ name }) => name === 'opened')
  assert.equal(opened.length, 1)
  const { carrier } = engine.ledger.told()[0]!
  assert.deepEqual([carrier.service, carrier.resource, carrier.sourceMetric], ['cart', 'heap', 'v8js.memory.heap.used'])
  assert.equal(carrier.limit?.source, 'v8')
  assert.equal(carrier.limit?.value, 256 * 1_048_576)
  assert(carrier.attribution?.kind === 'request_driven', JSON.stringify(carrier.attribution))
  const { culprit, perCall } = carrier.attribution
  assert.deepEqual(culprit, { callerService: 'mobile', callerOperation: 'POST /app/cart', operation: 'POST /cart' })
  assert(Math.abs(perCall.value / LEAK_BYTES - 1) < 0.25, `${perCall.value} bytes a call`)
  assert(carrier.exemplarTraceIds.length > 0)
})

test('[E2] a healthy shop is not spoken of', () => {
  assert.deepEqual(run(engineFor(), shopBatches(STEPS, { healthy: true, seed: 5 })), [])
})

test('[E3] batches of a step in any order, twice, and split over threads give the same findings', () => {
  const threads = [0, 1, 2].map((thread) => createTestIngest(STEP_MS, thread))
  const shop = createShop()
  const steps: Uint8Array[][] = []
  for (let step = 0; step < 90; step++) {
    shop.step(threads[step % 3]!, step)
    shop.step({ ...threads[(step + 1) % 3]!, spans: () => {} }, step)
    steps.push(threads.flatMap(({ observer }) => observer.drain() ?? []).map(encodeBatch))
  }
  const expected = toJsonLines(run(engineFor(), steps.flat()))
  assert(expected.length > 0)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      let state = seed
      const chance = () => {
        state = (state * 48_271) % 2_147_483_647
        return state / 2_147_483_647
      }
      const mixed = steps.flatMap((batches) => {
        const twice = [...batches, ...batches.filter(() => chance() < 0.5)]
        return twice.map((batch) => ({ batch, at: chance() })).toSorted((a, b) => a.at - b.at)
      })
      assert.deepEqual(
        toJsonLines(
          run(
            engineFor(),
            mixed.map(({ batch }) => batch),
          ),
        ),
        expected,
      )
    }),
    { numRuns: 6 },
  )
})

/** Calls of cart as attribution sees them after 110 steps. */
function sampledTraffic(tracestate: string, sampled = 0.05) {
  const engine = engineFor()
  const shop = createShop({ sampled, seed: 3, tracestate })
  const ingest = createTestIngest(STEP_MS)
  for (let step = 0; step < 110; step++) {
    shop.step(ingest, step)
    engine.merge(ingest.drain())
    engine.advance()
  }
  engine.flush()
  const state = engine.state as EngineState
  const group = groupsOf(state).find(({ service }) => service === 'cart')!
  const span = spanOf(state, [...group.members[0]!.metrics.values()].flat(), 0)!
  const { candidates, calls, sampledOnly } = trafficOf(state, group.members, [span])
  assert.equal(sampledOnly, false)
  assert.equal(candidates.length, 3)
  return { shop, lanes: candidates.map((candidate, at) => ({ ...candidate, calls: calls[0]![0]![at]! })) }
}

for (const tracestate of ['', 'ot=th:f333333333333']) {
  test(`[E4] one trace in twenty and counts of the server give the calls that were really made: '${tracestate}'`, () => {
    const { shop, lanes } = sampledTraffic(tracestate)
    for (const { callerService, operation, calls } of lanes) {
      const counted = calls.reduce((sum, count) => sum + count, 0)
      const truth = shop.made.get(`${callerService} ${operation}`)!
      assert(Math.abs(counted / truth - 1) < 0.1, `${callerService} ${operation}: ${counted} for ${truth}`)
    }
  })
}

test('[E4] where every call left its spans, each step has its own callers', () => {
  for (const { calls } of sampledTraffic('', 1).lanes) {
    for (const count of calls) assert(Math.abs(count - Math.round(count)) < 1e-3, `${count} calls`)
  }
})

test('[E4] a span that stands for twenty calls tells no more of who made them than one that stands for itself', () => {
  const [silent, told] = ['', 'ot=th:f333333333333'].map((tracestate) => sampledTraffic(tracestate).lanes)
  told!.forEach(({ calls }, at) => {
    calls.forEach((count, step) => {
      const same = silent![at]!.calls[step]!
      assert(Math.abs(count - same) < 1e-3 * Math.max(1, same), `step ${step}: ${count}, ${same}`)
    })
  })
})

test('[E5] the dependency graph: who calls whom, with which operation', () => {
  const engine = engineFor()
  run(engine, shopBatches(20))
  const graph = engineTopology(engine.state)
  assert.deepEqual(graph.inNeighbors('cart').toSorted(), ['frontend', 'mobile'])
  assert.deepEqual(graph.inNeighbors('mobile'), ['outside'])
  const { operations } = graph.getEdgeAttributes('mobile', 'cart')
  assert.deepEqual(
    operations.map(({ callerOperation, operation }) => [callerOperation, operation]),
    [['POST /app/cart', 'POST /cart']],
  )
})

test('[E6] a flood of random names stays within the limits, is counted, and hides no leak', () => {
  const limits = { seriesMax: 400, instancesMax: 100, servicesMax: 100, edgesMax: 100, namesMax: 200, spansMax: 5_000 }
  const engine = engineFor(limits)
  const shop = createShop()
  const ingest = createTestIngest(STEP_MS)
  let bytes = 0
  for (let step = 0; step < STEPS; step++) {
    shop.step(ingest, step)
    const stepMs = T0 + step * STEP_MS
    for (let flood = 0; flood < 150; flood++) {
      const name = `x${step}-${flood}`
      const resource = { 'service.name': name, 'service.instance.id': name }
      ingest.metrics(resource, stepMs + 5_000, [{ name: 'process.memory.usage', value: flood }])
      ingest.spans([
        {
          service: name,
          trace: 9e8 + step * 1000 + flood,
          id: 9e8 + step * 1000 + flood,
          kind: 'server',
          name: `op${name} a`,
          startMs: stepMs,
        },
      ])
    }
    engine.merge(ingest.drain())
    engine.advance()
    const gauges = engine.gauges()
    assert(gauges.series <= limits.seriesMax && gauges.instances <= limits.instancesMax)
    assert(gauges.services <= limits.servicesMax && gauges.edges <= limits.edgesMax && gauges.names <= limits.namesMax)
    if (step === 60) bytes = gauges.tensorBytes
  }
  engine.flush()
  const gauges = engine.gauges()
  assert(gauges.evicted > 1000 && gauges.refused > 100, JSON.stringify(gauges))
  assert(gauges.tensorBytes <= bytes * 2)
  assert.deepEqual(
    engine.ledger.told().map(({ carrier }) => carrier.service),
    ['cart'],
  )
})

test('[E7] after a restart of the process only its new life is judged', () => {
  const engine = engineFor()
  const ingest = createTestIngest(STEP_MS)
  for (let step = 0; step < 120; step++) {
    const timeMs = T0 + step * STEP_MS
    const life = Math.floor(step / 40)
    const value = 50_000_000 + (step % 40) * 20_000 + life * 5_000_000
    const startMs = T0 + life * 40 * STEP_MS - 1000
    ingest.metrics({ 'service.name': 'a', 'service.instance.id': '0' }, timeMs, [
      { name: 'process.memory.usage', as: 'updown', value, startMs },
    ])
    engine.merge(ingest.drain())
    engine.advance()
  }
  engine.flush()
  const [instance] = [...engine.state.entities.eachInstance()]
  assert.deepEqual(
    instance!.cuts,
    [40, 80].map((step) => T0 / STEP_MS + step),
  )
})

test('[E8] what kubelet says of a container belongs to the service that lives in it, also when it comes first', () => {
  const engine = engineFor()
  const ingest = createTestIngest(STEP_MS)
  const pod = { 'k8s.pod.uid': 'u1', 'k8s.pod.name': 'cart-5f6585d649-fnmft', 'k8s.container.name': 'app' }
  const lone = { 'k8s.pod.uid': 'u2', 'k8s.pod.name': 'redis-0', 'k8s.container.name': 'redis' }
  for (let step = 0; step < 80; step++) {
    const timeMs = T0 + step * STEP_MS
    const leak = [{ name: 'container.memory.working_set', value: 80_000_000 + step * 2_500_000 }]
    ingest.metrics(pod, timeMs, [...leak, { name: 'k8s.container.memory_limit', value: 500_000_000 }])
    ingest.metrics(lone, timeMs, leak)
    if (step >= 3) {
      ingest.metrics({ 'service.name': 'cart', 'service.instance.id': 'x', 'k8s.pod.uid': 'u1' }, timeMs, [
        { name: 'process.thread.count', value: 5 },
      ])
    }
    engine.merge(ingest.drain())
    engine.advance()
  }
  const told = engine.ledger.told().map(({ carrier }) => [carrier.service, carrier.container, carrier.limit?.source])
  assert.deepEqual(told.toSorted(), [
    ['cart', 'app', 'container'],
    ['redis', 'redis', undefined],
  ])
})

test('[E9] data that comes after its step was closed is counted and changes nothing', () => {
  const engine = engineFor()
  const batches = shopBatches(30)
  const expected = run(engineFor(), batches)
  const late = createTestIngest(STEP_MS, 5)
  late.metrics({ 'service.name': 'cart', 'service.instance.id': 'cart-1' }, T0 + 1000, [
    { name: 'v8js.memory.heap.used', value: 1, labels: { 'v8js.heap.space.name': 'old_space' } },
  ])
  const events = run(engine, [...batches.slice(0, 20), encodeBatch(late.drain()), ...batches.slice(20)])
  assert.equal(engine.counts.late, 1)
  assert.deepEqual(toJsonLines(events), toJsonLines(expected))
})

test('[E19] incarnations that heard of a far future are not waited for: a thousand of them in turn find their place', () => {
  const engine = engineFor()
  const memory = [{ name: 'process.memory.usage', value: 1 }]
  for (let step = 0; step < 1_000; step++) {
    const ingest = createTestIngest(STEP_MS, 0, {}, step)
    const nowMs = T0 + step * STEP_MS
    ingest.metrics({ 'service.name': 'cart' }, nowMs, memory)
    ingest.metrics({ 'service.name': 'catalog' }, nowMs, memory)
    ingest.metrics({ 'service.name': 'wrong clock' }, T0 + 1e11, memory)
    engine.merge(ingest.drain())
    engine.advance()
  }
  assert.equal(engine.counts.overflow, 0)
  assert(engine.state.origins.size < 100, `${engine.state.origins.size} origins`)
})

test('[E10] bytes that are no batch are counted and refused', () => {
  const engine = engineFor()
  assert.equal(engine.merge(new Uint8Array([1, 2, 3])), false)
  assert.equal(engine.counts.malformed, 1)
})

test('[E11] a counter that starts again, or is delta, counts the same calls', () => {
  for (const as of ['histogram', 'deltaHistogram'] as const) {
    const engine = engineFor()
    const ingest = createTestIngest(STEP_MS)
    let total = 0
    for (let step = 0; step < 12; step++) {
      if (step === 6) total = 0
      total += 10
      const labels = { 'http.request.method': 'GET', 'http.route': '/a' }
      const startMs = T0 - 1000 + (step >= 6 ? 6 * STEP_MS : 0)
      const value = as === 'histogram' ? total : 10
      const resource = { 'service.name': 'a', 'service.instance.id': '0' }
      ingest.metrics(resource, T0 + step * STEP_MS + 5_000, [
        { name: 'http.server.request.duration', as, unit: 's', value, sum: 1, startMs, labels },
      ])
      engine.merge(ingest.drain())
      engine.advance()
    }
    engine.flush()
    const { state } = engine
    const [instance] = [...state.entities.eachInstance()]
    const total11 = [...instance!.series].map((id) => state.series.get(id)).find(({ kind }) => kind === 'total')!
    const counts = [...state.tensor.read(total11.id, 0, state.closedStep, 11, 'mean')]
    assert.deepEqual(counts, new Array(11).fill(10), as)
  }
})

test('[E17] a leak that is told of is judged again and again, but not at every step', () => {
  const engine = engineFor()
  const judged: number[] = []
  for (const batch of shopBatches(STEPS + 24)) {
    assert(engine.merge(batch))
    engine.advance()
    if (engine.ledger.counts().live > 0) judged.push(engine.gauges().judged)
  }
  const late = judged.slice(-20)
  assert(late.includes(0), `judged at each of the last steps: ${late}`)
  assert(late.filter((groups) => groups > 0).length >= 5, `judged at few of the last steps: ${late}`)
})

test('[E17] at long steps the pause between judgements is twelve minutes, not a part of the life', () => {
  const stepMs = 300_000
  const engine = createEngine({ stepMs })
  const ingest = createTestIngest(stepMs)
  const judged: number[] = []
  for (let step = 0; step < 400; step++) {
    const resource = { 'service.name': 'cart', 'service.instance.id': '0' }
    const value = (100 + step + (step % 3)) * 1_048_576
    ingest.metrics(resource, T0 + step * stepMs + 1_000, [
      {
        name: 'jvm.memory.used_after_last_gc',
        as: 'gauge',
        unit: 'By',
        value,
        labels: { 'jvm.memory.type': 'heap', 'jvm.memory.pool.name': 'G1 Old Gen' },
      },
    ])
    assert(engine.merge(ingest.drain()))
    engine.advance()
    if (engine.ledger.counts().live > 0) judged.push(engine.gauges().judged)
  }
  assert(judged.length > 30, `live for ${judged.length} steps`)
  const times = judged.slice(-30).filter((groups) => groups > 0).length
  assert(times >= 14 && times < 30, `judged at ${times} of the last 30 steps`)
})

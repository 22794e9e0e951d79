import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Component, Host } from '../../../component/component.ts'
import { accepted, unavailable } from '../../../component/outcome.ts'
import type { Payload, Signal } from '../../../component/payload.ts'
import { leakDetectorConfig } from '../../../connector/leak_detector/config.ts'
import { leakDetectorConnector } from '../../../connector/leak_detector/factory.ts'
import { decodeRequest } from '../../../proto/messages.ts'
import { type FakeConsumer, fakeConsumer } from '../../component/fake_consumer.ts'
import { type FakeEnv, fakeEnv, fakeSettings } from '../../component/fake_env.ts'
import { createShop, STEP_MS } from '../../processor/leak_detector/engine/shop.ts'
import { metricsBytes, spansBytes, type TestSink } from '../../processor/leak_detector/engine/wire.ts'

const CONFIG = leakDetectorConfig.parse({ step: '10s', wait: '2s', lateness: '4s' })
const STEPS = 80

/** A shop's requests, step by step, handed to a connector's inputs. */
function requests(steps: number): Payload[][] {
  const shop = createShop()
  return Array.from({ length: steps }, (_, step) => {
    const payloads: Payload[] = []
    const ingest: TestSink = {
      spans: (spans) => void payloads.push(payloadOf('traces', spansBytes(spans))),
      metrics: (resource, timeMs, samples) =>
        void payloads.push(payloadOf('metrics', metricsBytes(resource, timeMs, samples))),
    }
    shop.step(ingest, step)
    return payloads
  })
}

function payloadOf(signal: Signal, bytes: Uint8Array): Payload {
  return { signal, parts: [bytes], sizeBytes: bytes.length, items: 1 }
}

interface Bench {
  readonly env: FakeEnv
  readonly component: ReturnType<typeof leakDetectorConnector.create>
  readonly next: Record<Signal, FakeConsumer>
  readonly advice: ReturnType<typeof fakeSettings>['host']['advice']
}

function connector(config = CONFIG, host: Partial<Host> = {}): Bench {
  const env = fakeEnv()
  const next = { logs: fakeConsumer(), metrics: fakeConsumer(), traces: fakeConsumer() }
  const settings = fakeSettings('leak_detector', env, host)
  return { env, next, component: leakDetectorConnector.create(settings, config, next), advice: settings.host.advice }
}

async function feed({ env, component }: Bench, steps: readonly (readonly Payload[])[]): Promise<void> {
  for (const payloads of steps) {
    for (const payload of payloads) assert.deepEqual(await component.inputs[payload.signal]!.consume(payload), accepted)
    await env.clock.advance(STEP_MS)
  }
}

/** The bodies of all log records that came out. */
function sentences({ next }: Bench): string[] {
  return next.logs.payloads.flatMap(({ parts }) =>
    parts.flatMap((part) =>
      (decodeRequest('logs', part).resourceLogs ?? []).flatMap(({ scopeLogs = [] }) =>
        scopeLogs.flatMap(({ logRecords = [] }) => logRecords.map(({ body }) => body?.stringValue ?? '')),
      ),
    ),
  )
}

const STEPS_OF_SHOP = requests(STEPS)

test('[C1] telemetry in, the finding out as log, trace and metrics; the service is warned', async () => {
  const bench = connector()
  await bench.component.start()
  await feed(bench, STEPS_OF_SHOP)
  await bench.component.shutdown(1000)
  assert.match(sentences(bench)[0] ?? '', /^cart: heap memory leaks .* POST \/cart called by mobile/)
  assert.equal(bench.next.traces.payloads.length, 1)
  assert(bench.next.metrics.payloads.length > 0)
  assert.match(bench.advice.ask({ namespace: '', name: 'cart' }, 'x', 0) ?? '', /^cart: /)
  assert.equal(bench.advice.ask({ namespace: '', name: 'frontend' }, 'x', 0), undefined)
  assert(bench.env.metrics.sum('leakmesh_steps', { connector: 'leak_detector' }) >= STEPS - 3)
})

/** A detector in the main thread and feeders that give it what they hold when it asks. */
function threaded(threads: number) {
  const main = connector(CONFIG, {
    async gather() {
      for (const feeder of feeders) feeder.handOn!()
    },
  })
  const feeders = Array.from({ length: threads }, (_, at) => {
    const sendBatch = (_id: string, bytes: Uint8Array) =>
      main.component.merge!(structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] }))
    const host = { thread: at + 1, sendBatch }
    return leakDetectorConnector.create(fakeSettings('leak_detector', main.env, host), CONFIG, {})
  })
  return { main, feeders }
}

test('[C7] a backlog of many steps at once: what one thread hands on before another is not late for that', async () => {
  const { main, feeders } = threaded(2)
  await main.component.start()
  const [ahead, behind] = feeders
  const send = async (feeder: typeof ahead, signal: Signal, step: number) => {
    for (const payload of STEPS_OF_SHOP[step] ?? [])
      if (payload.signal === signal) await feeder!.inputs[signal]!.consume(payload)
  }
  for (let step = 0; step < STEPS + 5; step++) {
    await send(ahead, 'traces', step)
    await send(behind, 'metrics', step - 5)
    if (step % 10 === 5) ahead!.handOn!()
    if (step % 20 === 9) await main.env.clock.advance(1_000)
  }
  for (const component of [...feeders, main.component]) await component.shutdown(1000)
  assert.equal(main.env.metrics.sum('leakmesh_late_cells', { connector: 'leak_detector' }), 0)
  assert.equal(main.env.metrics.sum('leakmesh_late_spans', { connector: 'leak_detector' }), 0)
  assert.match(sentences(main)[0] ?? '', /^cart: heap memory leaks .* POST \/cart called by mobile/)
})

test('[C1] three ingest threads that post batches say the same as one', async () => {
  const one = connector()
  await feed(one, STEPS_OF_SHOP)
  await one.component.shutdown(1000)
  const { main, feeders } = threaded(3)
  await main.component.start()
  for (const feeder of feeders) await feeder.start()
  let turn = 0
  for (const payloads of STEPS_OF_SHOP) {
    for (const payload of payloads) {
      turn += 1
      await feeders[turn % 3]!.inputs[payload.signal]!.consume(payload)
    }
    await main.env.clock.advance(STEP_MS)
  }
  const all: Component[] = [...feeders, main.component]
  for (const component of all) await component.shutdown(1000)
  assert(sentences(main).length > 0)
  assert.deepEqual(sentences(main), sentences(one))
})

test('[C2] bytes that cannot be read are refused for good', async () => {
  const { component } = connector()
  const outcome = await component.inputs.traces!.consume(payloadOf('traces', Uint8Array.of(0x0a, 0xff, 0xff)))
  assert(!outcome.ok && !outcome.retryable)
})

test('[C3] a finding that nobody takes just now is sent again', async () => {
  const bench = connector()
  bench.next.logs.answer(unavailable('queue is full'))
  await bench.component.start()
  await feed(bench, STEPS_OF_SHOP)
  const tried = bench.next.logs.payloads.length
  assert(tried > 1)
  bench.next.logs.answer(accepted)
  await bench.env.clock.advance(2_000)
  assert(bench.next.logs.acceptedItems >= 1)
  await bench.component.shutdown(1000)
  assert.equal(bench.env.metrics.sum('leakmesh_findings_dropped', { connector: 'leak_detector' }), 0)
})

test('[C4] warnings can be switched off', async () => {
  const bench = connector(leakDetectorConfig.parse({ step: '10s', wait: '2s', lateness: '4s', warn_services: false }))
  await bench.component.start()
  await feed(bench, STEPS_OF_SHOP)
  await bench.component.shutdown(1000)
  assert.equal(bench.advice.size, 0)
})

test('[C5] configuration: nothing needed, times that fit, limits that are limits', () => {
  assert.equal(leakDetectorConfig.parse(null).step, 60_000)
  const bad = leakDetectorConfig.safeParse({ wait: '30s', lateness: '5s' })
  assert.match(bad.error?.issues[0]?.message ?? '', /'lateness' must not be shorter than 'wait'/)
  assert(!leakDetectorConfig.safeParse({ series_max: 0 }).success)
  assert(!leakDetectorConfig.safeParse({ serie_max: 1 }).success)
})

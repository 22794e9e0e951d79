import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics'
import { telemetrySchema } from '../../../service/config/telemetry_schema.ts'
import type { Started } from '../../../service/pipelines/life.ts'
import { combine } from '../../../service/telemetry/combine.ts'
import { createLog } from '../../../service/telemetry/log.ts'
import { createOwnMetrics } from '../../../service/telemetry/own_metrics.ts'
import { CRASHES_MAX } from '../../../service/workers/crash_count.ts'
import type { ToThread } from '../../../service/workers/messages.ts'
import { createIngest } from '../../../service/workers/pool.ts'
import type { Thread, ThreadEvents } from '../../../service/workers/worker_thread.ts'
import { type ManualClock, manualClock } from '../../component/manual_clock.ts'
import { configured } from '../small_service.ts'

interface FakeThread extends Thread {
  readonly index: number
  readonly sent: ToThread[]
  readonly events: ThreadEvents
  ended: boolean
}

/** A pool whose threads are records of what they were told. */
function fakePool(outcome: () => Started = () => ({ ok: true })) {
  const clock: ManualClock = manualClock(0)
  const started: FakeThread[] = []
  const lost: string[] = []
  const lines: string[] = []
  const batches: string[] = []
  const rules = { config: telemetrySchema.parse({}).logs, resource: {}, write: (line: string) => void lines.push(line) }
  const counted: readonly ScopeMetrics[][] = []
  const options = {
    log: createLog(rules, clock),
    clock,
    onBatch: (connector: string, bytes: Uint8Array) => void batches.push(`${connector} ${bytes.length}`),
    onLost: (message: string) => void lost.push(message),
  }
  const ingest = createIngest(options, (index, events) => {
    const thread: FakeThread = {
      index,
      sent: [],
      events,
      ended: false,
      send: (message) => void thread.sent.push(message),
      async apply(tree) {
        thread.sent.push({ kind: 'apply', tree })
        return outcome()
      },
      async gather() {
        thread.sent.push({ kind: 'gather', id: 0 })
      },
      collect: async () => counted[index] ?? [],
      counted: () => counted[index] ?? [],
      async end() {
        thread.ended = true
      },
    }
    started.push(thread)
    return thread
  })
  return { ingest, started, clock, lost, lines, batches, counted: counted as ScopeMetrics[][] }
}

const CONFIG = `
receivers: {otlp: }
exporters: {nop: }
service: {workers: 2, pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}
`

test('[W1] so many threads as asked for; more or fewer later', async () => {
  const { ingest, started } = fakePool()
  const configuration = await configured(CONFIG)
  assert.deepEqual(await ingest.apply(configuration, 2), { ok: true })
  assert.deepEqual(
    started.map(({ index }) => index),
    [0, 1],
  )
  assert.deepEqual(await ingest.apply(configuration, 3), { ok: true })
  assert.deepEqual(
    started.map(({ index }) => index),
    [0, 1, 2],
  )
  assert.equal(started[0]!.sent.filter(({ kind }) => kind === 'apply').length, 2, 'kept and told')
  await ingest.apply(configuration, 1)
  assert.deepEqual(
    started.map(({ ended }) => ended),
    [false, true, true],
  )
  await ingest.shutdown(1_000)
  assert.deepEqual(
    started.map(({ ended }) => ended),
    [true, true, true],
  )
})

test('[W1] the first trouble of any thread is the trouble of all', async () => {
  const { ingest } = fakePool(() => ({ ok: false, message: 'port taken' }))
  assert.deepEqual(await ingest.apply(await configured(CONFIG), 2), { ok: false, message: 'port taken' })
})

test('[W2] warnings go to every thread, later ones included', async () => {
  const { ingest, started } = fakePool()
  await ingest.apply(await configured(CONFIG), 1)
  const warnings = [{ namespace: '', name: 'cart', findingId: 'a', sentence: 's' }]
  ingest.advise(warnings)
  await ingest.apply(await configured(CONFIG), 2)
  for (const thread of started)
    assert.deepEqual(
      thread.sent.findLast(({ kind }) => kind === 'advise'),
      { kind: 'advise', warnings },
    )
})

test('[W8] to gather is to ask every thread', async () => {
  const { ingest, started } = fakePool()
  await ingest.gather()
  await ingest.apply(await configured(CONFIG), 3)
  await ingest.gather()
  const asked = started.map(({ sent }) => sent.filter(({ kind }) => kind === 'gather').length)
  assert.deepEqual(asked, [1, 1, 1])
})

test('[W3] a thread that crashes is started again after a pause that doubles, and given up at last', async () => {
  const { ingest, started, clock, lost, lines } = fakePool()
  await ingest.apply(await configured(CONFIG), 1)
  for (let crash = 0; crash < CRASHES_MAX; crash++) {
    started.at(-1)!.events.onCrash('boom')
    const pauseMs = Math.min(30_000, 1_000 * 2 ** crash)
    await clock.advance(pauseMs - 1)
    assert.equal(started.length, crash + 1)
    await clock.advance(1)
    assert.equal(started.length, crash + 2)
    assert.equal(started.at(-1)!.sent.at(-1)!.kind, 'apply')
  }
  assert.deepEqual(lost, [])
  started.at(-1)!.events.onCrash('boom')
  assert.deepEqual(lost, ['Ingest threads crashed 6 times within 5 minutes'])
  await clock.advance(100_000)
  assert.equal(started.length, CRASHES_MAX + 1)
  assert.equal(lines.filter((line) => line.includes('Ingest thread crashed')).length, CRASHES_MAX + 1)
})

test('[W3] crashes far apart are forgiven', async () => {
  const { ingest, started, clock, lost } = fakePool()
  await ingest.apply(await configured(CONFIG), 1)
  for (let crash = 0; crash < 3 * CRASHES_MAX; crash++) {
    started.at(-1)!.events.onCrash('boom')
    await clock.advance(301_000)
  }
  assert.deepEqual(lost, [])
  assert.equal(started.length, 3 * CRASHES_MAX + 1)
})

test('[W3] no thread is started again while the process ends', async () => {
  const { ingest, started, clock } = fakePool()
  await ingest.apply(await configured(CONFIG), 2)
  started[0]!.events.onCrash('boom')
  await ingest.shutdown(1_000)
  await clock.advance(60_000)
  assert.equal(started.length, 2)
})

test('[T6] what a crashed thread had counted stays in the sum', async () => {
  const { ingest, started, counted, clock } = fakePool()
  const own = createOwnMetrics()
  own.meter.createCounter('n').add(5)
  counted[0] = [...(await own.collect())]
  await ingest.apply(await configured(CONFIG), 1)
  const total = async () =>
    combine(await ingest.collect()).flatMap(({ dataPoints }) => dataPoints.map(({ value }) => value))
  assert.deepEqual(await total(), [5])
  started[0]!.events.onCrash('boom')
  assert.deepEqual(await total(), [5])
  await clock.advance(1_000)
  assert.deepEqual(await total(), [10], 'the new thread counts anew beside it')
})

test('[W4] batches reach the connector they are for', async () => {
  const { ingest, started, batches } = fakePool()
  await ingest.apply(await configured(CONFIG), 1)
  started[0]!.events.onBatch('leak_detector', new Uint8Array(7))
  assert.deepEqual(batches, ['leak_detector 7'])
})

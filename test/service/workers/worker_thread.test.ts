import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { systemClock } from '../../../component/env.ts'
import { startThread } from '../../../service/workers/worker_thread.ts'
import { manualClock } from '../../component/manual_clock.ts'
import { freePort, sendSpan } from '../leakmesh_process.ts'
import { configured } from '../small_service.ts'

const ENTRY = new URL('./crashing_thread.ts', import.meta.url)
const CONFIG =
  'receivers: {otlp: }\nexporters: {nop: }\nservice: {pipelines: {logs: {receivers: [otlp], exporters: [nop]}}}'

test('[W3] a real thread that throws: whoever waits is told, and the crash is an event', async () => {
  const crashes: string[] = []
  const events = { onBatch() {}, onLog() {}, onCrash: (reason: string) => void crashes.push(reason) }
  const thread = startThread(0, events, ENTRY)
  const { tree } = await configured(CONFIG)
  const outcome = await thread.apply(tree)
  assert.ok(!outcome.ok)
  assert.match(outcome.message, /^ingest thread 1 crashed: Error: boom/)
  assert.equal(crashes.length, 1)
  assert.match(crashes[0]!, /^Error: boom/)
  await thread.end(1_000, systemClock)
})

test('[W8] whoever waits for a thread to hand on waits no longer than for its end, and not for ever', async () => {
  const thread = startThread(0, { onBatch() {}, onLog() {}, onCrash() {} }, ENTRY)
  const clock = manualClock(0)
  const silent = thread.gather(clock)
  await clock.advance(10_000)
  await silent
  const ended = thread.gather(clock)
  await thread.apply((await configured(CONFIG)).tree)
  await ended
})

test('[W8] a thread that is ending, and waits for a request under way, still hands on what it holds', async () => {
  const batches: string[] = []
  const thread = startThread(0, { onBatch: (id) => void batches.push(id), onLog() {}, onCrash() {} })
  const port = await freePort()
  const { tree } = await configured(`
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
connectors: {leak_detector: }
exporters: {nop: }
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [leak_detector]}
    logs: {receivers: [leak_detector], exporters: [nop]}
`)
  assert.deepEqual(await thread.apply(tree), { ok: true })
  const underWay = connect(port, '127.0.0.1')
  await once(underWay, 'connect')
  underWay.write('POST /v1/traces HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n')
  await once(underWay, 'data')
  assert.equal(await sendSpan(`127.0.0.1:${port}`), 200)
  const ended = thread.end(60_000, systemClock)
  await thread.gather(systemClock)
  assert.deepEqual(batches, ['leak_detector'])
  underWay.destroy()
  await ended
})

test('[W1] a real thread that is told to end is no crash', async () => {
  const crashes: string[] = []
  const events = { onBatch() {}, onLog() {}, onCrash: (reason: string) => void crashes.push(reason) }
  const thread = startThread(0, events, ENTRY)
  assert.deepEqual(await thread.collect(systemClock), [])
  await thread.end(1_000, systemClock)
  assert.deepEqual(crashes, [])
})

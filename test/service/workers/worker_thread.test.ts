import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../component/env.ts'
import { startThread } from '../../../service/workers/worker_thread.ts'
import { manualClock } from '../../component/manual_clock.ts'
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

test('[W1] a real thread that is told to end is no crash', async () => {
  const crashes: string[] = []
  const events = { onBatch() {}, onLog() {}, onCrash: (reason: string) => void crashes.push(reason) }
  const thread = startThread(0, events, ENTRY)
  assert.deepEqual(await thread.collect(systemClock), [])
  await thread.end(1_000, systemClock)
  assert.deepEqual(crashes, [])
})

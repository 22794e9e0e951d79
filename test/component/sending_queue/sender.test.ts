import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { accepted, type Outcome, permanent, unavailable } from '../../../component/outcome.ts'
import type { Payload } from '../../../component/payload.ts'
import { sendingKeys } from '../../../component/sending_queue/config.ts'
import { type Attempt, createSender, type Transport } from '../../../component/sending_queue/sender.ts'
import { fakePayload } from '../fake_consumer.ts'
import { type FakeEnv, fakeEnv, fakeSettings } from '../fake_env.ts'

const config = z.strictObject(sendingKeys)

interface FakeTransport extends Transport<Payload> {
  readonly attempts: number
  readonly deliveredItems: number
}

/** A backend that answers each attempt as told, after `delayMs` on the test's clock. */
function fakeTransport(env: FakeEnv, answer: (attempt: number) => Attempt, delayMs = 0): FakeTransport {
  const underWay = new Set<() => void>()
  let stopped = false
  let attempts = 0
  let deliveredItems = 0
  return {
    get attempts() {
      return attempts
    },
    get deliveredItems() {
      return deliveredItems
    },
    async start() {},
    lean: (payload) => payload,
    prepare: async (payload) => payload,
    async attempt(payload) {
      attempts += 1
      const result = answer(attempts)
      if (stopped) return unavailable('stopped')
      if (delayMs > 0) {
        await new Promise<void>((resolve) => {
          underWay.add(resolve)
          env.clock.after(delayMs, resolve)
        })
      }
      if (stopped) return unavailable('stopped')
      if (result.ok) deliveredItems += payload.items - Math.min(payload.items, result.rejected?.items ?? 0)
      return result
    },
    async stop() {
      stopped = true
      for (const resolve of underWay) resolve()
    },
  }
}

function rig(raw: object, answer: (attempt: number) => Attempt, delayMs = 0) {
  const env = fakeEnv()
  const transport = fakeTransport(env, answer, delayMs)
  const sender = createSender(fakeSettings('otlp_grpc', env), 'traces', config.parse(raw), transport)
  const sum = (name: string) => env.metrics.sum(`otelcol_exporter_${name}`)
  return { env, transport, sender, sum }
}

const yes = (): Attempt => ({ ok: true })
const no = (): Attempt => unavailable('backend away')

test('[Q1] with a queue the sender is answered at once, without one by the backend', async () => {
  const queued = rig({}, no)
  assert.deepEqual(await queued.sender.consume(fakePayload('traces', 5)), accepted)
  const direct = rig({ sending_queue: { enabled: false }, retry_on_failure: { enabled: false } }, no)
  assert.deepEqual(await direct.sender.consume(fakePayload('traces', 5)), no())
  assert.equal(direct.sum('send_failed_spans'), 5)
  const waiting = rig({ sending_queue: { wait_for_result: true }, retry_on_failure: { enabled: false } }, no)
  assert.deepEqual(await waiting.sender.consume(fakePayload('traces', 5)), no())
})

test('[Q2] a full queue refuses retryably, and counts what it refused', async () => {
  const { env, sender, sum } = rig({ sending_queue: { queue_size: 3, num_consumers: 1 } }, yes, 1_000)
  const outcomes: Outcome[] = []
  for (let count = 0; count < 5; count++) outcomes.push(await sender.consume(fakePayload('traces', 10)))
  assert.deepEqual(
    outcomes.map(({ ok }) => ok),
    [true, true, true, false, false],
  )
  assert.deepEqual(outcomes[4], unavailable('sending queue is full'))
  assert.equal(sum('enqueue_failed_spans'), 20)
  const [line] = env.log.lines
  const refused = { error: 'sending queue is full', rejected_items: 10 }
  assert.deepEqual(line, { level: 'error', message: 'Exporting failed. Rejecting data.', fields: refused })
  assert.deepEqual([sum('queue_size'), sum('queue_capacity'), sum('in_flight_requests')], [3, 3, 1])
  await env.clock.advance(3_000)
  assert.deepEqual([sum('queue_size'), sum('sent_spans'), sum('in_flight_requests')], [0, 30, 0])
  assert.deepEqual(await sender.consume(fakePayload('traces', 1)), accepted)
})

test('[Q2] the size is counted in requests, items or bytes', async () => {
  const bytes = (count: number) => fakePayload('traces', 1, [new Uint8Array(count)])
  const rows = [
    { sizer: 'items', queue_size: 10, first: fakePayload('traces', 6), second: fakePayload('traces', 5) },
    { sizer: 'bytes', queue_size: 100, first: bytes(60), second: bytes(41) },
    { max_bytes: 100, first: bytes(60), second: bytes(41) },
  ]
  for (const { first, second, ...queue } of rows) {
    const { sender } = rig({ sending_queue: queue }, yes, 1_000)
    assert.ok((await sender.consume(first)).ok)
    assert.ok(!(await sender.consume(second)).ok)
  }
  const { sender } = rig({ sending_queue: { sizer: 'items', queue_size: 10 } }, yes)
  const never = await sender.consume(fakePayload('traces', 11))
  assert.ok(!never.ok && !never.retryable, 'what can never fit is not asked to come again')
})

test('[Q2] with block_on_overflow the sender waits, first come, first served', async () => {
  const { env, sender, sum } = rig(
    { sending_queue: { queue_size: 1, num_consumers: 1, block_on_overflow: true } },
    yes,
    100,
  )
  const done: number[] = []
  for (let count = 0; count < 4; count++) void sender.consume(fakePayload('traces', 1)).then(() => done.push(count))
  await env.clock.advance(0)
  assert.deepEqual(done, [0])
  await env.clock.advance(100)
  assert.deepEqual(done, [0, 1])
  await env.clock.advance(300)
  assert.deepEqual(done, [0, 1, 2, 3])
  assert.deepEqual([sum('sent_spans'), sum('enqueue_failed_spans')], [4, 0])
})

test('[Q3] a retryable refusal is repeated, a permanent one is not', async () => {
  const patient = rig({}, (attempt) => (attempt < 4 ? no() : yes()))
  await patient.sender.consume(fakePayload('traces', 2))
  await patient.env.clock.advance(60_000)
  assert.deepEqual([patient.transport.attempts, patient.sum('sent_spans'), patient.sum('send_failed_spans')], [4, 2, 0])
  const final = rig({}, () => permanent('no such thing', 3))
  await final.sender.consume(fakePayload('traces', 2))
  await final.env.clock.advance(60_000)
  assert.deepEqual([final.transport.attempts, final.sum('send_failed_spans')], [1, 2])
  const [line] = final.env.log.lines
  assert.deepEqual(
    [line!.level, line!.message, line!.fields.dropped_items],
    ['error', 'Exporting failed. Dropping data.', 2],
  )
})

test('[Q3] patience ends after max_elapsed_time', async () => {
  const { env, sender, sum } = rig({ retry_on_failure: { max_elapsed_time: '20s' } }, no)
  await sender.consume(fakePayload('traces', 2))
  await env.clock.advance(21_000)
  assert.equal(sum('send_failed_spans'), 2)
  assert.match(String(env.log.lines.at(-1)!.fields.error), /^no more retries left: backend away$/)
})

test("[Q3] the backend's own time to wait is honoured", async () => {
  const { env, transport, sender } = rig({}, (attempt) => (attempt === 1 ? unavailable('slower', 40_000) : yes()))
  await sender.consume(fakePayload('traces', 2))
  await env.clock.advance(39_999)
  assert.equal(transport.attempts, 1)
  await env.clock.advance(1)
  assert.equal(transport.attempts, 2)
})

test('[Q3] a backend that is away does not flood the log', async () => {
  const { env, sender } = rig({ retry_on_failure: { initial_interval: '10ms', max_interval: '10ms' } }, no)
  for (let count = 0; count < 10; count++) await sender.consume(fakePayload('traces', 1))
  await env.clock.advance(30_000)
  const lines = env.log.lines.filter(({ message }) => message.startsWith('Exporting failed. Will retry'))
  assert.ok(lines.length >= 3 && lines.length <= 4, `${lines.length} lines`)
})

test('[Q4] shutdown drains the queue, ends the waits, refuses what comes later', async () => {
  const { env, sender, transport, sum } = rig({ sending_queue: { num_consumers: 2 } }, (attempt) =>
    attempt <= 2 ? no() : yes(),
  )
  for (let count = 0; count < 6; count++) await sender.consume(fakePayload('traces', 1))
  await env.clock.advance(0)
  await sender.shutdown(1_000)
  assert.deepEqual([transport.deliveredItems, sum('sent_spans'), sum('send_failed_spans')], [6, 6, 0])
  const late = await sender.consume(fakePayload('traces', 1))
  assert.ok(!late.ok && late.retryable)
  await sender.shutdown(0)
})

test('[Q4] at the deadline what is left is counted and logged', async () => {
  const { env, sender, sum } = rig({ sending_queue: { num_consumers: 2 } }, yes, 60_000)
  for (let count = 0; count < 6; count++) await sender.consume(fakePayload('traces', 3))
  const stopped = sender.shutdown(5_000)
  await env.clock.advance(5_000)
  await stopped
  assert.deepEqual([sum('sent_spans'), sum('send_failed_spans'), sum('queue_size')], [0, 18, 0])
  const lines = env.log.lines.filter(({ level }) => level === 'error')
  assert.equal(lines[0]!.fields.dropped_items, 12)
})

test('[Q5] accepted = delivered + counted as failed, whatever the backend does', async () => {
  const attempt = fc.oneof(
    { weight: 5, arbitrary: fc.constant(yes()) },
    { weight: 3, arbitrary: fc.constant(no()) },
    { weight: 1, arbitrary: fc.constant<Attempt>(permanent('no')) },
    { weight: 1, arbitrary: fc.nat(20).map((items): Attempt => ({ ok: true, rejected: { items, message: 'old' } })) },
  )
  const queue = fc.record({
    enabled: fc.boolean(),
    num_consumers: fc.integer({ min: 1, max: 4 }),
    queue_size: fc.integer({ min: 1, max: 12 }),
    sizer: fc.constantFrom('requests', 'items', 'bytes'),
    block_on_overflow: fc.boolean(),
    wait_for_result: fc.boolean(),
  })
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 30 })
  const answers = fc.array(attempt, { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(
      queue,
      sizes,
      answers,
      fc.nat(3_000),
      fc.nat(20_000),
      async (sending_queue, items, script, delayMs, deadlineMs) => {
        const retry_on_failure = { max_elapsed_time: '30s' }
        const { env, sender, transport, sum } = rig(
          { sending_queue, retry_on_failure },
          (at) => script[at % script.length]!,
          delayMs,
        )
        const given = items.reduce((total, count) => total + count, 0)
        let refused = 0
        const outcomes = items.map(async (count) => {
          const outcome = await sender.consume(fakePayload('traces', count))
          if (!outcome.ok) refused += count
        })
        await env.clock.advance(4_000)
        const stopped = sender.shutdown(deadlineMs)
        await env.clock.advance(20_001)
        await stopped
        await Promise.all(outcomes)
        assert.equal(sum('sent_spans'), transport.deliveredItems)
        assert.equal(sum('sent_spans') + sum('send_failed_spans') + sum('enqueue_failed_spans'), given)
        assert.ok(
          refused <= sum('send_failed_spans') + sum('enqueue_failed_spans'),
          'who was told no is among the failed',
        )
        assert.deepEqual([sum('queue_size'), sum('in_flight_requests')], [0, 0])
      },
    ),
    { numRuns: 60 },
  )
})

test("the names of what is counted are the Collector's", async () => {
  const { env, sender } = rig({}, yes)
  await sender.consume(fakePayload('traces', 1))
  assert.deepEqual(env.metrics.names(), [
    'otelcol_exporter_enqueue_failed_spans',
    'otelcol_exporter_in_flight_requests',
    'otelcol_exporter_queue_capacity',
    'otelcol_exporter_queue_size',
    'otelcol_exporter_send_failed_spans',
    'otelcol_exporter_sent_spans',
  ])
  await env.clock.advance(0)
  assert.equal(env.metrics.sum('otelcol_exporter_sent_spans', { exporter: 'otlp_grpc' }), 1)
  assert.equal(
    env.metrics.sum('otelcol_exporter_queue_capacity', { exporter: 'otlp_grpc', data_type: 'traces' }),
    1_000,
  )
})

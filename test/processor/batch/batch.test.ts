import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { accepted, permanent, unavailable } from '../../../component/outcome.ts'
import type { Payload } from '../../../component/payload.ts'
import { batchProcessor } from '../../../processor/batch/factory.ts'
import { fakeConsumer, fakePayload } from '../../component/fake_consumer.ts'
import { fakeEnv, fakeSettings } from '../../component/fake_env.ts'
import { spanNames, spans } from './requests.ts'

function batcher(raw: unknown, seed = 1) {
  const env = fakeEnv({ seed })
  const next = fakeConsumer()
  const config = batchProcessor.config.parse(raw)
  const batch = batchProcessor.create(fakeSettings('batch', env), 'traces', config, next)
  const metric = (name: string, where = {}) => env.metrics.sum(name, { processor: 'batch', ...where })
  return { env, next, batch, metric }
}

const items = (payloads: readonly Payload[]) => payloads.map((payload) => payload.items)

test('[B1] a batch goes on when it is big enough, and what it joins stays the same bytes', async () => {
  const { env, next, batch, metric } = batcher({ send_batch_size: 10 })
  const [a, b, c] = [fakePayload('traces', 4), fakePayload('traces', 5), fakePayload('traces', 6)]
  for (const payload of [a, b]) assert.deepEqual(await batch.consume(payload), accepted)
  assert.equal(next.payloads.length, 0)
  await batch.consume(c)
  await env.clock.advance(0)
  assert.equal(next.payloads.length, 1)
  const [joined] = next.payloads
  assert.deepEqual([joined!.items, joined!.sizeBytes], [15, 15])
  assert.deepEqual(
    joined!.parts.map((part, i) => part === [a, b, c][i]!.parts[0]),
    [true, true, true],
  )
  assert.equal(metric('otelcol_processor_batch_batch_size_trigger_send'), 1)
  assert.equal(metric('otelcol_processor_batch_batch_send_size'), 15)
})

test('[B1] … or when the time since its first item is over', async () => {
  const { env, next, batch, metric } = batcher(null)
  await batch.consume(fakePayload('traces', 1))
  await env.clock.advance(150)
  await batch.consume(fakePayload('traces', 2))
  await env.clock.advance(49)
  assert.equal(next.payloads.length, 0)
  await env.clock.advance(1)
  assert.deepEqual(items(next.payloads), [3])
  assert.equal(metric('otelcol_processor_batch_timeout_trigger_send'), 1)
  await env.clock.advance(1_000)
  assert.equal(next.payloads.length, 1, 'nothing is sent when nothing waits')
  assert.equal(env.clock.waiting, 0)
})

test('[B1] without a timeout nothing waits', async () => {
  const { next, batch } = batcher({ timeout: 0 })
  await batch.consume(fakePayload('traces', 1))
  await batch.consume(fakePayload('traces', 1))
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(next.acceptedItems, 2)
})

test('[B2] one payload alone passes as it is, its compressed bytes included', async () => {
  const { env, next, batch, metric } = batcher(null)
  const payload: Payload = { ...fakePayload('traces', 3), compressed: { encoding: 'gzip', bytes: new Uint8Array(1) } }
  await batch.consume(payload)
  assert.equal(metric('leakmesh_processor_batch_held_bytes'), 4, 'compressed bytes take memory too')
  await env.clock.advance(200)
  assert.equal(next.payloads[0], payload)
})

test('[B4] no batch is bigger than the most: requests are cut, their order kept', async () => {
  const { env, next, batch } = batcher({ send_batch_size: 4, send_batch_max_size: 4 })
  const requests = [spans('a', 3), spans('b', 6), spans('c', 2)]
  for (const [i, bytes] of requests.entries()) await batch.consume(fakePayload('traces', [3, 6, 2][i]!, [bytes]))
  await env.clock.advance(200)
  assert.deepEqual(items(next.payloads), [4, 4, 3])
  assert.deepEqual(spanNames(next.payloads.flatMap((payload) => payload.parts)), spanNames(requests))
  for (const payload of next.payloads) {
    assert.equal(spanNames(payload.parts).length, payload.items)
    assert.equal(
      payload.parts.reduce((sum, part) => sum + part.length, 0),
      payload.sizeBytes,
    )
  }
})

test('[B4] a request that cannot be read goes on in one piece', async () => {
  const { env, next, batch } = batcher({ send_batch_size: 2, send_batch_max_size: 2 })
  const broken = Uint8Array.of(10, 200)
  await batch.consume(fakePayload('traces', 9, [broken]))
  await env.clock.advance(200)
  assert.equal(next.payloads[0]!.parts[0], broken)
})

test('[B5] what is refused for now is tried again until it is taken; newcomers are refused meanwhile', async () => {
  const { env, next, batch, metric } = batcher({ send_batch_size: 5 })
  next.answer(unavailable('sending queue is full'))
  assert.deepEqual(await batch.consume(fakePayload('traces', 5)), accepted)
  await env.clock.advance(0)
  assert.deepEqual(await batch.consume(fakePayload('traces', 7)), unavailable('sending queue is full'))
  await env.clock.advance(60_000)
  const attempts = next.payloads.length
  assert.ok(attempts > 10 && attempts < 40, `${attempts} attempts in a minute`)
  next.answer(accepted)
  await env.clock.advance(5_000)
  assert.equal(next.acceptedItems, 5)
  assert.equal(metric('leakmesh_processor_batch_refused_spans'), 7)
  assert.equal(metric('leakmesh_processor_batch_retries'), attempts)
  assert.equal(metric('leakmesh_processor_batch_dropped_spans'), 0)
  assert.deepEqual(await batch.consume(fakePayload('traces', 5)), accepted)
  assert.equal(next.acceptedItems, 10)
})

test('[B5] a refusal that names its time is waited out', async () => {
  const { env, next, batch } = batcher({ timeout: 0 })
  next.answer(unavailable('slow down', 7_000))
  await batch.consume(fakePayload('traces', 1))
  await env.clock.advance(6_999)
  assert.equal(next.payloads.length, 1)
  assert.deepEqual(await batch.consume(fakePayload('traces', 1)), unavailable('slow down', 7_000))
  await env.clock.advance(1)
  assert.equal(next.payloads.length, 2)
})

test('[B6] what can never be taken is dropped, counted and logged', async () => {
  const { env, next, batch, metric } = batcher({ timeout: 0 })
  next.answer(permanent('bad data'))
  await batch.consume(fakePayload('traces', 3))
  await env.clock.advance(0)
  assert.equal(metric('leakmesh_processor_batch_dropped_spans', { reason: 'permanent' }), 3)
  assert.deepEqual(env.log.lines[0], {
    level: 'error',
    message: 'Sender failed',
    fields: { error: 'bad data', dropped_items: 3, reason: 'permanent' },
  })
})

test('[B7] shutdown hands on what waits', async () => {
  const { next, batch } = batcher(null)
  await batch.start()
  await batch.consume(fakePayload('traces', 3))
  await batch.shutdown(1_000)
  assert.equal(next.acceptedItems, 3)
  assert.equal((await batch.consume(fakePayload('traces', 1))).ok, false)
  await batch.shutdown(1_000)
})

test('[B7] what cannot be handed on by the deadline is counted as lost, no more and no less', async () => {
  const { env, next, batch, metric } = batcher({ send_batch_size: 4 })
  next.answer(() => new Promise(() => {}))
  await batch.consume(fakePayload('traces', 4))
  await batch.consume(fakePayload('traces', 3))
  const done = batch.shutdown(500)
  await env.clock.advance(500)
  await done
  assert.equal(metric('leakmesh_processor_batch_dropped_spans', { reason: 'shutdown' }), 7)
  assert.equal(env.clock.waiting, 0)
})

test('[B7] during shutdown a refused batch is still tried', async () => {
  const { env, next, batch, metric } = batcher({ timeout: 0 })
  next.answer(unavailable('away'))
  await batch.consume(fakePayload('traces', 4))
  const done = batch.shutdown(10_000)
  await env.clock.advance(1_000)
  next.answer(accepted)
  await env.clock.advance(9_000)
  await done
  assert.equal(next.acceptedItems, 4)
  assert.equal(metric('leakmesh_processor_batch_dropped_spans'), 0)
})

test('[B8] more than it may hold is refused', async () => {
  const { env, next, batch, metric } = batcher({ max_held_mib: 0.001, timeout: '1s' })
  const big = fakePayload('traces', 1, [new Uint8Array(2_000)])
  assert.deepEqual(await batch.consume(big), accepted, 'one payload is taken however big it is')
  assert.equal(metric('leakmesh_processor_batch_held_bytes'), 2_000)
  assert.deepEqual(await batch.consume(big), unavailable('batch processor is full'))
  await env.clock.advance(0)
  assert.equal(next.payloads.length, 1, 'what was held has been hurried on')
  assert.equal(metric('leakmesh_processor_batch_held_bytes'), 0)
  assert.deepEqual(await batch.consume(big), accepted)
})

test('[B9] requests with other values of the headers are batched apart', async () => {
  const { env, next, batch, metric } = batcher({ metadata_keys: ['Tenant'], metadata_cardinality_limit: 2 })
  const from = (tenant: string) => ({
    ...fakePayload('traces', 1),
    metadata: new Map([
      ['tenant', [tenant]],
      ['other', ['x']],
    ]),
  })
  for (const tenant of ['a', 'b', 'a']) assert.deepEqual(await batch.consume(from(tenant)), accepted)
  assert.equal(metric('otelcol_processor_batch_metadata_cardinality'), 2)
  assert.deepEqual(await batch.consume(from('c')), unavailable('too many batcher metadata-value combinations'))
  await env.clock.advance(200)
  assert.deepEqual(
    next.payloads.map((payload) => [payload.items, [...payload.metadata!]]),
    [
      [2, [['tenant', ['a']]]],
      [1, [['tenant', ['b']]]],
    ],
  )
  assert.equal(metric('otelcol_processor_batch_metadata_cardinality'), 0)
  assert.deepEqual(await batch.consume(from('c')), accepted)
})

test('[B3] whatever comes and whatever is answered: taken = handed on + dropped, in order', async () => {
  const step = fc.record({ spans: fc.integer({ min: 0, max: 9 }), waitMs: fc.nat(150), answer: fc.nat(9) })
  const limits = fc.record({ size: fc.integer({ min: 1, max: 12 }), extra: fc.nat(5), cut: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), limits, fc.nat(), async (steps, limit, seed) => {
      const max = limit.cut ? limit.size + limit.extra : 0
      const { env, next, batch, metric } = batcher({ send_batch_size: limit.size, send_batch_max_size: max }, seed)
      let answer = 0
      const delivered: string[] = []
      next.answer((payload) => {
        if (answer === 0) return permanent('no')
        if (answer <= 3) return unavailable('later')
        delivered.push(...spanNames(payload.parts))
        assert.ok(max === 0 || payload.items <= max)
        return accepted
      })
      let taken = 0
      for (const [i, each] of steps.entries()) {
        answer = each.answer
        const outcome = await batch.consume(fakePayload('traces', each.spans, [spans(`r${i}`, each.spans)]))
        if (outcome.ok) taken += each.spans
        await env.clock.advance(each.waitMs)
      }
      answer = 9
      const done = batch.shutdown(60_000)
      await env.clock.advance(60_000)
      await done
      assert.equal(delivered.length, next.acceptedItems)
      assert.equal(taken, delivered.length + metric('leakmesh_processor_batch_dropped_spans'))
      const order = delivered.map((name) => name.slice(1).split('-').map(Number))
      assert.deepEqual(
        order,
        order.toSorted(([a, i], [b, j]) => a! - b! || i! - j!),
      )
    }),
    { numRuns: 50 },
  )
})

test('[B10] wrong configurations are refused in the Collector’s words', () => {
  const messages = (raw: unknown) => batchProcessor.config.safeParse(raw).error?.issues.map((issue) => issue.message)
  assert.deepEqual(messages({ send_batch_max_size: 1000 }), [
    'send_batch_max_size must be greater or equal to send_batch_size',
  ])
  assert.deepEqual(messages({ timeout: '-5s' }), ['timeout must be greater or equal to 0'])
  assert.deepEqual(messages({ metadata_keys: ['tenant', 'Tenant'] }), [
    'duplicate entry in metadata_keys: "tenant" (case-insensitive)',
  ])
  assert.deepEqual(batchProcessor.config.parse(null), {
    send_batch_size: 8192,
    timeout: 200,
    send_batch_max_size: 0,
    metadata_keys: [],
    metadata_cardinality_limit: 1000,
    max_held_mib: 64,
  })
})

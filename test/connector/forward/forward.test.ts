import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unavailable } from '../../../component/outcome.ts'
import { forwardConnector } from '../../../connector/forward/factory.ts'
import { fakeConsumer, fakePayload } from '../../component/fake_consumer.ts'
import { fakeEnv, fakeSettings } from '../../component/fake_env.ts'

test('each signal goes on to its own kind, untouched, and the answer comes back', async () => {
  const next = { traces: fakeConsumer(), logs: fakeConsumer() }
  const forward = forwardConnector.create(fakeSettings('forward', fakeEnv()), forwardConnector.config.parse(null), next)
  await forward.start()
  const payload = fakePayload('traces', 3)
  assert.deepEqual(await forward.inputs.traces!.consume(payload), { ok: true })
  assert.equal(next.traces.payloads[0], payload)
  assert.equal(next.logs.payloads.length, 0)
  next.logs.answer(unavailable('full'))
  assert.deepEqual(await forward.inputs.logs!.consume(fakePayload('logs', 1)), unavailable('full'))
  assert.equal(forward.inputs.metrics, undefined)
  await forward.shutdown(0)
})

test('says that each signal becomes its own kind', () => {
  assert.deepEqual(forwardConnector.converts, { traces: ['traces'], metrics: ['metrics'], logs: ['logs'] })
})

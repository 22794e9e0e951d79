import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nopExporter } from '../../../exporter/nop/factory.ts'
import { fakePayload } from '../../component/fake_consumer.ts'
import { fakeEnv, fakeSettings } from '../../component/fake_env.ts'

test('takes everything and counts it as sent', async () => {
  const env = fakeEnv()
  const nop = nopExporter.create(fakeSettings('nop/1', env), 'logs', nopExporter.config.parse(null))
  await nop.start()
  assert.deepEqual(await nop.consume(fakePayload('logs', 7)), { ok: true })
  await nop.shutdown(0)
  assert.equal(env.metrics.sum('otelcol_exporter_sent_log_records', { exporter: 'nop/1' }), 7)
})

test('there is nothing to configure', () => {
  assert.ok(nopExporter.config.safeParse({}).success)
  assert.equal(nopExporter.config.safeParse({ a: 1 }).error?.issues[0]?.code, 'unrecognized_keys')
})

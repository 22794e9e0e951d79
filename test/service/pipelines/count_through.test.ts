import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countThrough } from '../../../service/pipelines/count_through.ts'
import { fakeConsumer, fakePayload } from '../../component/fake_consumer.ts'
import { fakeEnv, fakeSettings } from '../../component/fake_env.ts'

test('items into and out of a processor are counted under the Collector’s names', async () => {
  const env = fakeEnv()
  const through = countThrough(fakeSettings('batch/two', env), 'traces')
  await through.incoming(fakeConsumer()).consume(fakePayload('traces', 3))
  await through.outgoing(fakeConsumer()).consume(fakePayload('traces', 2))
  const labels = { processor: 'batch/two', 'otel.signal': 'traces' }
  assert.equal(env.metrics.sum('otelcol_processor_incoming_items', labels), 3)
  assert.equal(env.metrics.sum('otelcol_processor_outgoing_items', labels), 2)
})

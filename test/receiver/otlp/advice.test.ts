import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAdvice } from '../../../component/advice.ts'
import { FRAME_HEADER_BYTES, frame } from '../../../component/grpc_frame.ts'
import { decodeAnswer, encodeRequest } from '../../../proto/messages.ts'
import { senders } from '../../../receiver/otlp/identity.ts'
import { BYTES, EXPORT, JSON_TYPE, PROTOBUF, sendGrpc, sendHttp, traces, withRig } from './rig.ts'

const SENTENCE = 'cart: memory leaks about 18 MiB/h since 09:41'
const WARNING = { namespace: '', name: 'cart', findingId: 'f-1', sentence: SENTENCE }

test('[R11] a service that leaks reads of it in the answer to its own export, once', async () => {
  const advice = createAdvice()
  await withRig({ host: { advice } }, async (rig) => {
    const url = `${rig.http.url}/v1/traces`
    const send = () => sendHttp(url, { headers: PROTOBUF, body: BYTES.traces(1) })
    assert.equal((await send()).body.length, 0, 'nothing to say yet')
    advice.set([WARNING])
    const told = decodeAnswer('traces', (await send()).body)
    assert.deepEqual(told, { partialSuccess: { rejected: 0, errorMessage: SENTENCE } })
    assert.equal((await send()).body.length, 0, 'told already')
    assert.equal(rig.next.traces.acceptedItems, 3, 'nothing was rejected')
  })
})

test('[R11] over gRPC and in JSON too; others are told nothing', async () => {
  const advice = createAdvice()
  await withRig({ host: { advice } }, async (rig) => {
    advice.set([WARNING])
    const other = frame(encodeRequest('traces', traces(1, 'catalog')))
    assert.deepEqual([...(await sendGrpc(rig.grpc.address, other)).body], [0, 0, 0, 0, 0])
    const answer = await sendGrpc(rig.grpc.address, frame(BYTES.traces(1)), {}, EXPORT.traces)
    assert.deepEqual(decodeAnswer('traces', answer.body.subarray(FRAME_HEADER_BYTES)), {
      partialSuccess: { rejected: 0, errorMessage: SENTENCE },
    })
    advice.set([{ ...WARNING, findingId: 'f-2' }])
    const attributes = [{ key: 'service.name', value: { stringValue: 'cart' } }]
    const body = JSON.stringify({
      resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [{ name: 'a' }] }] }],
    })
    const json = await sendHttp(`${rig.http.url}/v1/traces`, { headers: JSON_TYPE, body })
    assert.deepEqual(JSON.parse(json.body.toString()), { partialSuccess: { errorMessage: SENTENCE } })
  })
})

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })

test('[R11] instances are told apart by the best that they send', () => {
  const rows = [
    { attributes: [text('service.instance.id', 'i-1'), text('k8s.pod.uid', 'u-1')], instance: 'i-1' },
    { attributes: [text('k8s.pod.name', 'cart-7'), text('k8s.pod.uid', 'u-1')], instance: 'u-1' },
    { attributes: [text('k8s.pod.name', 'cart-7'), text('host.name', 'h')], instance: 'cart-7' },
    { attributes: [text('host.name', 'h'), { key: 'process.pid', value: { intValue: 4711 } }], instance: 'h/4711' },
    { attributes: [], instance: '' },
  ]
  for (const { attributes, instance } of rows) {
    const all = [text('service.name', 'cart'), text('service.namespace', 'shop'), ...attributes]
    for (const signal of ['traces', 'metrics', 'logs'] as const) {
      const key = { traces: 'resourceSpans', metrics: 'resourceMetrics', logs: 'resourceLogs' }[signal]
      const bytes = encodeRequest(signal, { [key]: [{ resource: { attributes: all } }, { resource: {} }, {}] })
      assert.deepEqual(senders(bytes), [{ service: { namespace: 'shop', name: 'cart' }, instance }])
    }
  }
})

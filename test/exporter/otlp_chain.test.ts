/** Receiver and exporter together: what came as bytes goes out as the same bytes, and nothing is lost or counted twice. */

import assert from 'node:assert/strict'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import { OTLPTraceExporter as TraceGrpc } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as TraceProto } from '@opentelemetry/exporter-trace-otlp-proto'
import { BasicTracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import fc from 'fast-check'
import { frame } from '../../component/grpc_frame.ts'
import { otlpReceiverConfig } from '../../receiver/otlp/config.ts'
import { createOtlpReceiver } from '../../receiver/otlp/factory.ts'
import { fakeSettings } from '../component/fake_env.ts'
import { BYTES, compressedFrame, PROTOBUF, sendGrpc, sendHttp, until } from '../receiver/otlp/rig.ts'
import { type Exporting, exporting, freePort, grpcBackend, httpBackend } from './backend.ts'

interface Chain extends Exporting {
  readonly grpc: string
  readonly http: string
  stop(): Promise<void>
}

/** sender → receiver → exporter, in one process. */
async function chain(kind: 'otlp_grpc' | 'otlp_http', exporterConfig: object): Promise<Chain> {
  const end = await exporting(kind, exporterConfig)
  const config = otlpReceiverConfig.parse({
    protocols: { grpc: { endpoint: '127.0.0.1:0' }, http: { endpoint: '127.0.0.1:0' } },
  })
  const receiver = createOtlpReceiver(fakeSettings('otlp', end.env), config, { traces: end.exporter })
  await receiver.start()
  return {
    ...end,
    grpc: `127.0.0.1:${(receiver.addresses.grpc as AddressInfo).port}`,
    http: `http://127.0.0.1:${(receiver.addresses.http as AddressInfo).port}`,
    async stop() {
      await receiver.shutdown(2_000)
      await end.exporter.shutdown(2_000)
    },
  }
}

/** A gRPC server that keeps every byte after the frame header. */
async function rawGrpcSink(): Promise<{ readonly port: number; readonly bodies: readonly Buffer[]; stop(): void }> {
  const bodies: Buffer[] = []
  const server = http2.createServer()
  server.on('stream', (stream) => {
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      bodies.push(Buffer.concat(chunks))
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(frame(new Uint8Array(0)))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, bodies, stop: () => server.close() }
}

/** A field that nobody knows, with any content. */
const unknownField = fc
  .tuple(fc.integer({ min: 100, max: 15_000 }), fc.uint8Array({ maxLength: 100 }))
  .map(([number, content]) => {
    const tag = number * 8 + 2
    return Buffer.from([(tag & 0x7f) | 0x80, ((tag >> 7) & 0x7f) | 0x80, tag >> 14, content.length, ...content])
  })

const requests = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.array(unknownField, { maxLength: 4 }))
  .map(([spans, fields]) => Buffer.concat([BYTES.traces(spans), ...fields]))

for (const [from, to] of [
  ['grpc', 'otlp_grpc'],
  ['grpc', 'otlp_http'],
  ['http', 'otlp_grpc'],
  ['http', 'otlp_http'],
] as const) {
  test(`[R2] ${from} → ${to}: the same bytes, unknown fields included, and the same gzip`, async () => {
    const sink = to === 'otlp_grpc' ? await rawGrpcSink() : undefined
    const web = to === 'otlp_http' ? await httpBackend() : undefined
    web?.answer((response) => response.writeHead(200).end())
    const endpoint = sink
      ? { endpoint: `127.0.0.1:${sink.port}`, tls: { insecure: true } }
      : { endpoint: `http://127.0.0.1:${web!.port}` }
    const wait = { sending_queue: { enabled: false } }
    const plain = await chain(to, { ...endpoint, ...wait, compression: 'none' })
    const gzip = await chain(to, { ...endpoint, ...wait, compression: 'gzip' })
    const last = () => (sink ? sink.bodies.at(-1)!.subarray(5) : web!.requests.at(-1)!.body)
    const send = async (through: Chain, body: Buffer, encoding?: 'gzip') => {
      if (from === 'grpc') {
        const answer = await sendGrpc(
          through.grpc,
          encoding ? compressedFrame(body) : frame(body),
          encoding && { 'grpc-encoding': encoding },
        )
        assert.equal(answer.status, 0, answer.message)
        return
      }
      const headers = { ...PROTOBUF, ...(encoding && { 'content-encoding': encoding }) }
      assert.equal((await sendHttp(`${through.http}/v1/traces`, { headers, body })).status, 200)
    }
    await fc.assert(
      fc.asyncProperty(requests, fc.integer({ min: 1, max: 9 }), async (request, level) => {
        await send(plain, request)
        assert.deepEqual(last(), request)
        const compressed = gzipSync(request, { level })
        await send(plain, compressed, 'gzip')
        assert.deepEqual(last(), request)
        await send(gzip, compressed, 'gzip')
        assert.deepEqual(last(), compressed)
      }),
      { numRuns: 25 },
    )
    await plain.stop()
    await gzip.stop()
    sink?.stop()
    await web?.stop()
  })
}

test("[R5] without a queue the backend's answer reaches the sender", async () => {
  const web = await httpBackend()
  const { http: url, stop } = await chain('otlp_http', {
    endpoint: `http://127.0.0.1:${web.port}`,
    sending_queue: { enabled: false },
    retry_on_failure: { enabled: false },
  })
  const rows = [
    [400, 400],
    [401, 401],
    [403, 403],
    [404, 404],
    [429, 429],
    [500, 500],
    [501, 500],
    [408, 500],
    [413, 500],
    [502, 503],
    [503, 503],
    [504, 503],
  ] as const
  for (const [backend, sender] of rows) {
    web.answer((response) => response.writeHead(backend, { 'retry-after': '3' }).end())
    const answer = await sendHttp(`${url}/v1/traces`, { headers: PROTOBUF, body: BYTES.traces(1) })
    assert.equal(answer.status, sender, `backend said ${backend}`)
    const throttled = sender === 429 || sender === 503
    assert.equal(answer.headers['retry-after'], throttled ? '3' : undefined)
  }
  await stop()
  await web.stop()
})

/** Spans of the stock SDK, ended but not exported. */
function someSpans(count: number): ReadableSpan[] {
  const spans: ReadableSpan[] = []
  const keep = {
    onStart() {},
    onEnd: (span: ReadableSpan) => void spans.push(span),
    async forceFlush() {},
    async shutdown() {},
  }
  const tracer = new BasicTracerProvider({ spanProcessors: [keep] }).getTracer('test')
  for (let at = 0; at < count; at++) tracer.startSpan(`span ${at}`).end()
  return spans
}

const EXPORTERS = {
  'grpc → otlp_grpc': {
    to: 'otlp_grpc',
    exporter: (via: Chain) => new TraceGrpc({ url: `http://${via.grpc}`, timeoutMillis: 1_000 }),
  },
  'http → otlp_http': {
    to: 'otlp_http',
    exporter: (via: Chain) => new TraceProto({ url: `${via.http}/v1/traces`, timeoutMillis: 1_000 }),
  },
} as const

for (const [name, { to, exporter }] of Object.entries(EXPORTERS)) {
  test(`[Q5] ${name}: the backend goes and comes back; accepted = delivered + counted as failed`, async () => {
    const port = await freePort()
    const endpoint =
      to === 'otlp_grpc'
        ? { endpoint: `127.0.0.1:${port}`, tls: { insecure: true } }
        : { endpoint: `http://127.0.0.1:${port}` }
    const via = await chain(to, { ...endpoint, sending_queue: { queue_size: 10, num_consumers: 3 } })
    const start = () => (to === 'otlp_grpc' ? grpcBackend({ port }) : httpBackend({ port }))
    const sdk = exporter(via)
    let told = 0
    let toldNo = 0
    const send = async (spans: number) => {
      const result = await new Promise<ExportResult>((resolve) => sdk.export(someSpans(spans), resolve))
      if (result.code === ExportResultCode.SUCCESS) told += spans
      else toldNo += spans
    }
    // Away from the start: the queue takes ten, refuses the rest.
    for (let count = 0; count < 14; count++) await send(7)
    assert.equal(told, 70)
    assert.equal(toldNo, 28)
    let backend = await start()
    await until(() => via.sum('sent_spans') === 70, 'what the queue held')
    assert.equal(backend.spans, 70)
    for (let count = 0; count < 5; count++) await send(3)
    await until(() => via.sum('sent_spans') === told, 'the calm after')
    let delivered = backend.spans
    // Gone again in the middle, and back.
    await backend.stop()
    for (let count = 0; count < 4; count++) await send(5)
    backend = await start()
    await until(() => via.sum('sent_spans') === told, 'what came in between')
    delivered += backend.spans
    const accepted = via.env.metrics.sum('otelcol_receiver_accepted_spans')
    assert.equal(accepted, told)
    assert.equal(delivered + via.sum('send_failed_spans'), accepted)
    assert.equal(via.sum('enqueue_failed_spans'), via.env.metrics.sum('otelcol_receiver_refused_spans'))
    await sdk.shutdown()
    await via.stop()
    await backend.stop()
  })
}

test('[Q5] what a shutdown cannot deliver is counted to the last span', async () => {
  const via = await chain('otlp_grpc', { endpoint: `127.0.0.1:${await freePort()}`, tls: { insecure: true } })
  for (let count = 0; count < 6; count++) await sendGrpc(via.grpc, frame(BYTES.traces(9)))
  await via.stop()
  assert.equal(via.env.metrics.sum('otelcol_receiver_accepted_spans'), 54)
  assert.deepEqual([via.sum('sent_spans'), via.sum('send_failed_spans'), via.sum('queue_size')], [0, 54, 0])
})

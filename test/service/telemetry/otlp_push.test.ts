import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Server, ServerCredentials, type ServerUnaryCall } from '@grpc/grpc-js'
import { telemetrySchema } from '../../../service/config/telemetry_schema.ts'
import { createOwnMetrics } from '../../../service/telemetry/own_metrics.ts'
import { openReaders } from '../../../service/telemetry/readers.ts'
import { recordingLog } from '../../component/fake_env.ts'
import { manualClock } from '../../component/manual_clock.ts'
import { until } from '../leakmesh_process.ts'

interface Got {
  readonly to: string
  readonly header: string | undefined
  readonly body: Buffer
}

/** Readers that push to this OTLP exporter every second of a clock that stands still. */
async function pushing(otlp: object) {
  const config = telemetrySchema.parse({
    metrics: { readers: [{ periodic: { interval: 1_000, exporter: { otlp } } }] },
  })
  const own = createOwnMetrics()
  own.meter.createCounter('otelcol_receiver_accepted_spans').add(5)
  const clock = manualClock(0)
  const log = recordingLog()
  const resource = { 'service.name': 'leakmesh-under-test' }
  const collect = async () => [await own.collect()]
  const readers = await openReaders(config.metrics, resource, collect, clock, log)
  return { readers, clock, log }
}

function holds({ body }: Got): void {
  assert.ok(body.includes('otelcol_receiver_accepted_spans'))
  assert.ok(body.includes('leakmesh-under-test'))
}

test('[T7] own metrics are pushed over HTTP at the interval, and once more at the end', async (t) => {
  const got: Got[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part) => parts.push(part))
    request.on('end', () => {
      const body = gunzipSync(Buffer.concat(parts))
      got.push({ to: request.url ?? '', header: String(request.headers['x-key']), body })
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const headers = [{ name: 'x-key', value: 'k' }]
  const { readers, clock } = await pushing({ protocol: 'http/protobuf', endpoint, headers, compression: 'gzip' })
  clock.advanceNow(999)
  assert.equal(got.length, 0)
  clock.advanceNow(1)
  await until(
    () => got.length === 1 || undefined,
    () => 'the first push',
  )
  await readers.close()
  assert.equal(got.length, 2)
  for (const one of got) {
    assert.equal(one.to, '/v1/metrics')
    assert.equal(one.header, 'k')
    holds(one)
  }
})

async function grpcSink(t: TestContext): Promise<{ got: Got[]; address: string }> {
  const got: Got[] = []
  const path = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export'
  const server = new Server()
  const raw = (bytes: Buffer) => bytes
  const method = {
    path,
    requestStream: false,
    responseStream: false,
    requestDeserialize: raw,
    responseSerialize: raw,
    requestSerialize: raw,
    responseDeserialize: raw,
  } as const
  server.addService(
    { Export: method },
    {
      Export(call: ServerUnaryCall<Buffer, Buffer>, answer: (error: null, bytes: Buffer) => void) {
        got.push({ to: path, header: call.metadata.get('x-key').join(), body: call.request })
        answer(null, Buffer.alloc(0))
      },
    },
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error)
      else resolve(bound)
    })
  })
  t.after(() => server.forceShutdown())
  return { got, address: `127.0.0.1:${port}` }
}

test('[T7] own metrics are pushed over gRPC', async (t) => {
  const { got, address } = await grpcSink(t)
  const { readers } = await pushing({ protocol: 'grpc', endpoint: address, insecure: true, headers: { 'x-key': 'k' } })
  await readers.close()
  assert.equal(got.length, 1)
  assert.equal(got[0]!.header, 'k')
  holds(got[0]!)
})

test('[T7] a backend that is away is a line in the log and no more', async () => {
  const { readers, log } = await pushing({ protocol: 'http/protobuf', endpoint: 'http://127.0.0.1:1', timeout: 200 })
  await readers.close()
  assert.deepEqual(
    log.lines.map(({ level, message }) => [level, message]),
    [['warn', 'Own metrics could not be sent']],
  )
})

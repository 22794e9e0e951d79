/** What the real SDKs of Node send, in protobuf and in JSON, over HTTP. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { context, type Link, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtoMetrics } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtoTraces } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import { PEER_KIND } from '../../proto/columns.ts'
import { countItems } from '../../proto/count.ts'
import { jsonToProto } from '../../proto/json_to_proto.ts'
import type { SignalName } from '../../proto/malformed.ts'
import { createWalker } from '../../proto/walker.ts'
import { decodeMetrics, decodeTraces } from './oracle.ts'

const resource = resourceFromAttributes({ 'service.name': 'cart', 'process.pid': 17, 'host.tags': ['a', 'b'] })

/** Everything that arrives while `send` runs, as protobuf; JSON goes through `jsonToProto`. */
async function received(signal: SignalName, send: (url: string) => Promise<void>): Promise<Uint8Array[]> {
  const requests: Uint8Array[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const isJson = request.headers['content-type'] === 'application/json'
    const bytes = isJson ? jsonToProto(signal, body) : new Uint8Array(body)
    assert.ok(bytes instanceof Uint8Array, JSON.stringify(bytes))
    requests.push(bytes)
    response.writeHead(200, { 'content-type': request.headers['content-type'] }).end(isJson ? '{}' : '')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await send(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/${signal}`)
  } finally {
    server.close()
    server.closeAllConnections()
  }
  return requests
}

async function sendSpans(exporter: SpanExporter): Promise<void> {
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const tracer = provider.getTracer('wire-test', '1.0')
  const server = tracer.startSpan('POST /cart/{id}', {
    kind: SpanKind.SERVER,
    startTime: [1_764_000_000, 123_456_789],
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/cart/{id}',
      'server.address': 'cart',
      list: [1, 2.5, -3],
    },
  })
  const within = trace.setSpan(context.active(), server)
  const link: Link = { context: server.spanContext(), attributes: { why: 'because' } }
  const options = {
    kind: SpanKind.CLIENT,
    attributes: { 'db.namespace': 'shop', 'server.address': 'db-1' },
    links: [link],
  }
  const client = tracer.startSpan('SELECT', options, within)
  client.recordException(new Error('no rows'))
  client.setStatus({ code: SpanStatusCode.ERROR, message: 'no rows' })
  client.end()
  server.end([1_764_000_001, 0])
  await provider.forceFlush()
  await provider.shutdown()
}

for (const [form, create] of [
  ['protobuf', (url: string) => new ProtoTraces({ url })],
  ['JSON', (url: string) => new JsonTraces({ url })],
] as const) {
  test(`[S1] spans of the Node SDK in ${form}`, async () => {
    const requests = await received('traces', (url) => sendSpans(create(url)))
    const walker = createWalker()
    const spans = walker.traces(Buffer.concat(requests))
    assert.ok(spans.ok)
    assert.equal(spans.count, 2)
    const row = (kind: number) => spans.kind.subarray(0, 2).indexOf(kind)
    const [server, client] = [row(2), row(3)]
    const text = (column: Uint32Array, at: number) => walker.text(column[at]!)
    assert.equal(text(spans.name, server), 'POST /cart/{id}')
    assert.deepEqual([text(spans.method, server), text(spans.route, server)], ['POST', '/cart/{id}'])
    assert.deepEqual([text(spans.peer, server), spans.peerKind[server]], ['', PEER_KIND.none])
    assert.deepEqual([text(spans.peer, client), spans.peerKind[client]], ['shop', PEER_KIND.database])
    assert.deepEqual([spans.status[server], spans.status[client]], [0, 2])
    assert.ok(Math.abs(spans.startMs[server]! - 1_764_000_000_123.4568) < 0.001)
    assert.equal(spans.endMs[server], 1_764_000_001_000)
    assert.deepEqual([spans.parentHi[client], spans.parentLo[client]], [spans.spanHi[server], spans.spanLo[server]])
    assert.deepEqual(spans.trace.slice(client * 4, client * 4 + 4), spans.trace.slice(server * 4, server * 4 + 4))
    const attributes = walker.resource(spans.resource[server]!)
    assert.deepEqual([attributes.get('service.name'), attributes.get('process.pid')], ['cart', '17'])
    assert.equal(attributes.get('host.tags'), '["a","b"]')
    const decoded = requests.flatMap((bytes) => decodeTraces(bytes).resourceSpans![0]!.scopeSpans![0]!.spans!)
    assert.equal(decoded.find(({ kind }) => kind === 2)!.startTimeUnixNano, '1764000000123456789')
    assert.equal(decoded.find(({ kind }) => kind === 3)!.events?.length, 1)
    assert.equal(decoded.find(({ kind }) => kind === 3)!.links?.length, 1)
  })
}

async function sendMetrics(exporter: ProtoMetrics | JsonMetrics): Promise<void> {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const views = [
    { instrumentName: 'exponential', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const },
  ]
  const provider = new MeterProvider({ resource, readers: [reader], views })
  const meter = provider.getMeter('wire-test')
  meter.createUpDownCounter('process.memory.usage', { unit: 'By' }).add(123_456_789)
  meter.createCounter('calls').add(3, { route: '/cart' })
  meter.createGauge('v8js.memory.heap.used', { unit: 'By' }).record(1.5, { 'v8js.heap.space.name': 'old_space' })
  for (const name of ['http.server.request.duration', 'exponential']) {
    const histogram = meter.createHistogram(name, { unit: 's' })
    for (const seconds of [0.25, 0.5, 4]) histogram.record(seconds, { 'http.route': '/cart' })
  }
  await provider.forceFlush()
  await provider.shutdown()
}

for (const [form, create] of [
  ['protobuf', (url: string) => new ProtoMetrics({ url })],
  ['JSON', (url: string) => new JsonMetrics({ url })],
] as const) {
  test(`[S2] metrics of the Node SDK in ${form}`, async () => {
    const [first] = await received('metrics', (url) => sendMetrics(create(url)))
    const walker = createWalker()
    const points = walker.metrics(first!, () => true)
    assert.ok(points.ok)
    assert.equal(points.count, countItems('metrics', first!))
    const rows = Array.from({ length: points.count }, (_, row) => [
      walker.text(points.metric[row]!),
      walker.text(points.unit[row]!),
      ...[points.type[row], points.temporality[row], points.monotonic[row], points.value[row], points.sum[row]],
      [...walker.attributes(points.attributes[row]!)].join(),
    ])
    rows.sort((a, b) => String(a[0]).localeCompare(String(b[0])))
    assert.deepEqual(rows, [
      ['calls', '', 2, 2, 1, 3, Number.NaN, 'route,/cart'],
      ['exponential', 's', 4, 2, 0, 3, 4.75, 'http.route,/cart'],
      ['http.server.request.duration', 's', 3, 2, 0, 3, 4.75, 'http.route,/cart'],
      ['process.memory.usage', 'By', 2, 2, 0, 123_456_789, Number.NaN, ''],
      ['v8js.memory.heap.used', 'By', 1, 0, 0, 1.5, Number.NaN, 'v8js.heap.space.name,old_space'],
    ])
    const decoded = decodeMetrics(first!).resourceMetrics![0]!.scopeMetrics![0]!.metrics!
    const used = decoded.find(({ name }) => name === 'process.memory.usage')!
    const time = used.sum!.dataPoints![0]!.timeUnixNano as string
    assert.ok(Math.abs(points.timeMs[0]! - Number(BigInt(time) / 1_000_000n)) <= 1)
  })
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DiagLogLevel, diag, SpanKind } from '@opentelemetry/api'
import { OTLPLogExporter as LogGrpc } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPMetricExporter as MetricGrpc } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { OTLPMetricExporter as MetricJson } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as MetricProto } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter as TraceGrpc } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as TraceJson } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as TraceProto } from '@opentelemetry/exporter-trace-otlp-proto'
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { createAdvice } from '../../../component/advice.ts'
import { decodeRequest } from '../../../proto/messages.ts'
import { type Rig, withRig } from './rig.ts'

const resource = resourceFromAttributes({ 'service.name': 'cart', 'service.instance.id': 'i-1' })
const { GZIP, NONE } = CompressionAlgorithm

const TRACERS = {
  grpc: (rig: Rig) => new TraceGrpc({ url: `http://${rig.grpc.address}` }),
  'grpc gzip': (rig: Rig) => new TraceGrpc({ url: `http://${rig.grpc.address}`, compression: GZIP }),
  'http/protobuf': (rig: Rig) => new TraceProto({ url: `${rig.http.url}/v1/traces`, compression: NONE }),
  'http/protobuf gzip': (rig: Rig) => new TraceProto({ url: `${rig.http.url}/v1/traces`, compression: GZIP }),
  'http/json': (rig: Rig) => new TraceJson({ url: `${rig.http.url}/v1/traces` }),
  'http/json gzip': (rig: Rig) => new TraceJson({ url: `${rig.http.url}/v1/traces`, compression: GZIP }),
}

/** One span by a stock SDK through this exporter. */
async function sendSpan(exporter: TraceGrpc | TraceProto | TraceJson): Promise<void> {
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] })
  provider
    .getTracer('test')
    .startSpan('POST /cart', { kind: SpanKind.SERVER, attributes: { 'http.route': '/cart' } })
    .end()
  await provider.forceFlush()
  await provider.shutdown()
}

for (const [name, exporterFor] of Object.entries(TRACERS)) {
  test(`[R2] spans of the stock SDK by ${name}`, async () => {
    await withRig({}, async (rig) => {
      await sendSpan(exporterFor(rig))
      const [payload] = rig.next.traces.payloads
      assert.equal(payload!.items, 1)
      const span = decodeRequest('traces', payload!.parts[0]!).resourceSpans![0]!.scopeSpans![0]!.spans![0]!
      assert.equal(span.name, 'POST /cart')
      assert.equal(payload!.compressed?.encoding, name.endsWith('gzip') && !name.includes('json') ? 'gzip' : undefined)
    })
  })
}

const METERS = {
  grpc: (rig: Rig) => new MetricGrpc({ url: `http://${rig.grpc.address}` }),
  'http/protobuf': (rig: Rig) => new MetricProto({ url: `${rig.http.url}/v1/metrics` }),
  'http/json': (rig: Rig) => new MetricJson({ url: `${rig.http.url}/v1/metrics` }),
}

for (const [name, exporterFor] of Object.entries(METERS)) {
  test(`[R2] points of the stock SDK by ${name}`, async () => {
    await withRig({}, async (rig) => {
      const reader = new PeriodicExportingMetricReader({ exporter: exporterFor(rig), exportIntervalMillis: 60_000 })
      const provider = new MeterProvider({ resource, readers: [reader] })
      provider.getMeter('test').createUpDownCounter('heap', { unit: 'By' }).add(7)
      await provider.forceFlush()
      await provider.shutdown()
      assert.ok(rig.next.metrics.acceptedItems >= 1)
      const [metric] = decodeRequest('metrics', rig.next.metrics.payloads[0]!.parts[0]!).resourceMetrics![0]!
        .scopeMetrics![0]!.metrics!
      assert.equal(metric!.name, 'heap')
    })
  })
}

test('[R2] records of the stock SDK by grpc', async () => {
  await withRig({}, async (rig) => {
    const exporter = new LogGrpc({ url: `http://${rig.grpc.address}` })
    const { LoggerProvider, SimpleLogRecordProcessor } = await import('@opentelemetry/sdk-logs')
    const provider = new LoggerProvider({ resource, processors: [new SimpleLogRecordProcessor({ exporter })] })
    provider.getLogger('test').emit({ body: 'out of memory' })
    await provider.forceFlush()
    await provider.shutdown()
    assert.equal(rig.next.logs.acceptedItems, 1)
  })
})

test('[R11] the stock SDK writes the warning to its own log', async () => {
  const advice = createAdvice()
  const heard: string[] = []
  const hear = (...parts: unknown[]) =>
    heard.push(parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '))
  diag.setLogger({ error: hear, warn: hear, info: () => {}, debug: () => {}, verbose: () => {} }, DiagLogLevel.WARN)
  try {
    await withRig({ host: { advice } }, async (rig) => {
      for (const [at, name] of (['grpc', 'http/protobuf', 'http/json'] as const).entries()) {
        advice.set([
          { namespace: '', name: 'cart', findingId: `f-${at}`, sentence: `cart: memory leaks, said by ${name}` },
        ])
        await sendSpan(TRACERS[name](rig))
        assert.ok(
          heard.some((line) => line.includes(`cart: memory leaks, said by ${name}`)),
          `${name}: ${JSON.stringify(heard)}`,
        )
      }
    })
  } finally {
    diag.disable()
  }
})

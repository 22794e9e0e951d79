import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics'
import { telemetrySchema } from '../../../service/config/telemetry_schema.ts'
import { combine } from '../../../service/telemetry/combine.ts'
import { toldAt, trimmed } from '../../../service/telemetry/level.ts'
import { createOwnMetrics, type OwnMetrics } from '../../../service/telemetry/own_metrics.ts'
import { observeHeap, observeProcess } from '../../../service/telemetry/process_metrics.ts'
import { openReaders } from '../../../service/telemetry/readers.ts'
import { ownResource } from '../../../service/telemetry/resource.ts'
import { lasting } from '../../../service/workers/lasting.ts'
import { recordingLog } from '../../component/fake_env.ts'
import { manualClock } from '../../component/manual_clock.ts'

const probe = {
  cpuUsage: () => ({ user: 1_500_000, system: 500_000 }),
  memoryUsage: () => ({ rss: 100, heapTotal: 60, heapUsed: 50, external: 7 }),
}

interface Answer {
  readonly status: number
  readonly text: string
}

/** Opens the readers of a configuration over these metrics, asks once, and closes them. */
async function scraped(metrics: object, threads: readonly OwnMetrics[], path = '/metrics'): Promise<Answer> {
  const config = telemetrySchema.parse({ metrics }).metrics
  const log = recordingLog()
  const collect = () => Promise.all(threads.map((thread) => thread.collect()))
  const readers = await openReaders(config, ownResource({ 'service.name': 'lm' }, 'i-1'), collect, manualClock(0), log)
  const address = log.lines.find((line) => line.message === 'Serving metrics')?.fields.address
  try {
    const response = await fetch(`http://${address}${path}`)
    return { status: response.status, text: await response.text() }
  } finally {
    await readers.close()
  }
}

const reader = (more: object = {}) => ({
  readers: [{ pull: { exporter: { prometheus: { host: '127.0.0.1', port: 0, ...more } } } }],
})

function counting(spans: number): OwnMetrics {
  const own = createOwnMetrics()
  own.meter
    .createCounter('otelcol_receiver_accepted_spans', { unit: '{spans}', description: 'Accepted.' })
    .add(spans, { receiver: 'otlp', transport: 'grpc' })
  return own
}

test("[T3] names are the Collector's: no _total, no units, no scope", async () => {
  const own = counting(5)
  observeProcess(own.meter, probe, manualClock(0))
  observeHeap(own.meter, probe)
  const histogram = own.meter.createHistogram('otelcol_processor_batch_batch_send_size', { unit: '{units}' })
  histogram.record(3, { processor: 'batch' })
  own.meter.createCounter('leakmesh_odd_total').add(1)
  const { status, text } = await scraped(reader(), [own])
  assert.equal(status, 200)
  const lines = text.split('\n')
  for (const line of [
    'target_info{service_name="lm",service_version="0.1.0",service_instance_id="i-1"} 1',
    '# HELP otelcol_receiver_accepted_spans Accepted.',
    '# TYPE otelcol_receiver_accepted_spans counter',
    'otelcol_receiver_accepted_spans{receiver="otlp",transport="grpc"} 5',
    '# TYPE otelcol_process_uptime counter',
    'otelcol_process_uptime 0',
    'otelcol_process_cpu_seconds 2',
    '# TYPE otelcol_process_memory_rss gauge',
    'otelcol_process_memory_rss 100',
    'otelcol_process_runtime_heap_alloc_bytes 50',
    'otelcol_process_runtime_total_sys_memory_bytes 67',
    'otelcol_processor_batch_batch_send_size_count{processor="batch"} 1',
    'leakmesh_odd_total 1',
  ]) {
    assert.ok(lines.includes(line), `${line}\nin\n${text}`)
  }
  assert.ok(!text.includes('# UNIT'))
  assert.ok(!text.includes('otel_scope'))
})

test('[T3] suffixes, scope and constant labels when asked for', async () => {
  const own = counting(5)
  observeProcess(own.meter, probe, manualClock(0))
  const asked = { without_type_suffix: false, without_units: false, without_scope_info: false }
  const { text } = await scraped(reader(asked), [own])
  assert.match(text, /^otelcol_receiver_accepted_spans_total\{.*otel_scope_name="leakmesh".*\} 5$/m)
  assert.match(text, /^otelcol_process_memory_rss_bytes\{/m)
  const labels = await scraped(
    reader({ with_resource_constant_labels: { included: ['service.*'], excluded: ['*.version'] } }),
    [own],
  )
  assert.match(labels.text, /^otelcol_receiver_accepted_spans\{.*service_name="lm",service_instance_id="i-1"\} 5$/m)
})

test('[T3] other paths are not found', async () => {
  assert.deepEqual(await scraped(reader(), [counting(1)], '/'), { status: 404, text: '404 page not found\n' })
})

test('[T4] a taken port is an error that names it', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const opened = scraped(reader({ port }), [])
  await assert.rejects(
    opened,
    new RegExp(`^Error: binding address 127.0.0.1:${port} for Prometheus exporter: listen EADDRINUSE`),
  )
  server.close()
})

test('[T5] levels decide what is told', () => {
  assert.equal(toldAt('none', 'otelcol_receiver_accepted_spans'), false)
  assert.equal(toldAt('basic', 'otelcol_receiver_accepted_spans'), true)
  assert.equal(toldAt('basic', 'otelcol_processor_batch_timeout_trigger_send'), false)
  assert.equal(toldAt('normal', 'otelcol_processor_batch_timeout_trigger_send'), true)
  for (const name of [
    'otelcol_exporter_enqueue_size',
    'http.server.request.duration',
    'otelcol_processor_batch_batch_send_size_bytes',
  ]) {
    assert.equal(toldAt('normal', name), false, name)
    assert.equal(toldAt('detailed', name), true, name)
  }
})

test('[T5] level none opens no port', async () => {
  await assert.rejects(scraped({ level: 'None', ...reader() }, []), /fetch failed|Invalid URL|Failed to parse/)
})

/** Every point of one metric: attributes as text → value. */
function points(
  scopes: readonly ScopeMetrics[][] | readonly (readonly ScopeMetrics[])[],
  name: string,
): Record<string, unknown> {
  const metric = combine(scopes).find(({ descriptor }) => descriptor.name === name)
  return Object.fromEntries((metric?.dataPoints ?? []).map((point) => [JSON.stringify(point.attributes), point.value]))
}

test('[T6] threads add up, point by point', async () => {
  const threads = [counting(5), counting(7), createOwnMetrics()]
  threads[2]!.meter.createCounter('otelcol_receiver_accepted_spans').add(1, { receiver: 'otlp', transport: 'http' })
  for (const [index, { meter }] of threads.entries()) {
    meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1, 10] } }).record(index * 6)
    meter.createObservableGauge('g').addCallback((result) => result.observe(index))
  }
  const scopes = await Promise.all(threads.map((thread) => thread.collect()))
  assert.deepEqual(points(scopes, 'otelcol_receiver_accepted_spans'), {
    '{"receiver":"otlp","transport":"grpc"}': 12,
    '{"receiver":"otlp","transport":"http"}': 1,
  })
  assert.deepEqual(points(scopes, 'g'), { '{}': 3 })
  assert.deepEqual(points(scopes, 'h'), {
    '{}': { buckets: { boundaries: [1, 10], counts: [1, 1, 1] }, count: 3, sum: 18, min: 0, max: 12 },
  })
})

test('[T6] of a thread that is gone what it counted stays, what it held does not', async () => {
  const own = counting(5)
  own.meter.createObservableGauge('g').addCallback((result) => result.observe(9))
  own.meter.createUpDownCounter('u').add(3)
  const left = lasting(await own.collect())
  assert.deepEqual(Object.values(points([left], 'otelcol_receiver_accepted_spans')), [5])
  assert.deepEqual(points([left], 'g'), {})
  assert.deepEqual(points([left], 'u'), {})
})

test('[T5] attributes of the detailed level are taken off below it, and points joined', async () => {
  const own = createOwnMetrics()
  const failed = own.meter.createCounter('otelcol_exporter_send_failed_spans')
  failed.add(2, { exporter: 'x', 'error.type': 'timeout' })
  failed.add(3, { exporter: 'x', 'error.type': 'refused', 'error.permanent': true })
  const scopes = await own.collect()
  const normal = scopes.map((scope) => ({
    ...scope,
    metrics: scope.metrics.map((metric) => trimmed('normal', metric)),
  }))
  assert.deepEqual(points([normal], 'otelcol_exporter_send_failed_spans'), { '{"exporter":"x"}': 5 })
  assert.equal(Object.keys(points([scopes], 'otelcol_exporter_send_failed_spans')).length, 2)
})

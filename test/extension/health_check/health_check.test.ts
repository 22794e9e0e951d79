import assert from 'node:assert/strict'
import { get } from 'node:https'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { healthCheckExtension } from '../../../extension/health_check/factory.ts'
import { makeCertificates, withoutOpenssl } from '../../component/certificates.ts'
import { type FakeEnv, fakeEnv, fakeSettings } from '../../component/fake_env.ts'

const NOW = Date.UTC(2026, 0, 1)

async function started(raw: object) {
  const env = fakeEnv({ nowMs: NOW })
  const config = healthCheckExtension.config.parse({ endpoint: '127.0.0.1:0', ...raw })
  const extension = healthCheckExtension.create(fakeSettings('health_check', env), config)
  await extension.start()
  return { env, extension, address: addressOf(env) }
}

function addressOf(env: FakeEnv): string {
  return String(env.log.lines.find((line) => 'endpoint' in line.fields)!.fields.endpoint)
}

async function probe(url: string) {
  const response = await fetch(url)
  return { status: response.status, type: response.headers.get('content-type'), body: await response.text() }
}

test('[HC1] 503 before, 200 while, 503 after telemetry can be taken', async (t) => {
  const { env, extension, address } = await started({})
  t.after(() => extension.shutdown(1_000))
  const unavailable = {
    status: 503,
    type: 'application/json',
    body: '{"status":"Server not available","upSince":"0001-01-01T00:00:00Z","uptime":""}',
  }
  assert.deepEqual(await probe(`http://${address}/`), unavailable)
  extension.ready()
  await env.clock.advance(61_500)
  assert.deepEqual(await probe(`http://${address}/any/path?x=1`), {
    status: 200,
    type: 'application/json',
    body: '{"status":"Server available","upSince":"2026-01-01T00:00:00.000Z","uptime":"1m1.5s"}',
  })
  extension.notReady()
  assert.deepEqual(await probe(`http://${address}/`), unavailable)
})

test('[HC2] another path than / answers only there', async (t) => {
  const { extension, address } = await started({ path: '/health' })
  t.after(() => extension.shutdown(1_000))
  extension.ready()
  assert.equal((await probe(`http://${address}/health`)).status, 200)
  assert.deepEqual(await probe(`http://${address}/`), {
    status: 404,
    type: 'text/plain; charset=utf-8',
    body: '404 page not found\n',
  })
})

test('[HC3] own bodies', async (t) => {
  const { extension, address } = await started({ response_body: { healthy: 'up', unhealthy: 'down' } })
  t.after(() => extension.shutdown(1_000))
  assert.deepEqual(await probe(`http://${address}/`), { status: 503, type: 'text/plain; charset=utf-8', body: 'down' })
  extension.ready()
  assert.deepEqual(await probe(`http://${address}/`), { status: 200, type: 'text/plain; charset=utf-8', body: 'up' })
})

test('[HC4] over TLS', { skip: withoutOpenssl() }, async (t) => {
  const made = makeCertificates()!
  t.after(() => made.remove())
  const { extension, address } = await started({ tls: { cert_file: made.server.cert, key_file: made.server.key } })
  t.after(() => extension.shutdown(1_000))
  extension.ready()
  const status = await new Promise((resolve, reject) => {
    get(`https://${address}/`, { ca: made.read(made.ca) }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', reject)
  })
  assert.equal(status, 200)
})

test('[HC5] a port that is taken stops the start', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  await assert.rejects(started({ endpoint: `127.0.0.1:${port}` }), /EADDRINUSE/)
})

test('[HC6] shutdown frees the port, open connections or not, and is safe twice and without a start', async () => {
  const { extension, address } = await started({})
  await probe(`http://${address}/`)
  await extension.shutdown(1_000)
  await extension.shutdown(1_000)
  await assert.rejects(fetch(`http://${address}/`))
  const config = healthCheckExtension.config.parse(null)
  await healthCheckExtension.create(fakeSettings('health_check', fakeEnv()), config).shutdown(1_000)
})

test('[HC7] the configuration of the Collector’s chart is taken; wrong ones are refused in its words', () => {
  const { config } = healthCheckExtension
  assert.deepEqual(config.parse(null), {
    endpoint: 'localhost:13133',
    transport: 'tcp',
    path: '/',
    check_collector_pipeline: { enabled: false, interval: 300_000, exporter_failure_threshold: 5 },
  })
  assert.ok(config.safeParse({ endpoint: '10.0.0.7:13133', check_collector_pipeline: { enabled: false } }).success)
  const messages = (raw: unknown) => config.safeParse(raw).error?.issues.map((issue) => issue.message)
  assert.deepEqual(messages({ endpoint: '' }), ['bad config: endpoint must be specified'])
  assert.deepEqual(messages({ path: 'health' }), ['bad config: path must start with /'])
  assert.deepEqual(messages({ endpoint: 'localhost' }), ['address localhost: missing port in address'])
  assert.match(messages({ check_collector_pipeline: { enabled: true } })![0]!, /not supported/)
})

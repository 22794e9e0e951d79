import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib'
import { Metadata, ServerCredentials } from '@grpc/grpc-js'
import type { Outcome } from '../../../component/outcome.ts'
import { encodeAnswer, encodeStatus } from '../../../proto/messages.ts'
import { makeCertificates, withoutOpenssl } from '../../component/certificates.ts'
import { until } from '../../receiver/otlp/rig.ts'
import { exporting, freePort, type GrpcBackend, grpcBackend, rudeBackend, spansPayload } from '../backend.ts'

const WAIT = { sending_queue: { enabled: false } }
const ONCE = { ...WAIT, retry_on_failure: { enabled: false } }

async function withBackend(check: (backend: GrpcBackend, endpoint: object) => Promise<void>): Promise<void> {
  const backend = await grpcBackend()
  try {
    await check(backend, { endpoint: `127.0.0.1:${backend.port}`, tls: { insecure: true } })
  } finally {
    await backend.stop()
  }
}

/** The outcome of one payload, with the exporter shut down behind it. */
async function outcomeOf(config: object): Promise<Outcome> {
  const { exporter } = await exporting('otlp_grpc', config)
  const outcome = await exporter.consume(spansPayload(2))
  await exporter.shutdown(1_000)
  return outcome
}

test('[G1] a grpc-js server receives the very bytes, with our headers', async () => {
  await withBackend(async (backend, endpoint) => {
    const { exporter, sum } = await exporting('otlp_grpc', { ...endpoint, ...WAIT, headers: { 'X-Tenant': 'blue' } })
    const payload = spansPayload(3)
    assert.deepEqual(await exporter.consume(payload), { ok: true })
    assert.deepEqual(backend.requests[0], payload.parts[0])
    assert.deepEqual(backend.metadata[0]!.get('x-tenant'), ['blue'])
    assert.match(String(backend.metadata[0]!.get('user-agent')), /^leakmesh\//)
    assert.equal(sum('sent_spans'), 3)
    await exporter.shutdown(1_000)
  })
})

test('[G2] compression is what is asked for, and understood by others', async () => {
  await withBackend(async (backend, endpoint) => {
    for (const compression of ['gzip', 'none']) {
      assert.deepEqual(await outcomeOf({ ...endpoint, ...ONCE, compression }), { ok: true }, compression)
      assert.deepEqual(backend.requests.at(-1), spansPayload(2).parts[0], compression)
    }
  })
})

test('[G3] codes are retryable as OTLP says; RESOURCE_EXHAUSTED only with a time', async () => {
  await withBackend(async (backend, endpoint) => {
    const retryInfo = new Metadata()
    const details = Buffer.from(encodeStatus({ code: 8, message: 'slower', retryAfterMs: 1_500 }))
    retryInfo.set('grpc-status-details-bin', details)
    const rows = [
      ...[1, 4, 10, 11, 14, 15].map((code) => ({ code, retryable: true })),
      ...[2, 3, 5, 6, 7, 8, 9, 12, 13, 16].map((code) => ({ code, retryable: false })),
      { code: 8, retryable: true, metadata: retryInfo, retryAfterMs: 1_500 },
    ]
    for (const { code, retryable, ...extra } of rows) {
      const error = { code, details: 'no: 100 %', ...('metadata' in extra && { metadata: extra.metadata }) }
      backend.answer(() => ({ error }))
      const outcome = await outcomeOf({ ...endpoint, ...ONCE })
      assert.ok(!outcome.ok)
      assert.equal(outcome.retryable, retryable, `code ${code}`)
      assert.equal(outcome.grpcCode, code)
      assert.match(outcome.message, /^rpc error: code = \w+ desc = no: 100 %$/)
      assert.equal(outcome.retryAfterMs, 'retryAfterMs' in extra ? extra.retryAfterMs : undefined)
    }
  })
})

test('[G3] a partial success is counted and logged, not repeated', async () => {
  await withBackend(async (backend, endpoint) => {
    const response = Buffer.from(encodeAnswer('traces', { partialSuccess: { rejected: 2, errorMessage: 'too old' } }))
    backend.answer(() => ({ response }))
    const { exporter, env, sum } = await exporting('otlp_grpc', { ...endpoint, ...WAIT })
    assert.deepEqual(await exporter.consume(spansPayload(5)), { ok: true })
    assert.deepEqual([sum('sent_spans'), sum('send_failed_spans'), backend.requests.length], [3, 2, 1])
    const [line] = env.log.lines.filter(({ message }) => message === 'Partial success response')
    assert.deepEqual(line!.fields, { message: 'too old', dropped_spans: 2 })
    await exporter.shutdown(1_000)
  })
})

test('[G3] an empty partial success, as the Collector sends it, is a success', async () => {
  await withBackend(async (backend, endpoint) => {
    backend.answer(() => ({ response: Buffer.from([0x0a, 0]) }))
    assert.deepEqual(await outcomeOf({ ...endpoint, ...ONCE }), { ok: true })
  })
})

test('[G3] an answer that is no message is a permanent failure', async () => {
  await withBackend(async (backend, endpoint) => {
    backend.answer(() => ({ response: Buffer.from([0x0a, 0x7f, 1]) }))
    const outcome = await outcomeOf({ ...endpoint, ...ONCE })
    assert.ok(!outcome.ok && !outcome.retryable)
    assert.match(outcome.message, /^unreadable answer/)
  })
})

test('[G4] a silent backend is given up after the timeout, retryably', async () => {
  await withBackend(async (backend, endpoint) => {
    backend.answer(() => 'silence')
    const outcome = await outcomeOf({ ...endpoint, ...ONCE, timeout: '50ms' })
    assert.ok(!outcome.ok && outcome.retryable)
    assert.equal(outcome.grpcCode, 4)
  })
})

test('[G4] nobody there, garbage, half-closed, hung up: all retryable', async () => {
  const treatments = {
    garbage: (socket: { end(text: string): void }) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'half-closed': (socket: { end(): void }) => socket.end(),
    'hung up': (socket: { destroy(): void }) => socket.destroy(),
    'never answers': () => {},
  }
  for (const [name, treat] of Object.entries(treatments)) {
    const rude = await rudeBackend(treat)
    const outcome = await outcomeOf({
      endpoint: `127.0.0.1:${rude.port}`,
      tls: { insecure: true },
      timeout: '100ms',
      ...ONCE,
    })
    assert.ok(!outcome.ok && outcome.retryable, `${name}: ${JSON.stringify(outcome)}`)
    await rude.stop()
  }
  const nobody = await outcomeOf({ endpoint: `127.0.0.1:${await freePort()}`, tls: { insecure: true }, ...ONCE })
  assert.ok(!nobody.ok && nobody.retryable)
  assert.match(nobody.message, /ECONNREFUSED/)
  const unknown = await outcomeOf({ endpoint: 'no-such-host.invalid:4317', tls: { insecure: true }, ...ONCE })
  assert.ok(!unknown.ok && unknown.retryable)
  assert.match(unknown.message, /name resolver error/)
})

test('[G5] a backend that comes later is found', async () => {
  const port = await freePort()
  const endpoint = { endpoint: `127.0.0.1:${port}`, tls: { insecure: true } }
  const { exporter, sum } = await exporting('otlp_grpc', endpoint)
  await exporter.consume(spansPayload(4))
  const backend = await grpcBackend({ port })
  await until(() => sum('sent_spans') === 4, 'the spans to arrive')
  assert.equal(backend.spans, 4)
  await exporter.shutdown(1_000)
  await backend.stop()
})

test('[G5] a server that says goodbye loses nothing', async () => {
  const { createServer, constants } = await import('node:http2')
  const { frame } = await import('../../../component/grpc_frame.ts')
  let calls = 0
  const server = createServer()
  server.on('session', (session) => {
    session.on('stream', (stream) => {
      calls += 1
      stream.resume()
      stream.on('end', () => {
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
        stream.end(frame(new Uint8Array(0)))
        session.goaway(constants.NGHTTP2_NO_ERROR)
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const { exporter, sum } = await exporting('otlp_grpc', { endpoint: `127.0.0.1:${port}`, tls: { insecure: true } })
  for (let count = 0; count < 20; count++) await exporter.consume(spansPayload(1))
  await until(() => sum('sent_spans') === 20, 'all spans')
  assert.ok(calls >= 20)
  await exporter.shutdown(1_000)
  server.close()
})

const made = makeCertificates()

test("[G6] TLS: verified by the endpoint's name, mutual when asked", { skip: withoutOpenssl() }, async () => {
  const pair = { cert_chain: made!.read(made!.server.cert), private_key: made!.read(made!.server.key) }
  const backend = await grpcBackend({ credentials: ServerCredentials.createSsl(made!.read(made!.ca), [pair], true) })
  const endpoint = `localhost:${backend.port}`
  const client = { cert_file: made!.client.cert, key_file: made!.client.key }
  const trusted = { ca_file: made!.ca, ...client }
  assert.deepEqual(await outcomeOf({ endpoint, ...ONCE, tls: trusted }), { ok: true })
  assert.deepEqual(await outcomeOf({ endpoint, ...ONCE, tls: { ...client, insecure_skip_verify: true } }), { ok: true })
  const failing = [
    { name: 'an authority that nobody knows', tls: client },
    { name: 'no certificate of ours', tls: { ca_file: made!.ca } },
    { name: 'another name', tls: { ...trusted, server_name_override: 'other.example.com' } },
    { name: 'no TLS at all', tls: { insecure: true } },
  ]
  for (const { name, tls } of failing) {
    const outcome = await outcomeOf({ endpoint, ...ONCE, tls, timeout: '500ms' })
    assert.ok(!outcome.ok && outcome.retryable, name)
  }
  await backend.stop()
  made!.remove()
})

test('[G2] gzip that came leaves as the same gzip; several parts leave as one request', async () => {
  const { createServer } = await import('node:http2')
  const { frame, FRAME_HEADER_BYTES } = await import('../../../component/grpc_frame.ts')
  const bodies: Buffer[] = []
  const server = createServer()
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
  const { port } = server.address() as { port: number }
  const send = async (compression: string, payload: ReturnType<typeof spansPayload>) => {
    const { exporter } = await exporting('otlp_grpc', {
      endpoint: `127.0.0.1:${port}`,
      tls: { insecure: true },
      compression,
      ...ONCE,
    })
    assert.deepEqual(await exporter.consume(payload), { ok: true })
    await exporter.shutdown(1_000)
    const body = bodies.at(-1)!
    return { compressed: body[0] === 1, message: body.subarray(FRAME_HEADER_BYTES) }
  }
  const one = spansPayload(3)
  // Level 1: bytes that our own compression would not make.
  const came = gzipSync(one.parts[0]!, { level: 1 })
  const compressed = { ...one, compressed: { encoding: 'gzip' as const, bytes: came } }
  const passed = await send('gzip', compressed)
  assert.ok(passed.compressed)
  assert.deepEqual(passed.message, came)
  assert.deepEqual((await send('none', compressed)).message, one.parts[0])
  const other = await send('zstd', compressed)
  assert.deepEqual(zstdDecompressSync(other.message), one.parts[0])
  const two = spansPayload(2)
  const parts = [one.parts[0]!, two.parts[0]!]
  const several = { ...one, parts, sizeBytes: one.sizeBytes + two.sizeBytes, items: 5 }
  assert.deepEqual((await send('none', several)).message, Buffer.concat(parts))
  assert.deepEqual(gunzipSync((await send('gzip', several)).message), Buffer.concat(parts))
  server.close()
})

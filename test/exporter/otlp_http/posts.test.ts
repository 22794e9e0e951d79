import assert from 'node:assert/strict'
import { once } from 'node:events'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { gunzipSync, gzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import type { Outcome } from '../../../component/outcome.ts'
import { encodeAnswer, encodeRequest, encodeStatus } from '../../../proto/messages.ts'
import { makeCertificates, withoutOpenssl } from '../../component/certificates.ts'
import { until } from '../../receiver/otlp/rig.ts'
import { exporting, freePort, type HttpBackend, httpBackend, rudeBackend, spansPayload } from '../backend.ts'

const ONCE = { sending_queue: { enabled: false }, retry_on_failure: { enabled: false } }
const PROTOBUF = { 'content-type': 'application/x-protobuf' }

async function withBackend(check: (backend: HttpBackend, endpoint: string) => Promise<void>): Promise<void> {
  const backend = await httpBackend()
  try {
    await check(backend, `http://127.0.0.1:${backend.port}`)
  } finally {
    await backend.stop()
  }
}

async function outcomeOf(config: object, payload = spansPayload(2)): Promise<Outcome> {
  const { exporter } = await exporting('otlp_http', { ...ONCE, ...config })
  const outcome = await exporter.consume(payload)
  await exporter.shutdown(1_000)
  return outcome
}

test('[H1] the very bytes go to the endpoint and the path of the signal', async () => {
  await withBackend(async (backend, endpoint) => {
    const payload = spansPayload(3)
    await outcomeOf({ endpoint, headers: { 'X-Tenant': 'blue' } }, payload)
    await outcomeOf({ endpoint: `${endpoint}/otlp/` }, payload)
    await outcomeOf({ traces_endpoint: `${endpoint}/custom?a=1` }, payload)
    assert.deepEqual(
      backend.requests.map(({ url }) => url),
      ['/v1/traces', '/otlp/v1/traces', '/custom?a=1'],
    )
    const [first] = backend.requests
    assert.deepEqual(first!.body, payload.parts[0])
    assert.equal(first!.headers['content-type'], 'application/x-protobuf')
    assert.equal(first!.headers['content-length'], String(payload.sizeBytes))
    assert.equal(first!.headers['x-tenant'], 'blue')
    assert.match(first!.headers['user-agent']!, /^leakmesh\//)
    assert.equal(first!.headers['content-encoding'], undefined)
  })
})

test('[H1] an exporter without an endpoint for its signal does not start', async () => {
  await assert.rejects(exporting('otlp_http', { logs_endpoint: 'http://a/v1/logs' }), {
    message: 'either endpoint or traces_endpoint must be specified',
  })
})

test('[H2] gzip that came leaves as the same gzip; what must be compressed is', async () => {
  await withBackend(async (backend, endpoint) => {
    backend.answer((response) => response.writeHead(200).end())
    const payload = spansPayload(3)
    const came = gzipSync(payload.parts[0]!, { level: 1 })
    const compressed = { ...payload, compressed: { encoding: 'gzip' as const, bytes: came } }
    const send = async (config: object) => {
      assert.deepEqual(await outcomeOf({ endpoint, ...config }, compressed), { ok: true })
      const { headers, body } = backend.requests.at(-1)!
      return { encoding: headers['content-encoding'], body }
    }
    assert.deepEqual(await send({ compression: 'gzip' }), { encoding: 'gzip', body: came })
    assert.deepEqual(await send({ compression: 'none' }), { encoding: undefined, body: payload.parts[0] })
    for (const [compression, decompress] of [
      ['deflate', inflateSync],
      ['zlib', inflateSync],
      ['zstd', zstdDecompressSync],
    ] as const) {
      const sent = await send({ compression, compression_params: { level: 3 } })
      assert.equal(sent.encoding, compression)
      assert.deepEqual(decompress(sent.body), payload.parts[0])
    }
    const parts = [payload.parts[0]!, spansPayload(1).parts[0]!]
    const several = { ...payload, parts, sizeBytes: parts[0]!.length + parts[1]!.length }
    await outcomeOf({ endpoint, compression: 'gzip' }, several)
    assert.deepEqual(gunzipSync(backend.requests.at(-1)!.body), Buffer.concat(parts))
    await outcomeOf({ endpoint, compression: 'none' }, several)
    assert.deepEqual(backend.requests.at(-1)!.body, Buffer.concat(parts))
  })
})

test('[H2] encoding: json sends OTLP/JSON', async () => {
  await withBackend(async (backend, endpoint) => {
    backend.answer((response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}'),
    )
    const span = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      name: 'a',
      startTimeUnixNano: '1764000000000000001',
    }
    const bytes = encodeRequest('traces', { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
    const payload = { signal: 'traces' as const, parts: [bytes], sizeBytes: bytes.length, items: 1 }
    assert.deepEqual(await outcomeOf({ endpoint, encoding: 'json' }, payload), { ok: true })
    const { headers, body } = backend.requests[0]!
    assert.equal(headers['content-type'], 'application/json')
    const [sent] = JSON.parse(body.toString()).resourceSpans[0].scopeSpans[0].spans
    assert.deepEqual(
      [sent.traceId, sent.spanId, sent.startTimeUnixNano],
      [span.traceId, span.spanId, span.startTimeUnixNano],
    )
  })
})

test('[H3] statuses are retryable as OTLP says, and travel back as codes', async () => {
  await withBackend(async (backend, endpoint) => {
    const rows = [
      { status: 400, retryable: false, code: 3 },
      { status: 401, retryable: false, code: 16 },
      { status: 403, retryable: false, code: 7 },
      { status: 404, retryable: false, code: 12 },
      { status: 408, retryable: false, code: 2 },
      { status: 413, retryable: false, code: 2 },
      { status: 429, retryable: true, code: 8 },
      { status: 500, retryable: false, code: 2 },
      { status: 501, retryable: false, code: 2 },
      { status: 502, retryable: true, code: 14 },
      { status: 503, retryable: true, code: 14 },
      { status: 504, retryable: true, code: 14 },
      { status: 302, retryable: false, code: 2 },
    ]
    for (const { status, retryable, code } of rows) {
      const body = Buffer.from(encodeStatus({ code: 3, message: 'said the backend' }))
      backend.answer((response) => response.writeHead(status, PROTOBUF).end(body))
      const outcome = await outcomeOf({ endpoint })
      assert.ok(!outcome.ok)
      assert.deepEqual([outcome.retryable, outcome.grpcCode], [retryable, code], `status ${status}`)
      const expected = `error exporting items, request to ${endpoint}/v1/traces responded with HTTP Status Code ${status}, Message=said the backend`
      assert.equal(outcome.message, expected)
    }
  })
})

test('[H3] Retry-After in seconds or as a date; nonsense is not believed', async () => {
  await withBackend(async (backend, endpoint) => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString()
    const rows = [
      { header: '7', low: 7_000, high: 7_000 },
      { header: inAMinute, low: 50_000, high: 60_000 },
    ]
    const retryAfter = async (header: string) => {
      backend.answer((response) => response.writeHead(503, { 'retry-after': header }).end())
      const outcome = await outcomeOf({ endpoint })
      return outcome.ok ? undefined : outcome.retryAfterMs
    }
    for (const { header, low, high } of rows) {
      const ms = await retryAfter(header)
      assert.ok(ms !== undefined && ms >= low && ms <= high, `${header}: ${ms}`)
    }
    for (const header of ['soon', '-1', '999999999', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
      assert.equal(await retryAfter(header), undefined, header)
    }
  })
})

test('[H3] partial success, in protobuf and in JSON', async () => {
  await withBackend(async (backend, endpoint) => {
    const answers = [
      {
        type: 'application/x-protobuf',
        body: encodeAnswer('traces', { partialSuccess: { rejected: 2, errorMessage: 'too old' } }),
      },
      { type: 'application/json', body: '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}' },
    ]
    for (const { type, body } of answers) {
      backend.answer((response) => response.writeHead(200, { 'content-type': type }).end(body))
      const { exporter, sum } = await exporting('otlp_http', { endpoint, ...ONCE })
      assert.deepEqual(await exporter.consume(spansPayload(5)), { ok: true })
      assert.deepEqual([sum('sent_spans'), sum('send_failed_spans')], [3, 2])
      await exporter.shutdown(1_000)
    }
  })
})

test('[H3] a 2xx that claims to be an answer and is none is a permanent failure; any other 2xx is a yes', async () => {
  await withBackend(async (backend, endpoint) => {
    const answer = async (type: string, body: string | Buffer, status = 200) => {
      backend.answer((response) => response.writeHead(status, { 'content-type': type }).end(body))
      return outcomeOf({ endpoint })
    }
    for (const outcome of [
      await answer('application/x-protobuf', Buffer.from([0x0a, 0x7f])),
      await answer('application/json', '{'),
    ]) {
      assert.ok(!outcome.ok && !outcome.retryable)
    }
    assert.ok((await answer('text/html', '<p>hello</p>')).ok)
    assert.ok((await answer('application/json', '{}', 202)).ok)
    assert.ok((await answer('application/x-protobuf', '', 204)).ok)
  })
})

test('[H4] nobody there, garbage, half-closed, hung up, silent: all retryable', async () => {
  const treatments = {
    garbage: (socket: { end(text: string): void }) => socket.end('\0\0\0 what?\r\n\r\n'),
    'half-closed': (socket: { end(): void }) => socket.end(),
    'hung up': (socket: { destroy(): void }) => socket.destroy(),
    'half an answer': (socket: { end(text: string): void }) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'),
    silent: () => {},
  }
  for (const [name, treat] of Object.entries(treatments)) {
    const rude = await rudeBackend(treat)
    const outcome = await outcomeOf({ endpoint: `http://127.0.0.1:${rude.port}`, timeout: '100ms' })
    assert.ok(!outcome.ok && outcome.retryable, `${name}: ${JSON.stringify(outcome)}`)
    assert.match(outcome.message, /^failed to make an HTTP request: /)
    await rude.stop()
  }
  const nobody = await outcomeOf({ endpoint: `http://127.0.0.1:${await freePort()}` })
  assert.ok(!nobody.ok && nobody.retryable)
  assert.match(nobody.message, /ECONNREFUSED/)
})

test('[H4] an endless answer is not read to its end', async () => {
  await withBackend(async (backend, endpoint) => {
    backend.answer((response) => {
      response.writeHead(200, PROTOBUF)
      const write = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      }
      response.on('drain', write)
      write()
    })
    const outcome = await outcomeOf({ endpoint, timeout: '10s' })
    assert.ok(!outcome.ok)
    assert.match(outcome.message, /the answer is too long/)
  })
})

test('[H5] connections are kept, and one that the server closed meanwhile is replaced without a word', async () => {
  await withBackend(async (backend, endpoint) => {
    const ports = new Set<number>()
    backend.answer((response) => {
      ports.add(response.socket!.remotePort!)
      response.writeHead(200).end()
    })
    const { exporter, sum } = await exporting('otlp_http', { endpoint, ...ONCE })
    for (let count = 0; count < 5; count++) assert.ok((await exporter.consume(spansPayload(1))).ok)
    assert.equal(ports.size, 1)
    let first = true
    backend.answer((response) => {
      if (first) response.socket!.destroy()
      else response.writeHead(200).end()
      first = false
    })
    assert.ok((await exporter.consume(spansPayload(1))).ok)
    assert.deepEqual([sum('sent_spans'), sum('send_failed_spans')], [6, 0])
    await exporter.shutdown(1_000)
  })
})

test('[H5] through a proxy', async () => {
  await withBackend(async (backend) => {
    backend.answer((response) => response.writeHead(200).end())
    const outcome = await outcomeOf({
      endpoint: 'http://backend.invalid:4318',
      proxy_url: `http://127.0.0.1:${backend.port}`,
    })
    assert.deepEqual(outcome, { ok: true })
    assert.equal(backend.requests[0]!.url, 'http://backend.invalid:4318/v1/traces')
  })
})

test('[Q4] shutdown lets go of a backend that never answers', async () => {
  const rude = await rudeBackend(() => {})
  const { exporter, sum } = await exporting('otlp_http', { endpoint: `http://127.0.0.1:${rude.port}` })
  await exporter.consume(spansPayload(3))
  await until(() => sum('in_flight_requests') === 1, 'the request')
  await exporter.shutdown(50)
  assert.deepEqual([sum('send_failed_spans'), sum('sent_spans')], [3, 0])
  await rude.stop()
})

const made = makeCertificates()
after(() => made?.remove())

test('[H6] TLS: verified, mutual when asked', { skip: withoutOpenssl() }, async () => {
  const { read } = made!
  const options = { cert: read(made!.server.cert), key: read(made!.server.key), ca: read(made!.ca), requestCert: true }
  const server = https.createServer(options, (request, response) => {
    request.resume().on('end', () => response.writeHead(200).end())
  })
  server.listen(0)
  await once(server, 'listening')
  const endpoint = `https://localhost:${(server.address() as AddressInfo).port}`
  const client = { cert_file: made!.client.cert, key_file: made!.client.key }
  assert.deepEqual(await outcomeOf({ endpoint, tls: { ca_file: made!.ca, ...client } }), { ok: true })
  assert.deepEqual(await outcomeOf({ endpoint, tls: { ...client, insecure_skip_verify: true } }), { ok: true })
  for (const tls of [
    client,
    { ca_file: made!.ca },
    { ca_file: made!.ca, ...client, server_name_override: 'other.example.com' },
  ]) {
    const outcome = await outcomeOf({ endpoint, tls })
    assert.ok(!outcome.ok && outcome.retryable)
  }
  server.closeAllConnections()
  server.close()
})

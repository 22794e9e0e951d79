import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { permanent, unavailable } from '../../../component/outcome.ts'
import { decodeStatus } from '../../../proto/messages.ts'
import { BYTES, JSON_TYPE, PROTOBUF, sendHttp, withRig } from './rig.ts'

const EMPTY_JSON = '{"resourceSpans":[]}'
const ONE_JSON = '{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a"}]}]}]}'

interface Row {
  readonly name: string
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  readonly status: number
  readonly type?: string
  readonly text?: string
  /** google.rpc.Code in the body. */
  readonly code?: number
  readonly says?: RegExp
  /** Items that reached the pipeline. */
  readonly items?: number
}

const TABLE: readonly Row[] = [
  {
    name: 'protobuf',
    headers: PROTOBUF,
    body: BYTES.traces(3),
    status: 200,
    type: 'application/x-protobuf',
    text: '',
    items: 3,
  },
  { name: 'JSON', headers: JSON_TYPE, body: ONE_JSON, status: 200, type: 'application/json', text: '{}', items: 1 },
  {
    name: 'JSON with charset',
    headers: { 'content-type': 'Application/JSON; charset=utf-8' },
    body: ONE_JSON,
    status: 200,
    items: 1,
  },
  { name: 'query string', path: '/v1/traces?x=1', headers: PROTOBUF, body: BYTES.traces(1), status: 200, items: 1 },
  { name: 'metrics', path: '/v1/metrics', headers: PROTOBUF, body: BYTES.metrics(4), status: 200 },
  { name: 'logs', path: '/v1/logs', headers: PROTOBUF, body: BYTES.logs(5), status: 200 },
  { name: 'empty protobuf', headers: PROTOBUF, body: '', status: 200, text: '', items: 0 },
  { name: 'nothing in JSON', headers: JSON_TYPE, body: EMPTY_JSON, status: 200, text: '{}', items: 0 },
  {
    name: 'unknown and snake_case keys',
    headers: JSON_TYPE,
    body: '{"resource_spans":[{}],"x":{"y":[1]}}',
    status: 200,
    items: 0,
  },
  {
    name: 'gzip',
    headers: { ...PROTOBUF, 'content-encoding': 'gzip' },
    body: gzipSync(BYTES.traces(2)),
    status: 200,
    items: 2,
  },
  {
    name: 'deflate',
    headers: { ...PROTOBUF, 'content-encoding': 'deflate' },
    body: deflateSync(BYTES.traces(2)),
    status: 200,
    items: 2,
  },
  {
    name: 'zlib',
    headers: { ...PROTOBUF, 'content-encoding': 'zlib' },
    body: deflateSync(BYTES.traces(2)),
    status: 200,
    items: 2,
  },
  {
    name: 'zstd',
    headers: { ...PROTOBUF, 'content-encoding': 'zstd' },
    body: zstdCompressSync(BYTES.traces(2)),
    status: 200,
    items: 2,
  },
  {
    name: 'gzip JSON',
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    body: gzipSync(ONE_JSON),
    status: 200,
    items: 1,
  },
  {
    name: 'GET',
    method: 'GET',
    headers: PROTOBUF,
    status: 405,
    type: 'text/plain; charset=utf-8',
    text: '405 method not allowed, supported: [POST]',
  },
  {
    name: 'PUT',
    method: 'PUT',
    headers: PROTOBUF,
    body: 'x',
    status: 405,
    text: '405 method not allowed, supported: [POST]',
  },
  {
    name: 'OPTIONS without CORS',
    method: 'OPTIONS',
    headers: { origin: 'http://a' },
    status: 405,
    text: '405 method not allowed, supported: [POST]',
  },
  {
    name: 'no type',
    body: 'x',
    status: 415,
    type: 'text/plain; charset=utf-8',
    text: '415 unsupported media type, supported: [application/json, application/x-protobuf]',
  },
  {
    name: 'wrong type',
    headers: { 'content-type': 'text/plain' },
    body: 'x',
    status: 415,
    text: '415 unsupported media type, supported: [application/json, application/x-protobuf]',
  },
  { name: 'other path', path: '/v1/profiles', headers: PROTOBUF, body: 'x', status: 404, text: '404 page not found\n' },
  {
    name: 'malformed protobuf',
    headers: PROTOBUF,
    body: Buffer.from([0x0a, 0x7f, 1]),
    status: 400,
    type: 'application/x-protobuf',
    code: 3,
    says: /unexpected EOF/,
  },
  {
    name: 'malformed JSON',
    headers: JSON_TYPE,
    body: '{"resourceSpans":[',
    status: 400,
    type: 'application/json',
    code: 3,
  },
  { name: 'empty JSON', headers: JSON_TYPE, body: '', status: 400, code: 3 },
  { name: 'binary as JSON', headers: JSON_TYPE, body: Buffer.from([0xff, 0xfe, 0, 1]), status: 400, code: 3 },
  { name: 'wrong kinds in JSON', headers: JSON_TYPE, body: '{"resourceSpans":7}', status: 400, code: 3 },
  {
    name: 'unknown encoding',
    headers: { ...PROTOBUF, 'content-encoding': 'br' },
    body: 'x',
    status: 400,
    code: 3,
    says: /^unsupported Content-Encoding: br$/,
  },
  {
    name: 'encoding in capitals',
    headers: { ...JSON_TYPE, 'content-encoding': 'GZIP' },
    body: 'x',
    status: 400,
    type: 'application/json',
    code: 3,
    says: /^unsupported Content-Encoding: GZIP$/,
  },
  {
    name: 'not gzip',
    headers: { ...PROTOBUF, 'content-encoding': 'gzip' },
    body: 'not gzip',
    status: 400,
    code: 3,
    says: /^gzip: /,
  },
  {
    name: 'half a gzip',
    headers: { ...PROTOBUF, 'content-encoding': 'gzip' },
    body: gzipSync(BYTES.traces(50)).subarray(0, 60),
    status: 400,
    code: 3,
  },
  {
    name: 'not zstd',
    headers: { ...JSON_TYPE, 'content-encoding': 'zstd' },
    body: 'not zstd',
    status: 400,
    code: 3,
    says: /^zstd: /,
  },
]

test('[R4] every request over HTTP gets its answer, in its own encoding', async (t) => {
  await withRig({}, async (rig) => {
    for (const row of TABLE) {
      await t.test(row.name, async () => {
        const before = rig.next.traces.acceptedItems
        const answer = await sendHttp(`${rig.http.url}${row.path ?? '/v1/traces'}`, row)
        assert.equal(answer.status, row.status)
        if (row.type !== undefined) assert.equal(answer.headers['content-type'], row.type)
        if (row.text !== undefined) assert.equal(answer.body.toString(), row.text)
        if (row.code !== undefined) {
          const isJson = answer.headers['content-type'] === 'application/json'
          const status = isJson ? JSON.parse(answer.body.toString()) : decodeStatus(answer.body)
          assert.equal(status.code, row.code)
          assert.match(status.message, row.says ?? /./)
        }
        if (row.items !== undefined) assert.equal(rig.next.traces.acceptedItems - before, row.items)
      })
    }
    assert.deepEqual(
      rig.next.traces.payloads.filter((payload) => payload.items === 0),
      [],
      '[R6] empty requests are not passed on',
    )
  })
})

test('[R4] a malformed request is told where it is wrong', async () => {
  await withRig({}, async (rig) => {
    const bytes = Buffer.concat([BYTES.traces(1), Buffer.from([0x0a, 0x7f])])
    const answer = await sendHttp(`${rig.http.url}/v1/traces`, { headers: PROTOBUF, body: bytes })
    const [violation] = decodeStatus(answer.body)!.violations!
    assert.match(violation!.description, /at byte \d+$/)
    assert.equal(
      rig.env.metrics.sum('leakmesh_receiver_turned_away_requests', { reason: 'malformed', transport: 'http' }),
      1,
    )
  })
})

test('[R1] a route exists only for signals that a pipeline uses', async () => {
  await withRig({ signals: ['metrics'] }, async (rig) => {
    const send = (path: string, body: Buffer) => sendHttp(`${rig.http.url}${path}`, { headers: PROTOBUF, body })
    assert.equal((await send('/v1/metrics', BYTES.metrics(1))).status, 200)
    const refused = await send('/v1/traces', BYTES.traces(1))
    assert.equal(refused.status, 404)
    assert.equal(refused.body.toString(), '404 page not found\n')
  })
})

test('[R14] paths can be configured', async () => {
  await withRig({ http: { traces_url_path: 'telemetry/spans' } }, async (rig) => {
    const send = (path: string) => sendHttp(`${rig.http.url}${path}`, { headers: PROTOBUF, body: BYTES.traces(1) })
    assert.equal((await send('/telemetry/spans')).status, 200)
    assert.equal((await send('/v1/traces')).status, 404)
  })
})

const REFUSALS = [
  { outcome: unavailable('sending queue is full'), status: 503, code: 14, retryAfter: undefined },
  { outcome: unavailable('data refused due to high memory usage', 1_500), status: 503, code: 14, retryAfter: '2' },
  { outcome: permanent('Permanent error: no'), status: 500, code: 13, retryAfter: undefined },
  { outcome: permanent('bad', 3), status: 400, code: 3, retryAfter: undefined },
  { outcome: permanent('who', 16), status: 401, code: 16, retryAfter: undefined },
  { outcome: permanent('not you', 7), status: 403, code: 7, retryAfter: undefined },
  { outcome: permanent('none', 12), status: 404, code: 12, retryAfter: undefined },
  { outcome: { ...unavailable('slower', 3_000), grpcCode: 8 }, status: 429, code: 8, retryAfter: '3' },
] as const

test('[R5] a refusal from the pipeline becomes status, code and Retry-After', async () => {
  await withRig({}, async (rig) => {
    for (const { outcome, status, code, retryAfter } of REFUSALS) {
      rig.next.traces.answer(outcome)
      for (const headers of [PROTOBUF, JSON_TYPE]) {
        const body = headers === PROTOBUF ? BYTES.traces(2) : ONE_JSON
        const answer = await sendHttp(`${rig.http.url}/v1/traces`, { headers, body })
        const said = headers === PROTOBUF ? decodeStatus(answer.body)! : JSON.parse(answer.body.toString())
        assert.equal(answer.status, status, outcome.message)
        assert.equal(said.code, code)
        assert.equal(said.message, outcome.message)
        assert.equal(answer.headers['retry-after'], retryAfter)
      }
    }
    assert.equal(rig.env.metrics.sum('otelcol_receiver_refused_spans', { transport: 'http' }), 3 * REFUSALS.length)
    assert.equal(rig.env.metrics.sum('otelcol_receiver_accepted_spans'), 0)
  })
})

test('[R13] accepted items are counted by signal and transport', async () => {
  await withRig({}, async (rig) => {
    for (const signal of ['traces', 'metrics', 'logs'] as const) {
      await sendHttp(`${rig.http.url}/v1/${signal}`, { headers: PROTOBUF, body: BYTES[signal](7) })
    }
    const where = { receiver: 'otlp', transport: 'http' }
    for (const items of ['spans', 'metric_points', 'log_records']) {
      assert.equal(rig.env.metrics.sum(`otelcol_receiver_accepted_${items}`, where), 7)
    }
  })
})

test('[R14] metadata, response headers, a shorter list of encodings', async () => {
  const http = {
    include_metadata: true,
    response_headers: { 'X-Served-By': 'leakmesh' },
    compression_algorithms: ['', 'gzip'],
  }
  await withRig({ http }, async (rig) => {
    const headers = { ...PROTOBUF, 'X-Tenant': 'blue' }
    const answer = await sendHttp(`${rig.http.url}/v1/traces`, { headers, body: BYTES.traces(1) })
    assert.equal(answer.headers['x-served-by'], 'leakmesh')
    assert.deepEqual(rig.next.traces.payloads[0]!.metadata!.get('x-tenant'), ['blue'])
    const zstd = { ...PROTOBUF, 'content-encoding': 'zstd' }
    assert.equal(
      (await sendHttp(`${rig.http.url}/v1/traces`, { headers: zstd, body: zstdCompressSync('x') })).status,
      400,
    )
  })
})

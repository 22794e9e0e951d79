import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { frame } from '../../../component/grpc_frame.ts'
import { permanent, unavailable } from '../../../component/outcome.ts'
import { decodeStatus } from '../../../proto/messages.ts'
import { BYTES, compressedFrame, EXPORT, sendGrpc, withRig } from './rig.ts'

const GZIP = { 'grpc-encoding': 'gzip' }

interface Row {
  readonly name: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly body: Uint8Array
  readonly status: number
  readonly http?: number
  readonly says?: RegExp
  readonly items?: number
}

const TABLE: readonly Row[] = [
  { name: 'plain', body: frame(BYTES.traces(3)), status: 0, items: 3 },
  {
    name: 'content-type with suffix',
    headers: { 'content-type': 'application/grpc+proto' },
    body: frame(BYTES.traces(1)),
    status: 0,
    items: 1,
  },
  { name: 'metrics', path: EXPORT.metrics, body: frame(BYTES.metrics(1)), status: 0 },
  { name: 'logs', path: EXPORT.logs, body: frame(BYTES.logs(1)), status: 0 },
  { name: 'empty request', body: frame(new Uint8Array(0)), status: 0, items: 0 },
  { name: 'gzip', headers: GZIP, body: compressedFrame(gzipSync(BYTES.traces(2))), status: 0, items: 2 },
  { name: 'gzip announced, not used', headers: GZIP, body: frame(BYTES.traces(2)), status: 0, items: 2 },
  {
    name: 'deflate',
    headers: { 'grpc-encoding': 'deflate' },
    body: compressedFrame(deflateSync(BYTES.traces(2))),
    status: 0,
    items: 2,
  },
  {
    name: 'zstd',
    headers: { 'grpc-encoding': 'zstd' },
    body: compressedFrame(zstdCompressSync(BYTES.traces(2))),
    status: 0,
    items: 2,
  },
  {
    name: 'unknown encoding',
    headers: { 'grpc-encoding': 'lz4' },
    body: compressedFrame(BYTES.traces(1)),
    status: 12,
    says: /^grpc: Decompressor is not installed for grpc-encoding "lz4"$/,
  },
  {
    name: 'compressed without encoding',
    body: compressedFrame(BYTES.traces(1)),
    status: 13,
    says: /compressed flag set with identity or empty encoding/,
  },
  { name: 'not gzip', headers: GZIP, body: compressedFrame(Buffer.from('not gzip')), status: 13, says: /gzip/ },
  {
    name: 'unknown service',
    path: '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export',
    body: frame(new Uint8Array(0)),
    status: 12,
    says: /^unknown service opentelemetry.proto.collector.profiles/,
  },
  {
    name: 'unknown method',
    path: '/opentelemetry.proto.collector.trace.v1.TraceService/Import',
    body: frame(new Uint8Array(0)),
    status: 12,
    says: /^unknown method Import for service opentelemetry.proto.collector.trace.v1.TraceService$/,
  },
  { name: 'not gRPC', headers: { 'content-type': 'application/json' }, body: Buffer.from('{}'), status: 3, http: 415 },
  { name: 'garbage in a frame', body: frame(Buffer.from([0x0a, 0x7f, 1])), status: 3, says: /unexpected EOF/ },
  { name: 'no frame', body: new Uint8Array(0), status: 13, says: /no message/ },
  { name: 'half a header', body: Buffer.from([0, 0, 0]), status: 13, says: /frame header/ },
  {
    name: 'half a message',
    body: frame(BYTES.traces(5)).subarray(0, 100),
    status: 13,
    says: /unexpected end of the message/,
  },
  {
    name: 'two messages',
    body: Buffer.concat([frame(BYTES.traces(1)), frame(BYTES.traces(1))]),
    status: 13,
    says: /more than one message/,
  },
  {
    name: 'reserved flag',
    body: Buffer.concat([Buffer.from([7]), frame(BYTES.traces(1)).subarray(1)]),
    status: 13,
    says: /unexpected payload format 7/,
  },
  {
    name: 'length that lies',
    body: Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1]),
    status: 8,
    says: /larger than max \(4294967295 vs. 4194304\)/,
  },
]

test('[R4] every call over gRPC gets its status', async (t) => {
  await withRig({}, async (rig) => {
    for (const row of TABLE) {
      await t.test(row.name, async () => {
        const before = rig.next.traces.acceptedItems
        const answer = await sendGrpc(rig.grpc.address, row.body, row.headers, row.path)
        assert.equal(answer.status, row.status, answer.message)
        assert.equal(answer.headers[':status'], row.http ?? 200)
        assert.match(String(answer.headers['content-type']), /^application\/grpc/)
        if (row.says !== undefined) assert.match(answer.message, row.says)
        if (row.items !== undefined) assert.equal(rig.next.traces.acceptedItems - before, row.items)
        if (row.status === 0) assert.deepEqual([...answer.body], [0, 0, 0, 0, 0])
      })
    }
    assert.deepEqual(
      rig.next.traces.payloads.filter((payload) => payload.items === 0),
      [],
      '[R6]',
    )
  })
})

test('[R1] a service exists only for signals that a pipeline uses', async () => {
  await withRig({ signals: ['logs'] }, async (rig) => {
    assert.equal((await sendGrpc(rig.grpc.address, frame(BYTES.logs(1)), {}, EXPORT.logs)).status, 0)
    const refused = await sendGrpc(rig.grpc.address, frame(BYTES.traces(1)))
    assert.equal(refused.status, 12)
    assert.equal(refused.message, 'unknown service opentelemetry.proto.collector.trace.v1.TraceService')
  })
})

test('[R5] a refusal from the pipeline becomes status, message and RetryInfo', async () => {
  await withRig({}, async (rig) => {
    const send = async (outcome: Parameters<typeof rig.next.traces.answer>[0]) => {
      rig.next.traces.answer(outcome)
      return sendGrpc(rig.grpc.address, frame(BYTES.traces(1)))
    }
    const full = await send(unavailable('sending queue is full'))
    assert.deepEqual([full.status, full.message], [14, 'sending queue is full'])
    assert.equal(full.trailers['grpc-status-details-bin'], undefined)
    const never = await send(permanent('100 % wrong: é\n'))
    assert.deepEqual([never.status, never.message], [13, '100 % wrong: é\n'])
    const later = await send({ ...unavailable('slower', 2_500), grpcCode: 8 })
    const details = decodeStatus(Buffer.from(String(later.trailers['grpc-status-details-bin']), 'base64'))
    assert.deepEqual(details, { code: 8, message: 'slower', retryAfterMs: 2_500 })
  })
})

test('[R4] a malformed message is told where it is wrong', async () => {
  await withRig({}, async (rig) => {
    const answer = await sendGrpc(rig.grpc.address, frame(Buffer.from([0x0a, 0x7f, 1])))
    const details = decodeStatus(Buffer.from(String(answer.trailers['grpc-status-details-bin']), 'base64'))
    assert.match(details!.violations![0]!.description, /at byte \d+$/)
  })
})

test('[R14] request headers travel with the payload when asked for', async () => {
  await withRig({ grpc: { include_metadata: true } }, async (rig) => {
    await sendGrpc(rig.grpc.address, frame(BYTES.traces(1)), { 'x-tenant': 'blue' })
    const metadata = rig.next.traces.payloads[0]!.metadata!
    assert.deepEqual(metadata.get('x-tenant'), ['blue'])
    assert.equal(metadata.has(':path'), false)
  })
})

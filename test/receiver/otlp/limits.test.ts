import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { frame } from '../../../component/grpc_frame.ts'
import { accepted, type Outcome } from '../../../component/outcome.ts'
import { decodeStatus } from '../../../proto/messages.ts'
import { BYTES, compressedFrame, EXPORT, JSON_TYPE, PROTOBUF, sendGrpc, sendHttp, until, withRig } from './rig.ts'

const MIB = 1_048_576
const GZIP = { ...PROTOBUF, 'content-encoding': 'gzip' }

test('[R3] HTTP: Content-Length over the limit is 413 before the body is sent', async () => {
  await withRig({ http: { max_request_body_size: 1_000 } }, async (rig) => {
    const request = http.request(`${rig.http.url}/v1/traces`, {
      method: 'POST',
      agent: false,
      headers: { ...PROTOBUF, 'content-length': '1001', expect: '100-continue' },
    })
    request.on('error', () => {})
    let continued = false
    request.on('continue', () => {
      continued = true
    })
    request.flushHeaders()
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    assert.equal(response.statusCode, 413)
    assert.equal(continued, false)
    request.destroy()
  })
})

test('[R3] HTTP: a body that announces nothing is cut off at the limit', async () => {
  await withRig({ http: { max_request_body_size: 1_000 } }, async (rig) => {
    const headers = { ...PROTOBUF, 'transfer-encoding': 'chunked' }
    const answer = await sendHttp(`${rig.http.url}/v1/traces`, { headers, body: Buffer.alloc(3 * MIB) })
    assert.equal(answer.status, 413)
    assert.match(decodeStatus(answer.body)!.message, /^http: request body too large/)
    assert.equal(answer.headers.connection, 'close')
  })
})

test('[R3] HTTP: a bomb is 413, in JSON when the request was JSON', async () => {
  await withRig({ http: { max_request_body_size: 100_000 } }, async (rig) => {
    const bomb = gzipSync(Buffer.alloc(50 * MIB))
    const answer = await sendHttp(`${rig.http.url}/v1/traces`, { headers: GZIP, body: bomb })
    assert.equal(answer.status, 413)
    const json = { ...JSON_TYPE, 'content-encoding': 'gzip' }
    const second = await sendHttp(`${rig.http.url}/v1/traces`, { headers: json, body: bomb })
    assert.equal(second.status, 413)
    assert.equal(JSON.parse(second.body.toString()).code, 8)
    assert.equal(rig.env.metrics.sum('leakmesh_receiver_turned_away_requests', { reason: 'too_large' }), 2)
  })
})

test('[R3] gRPC: too long is refused from the header alone, a bomb after decompression', async () => {
  await withRig({ grpc: { max_recv_msg_size_mib: 1 } }, async (rig) => {
    const session = http2.connect(`http://${rig.grpc.address}`)
    const stream = session.request({ ':method': 'POST', ':path': EXPORT.traces, 'content-type': 'application/grpc' })
    stream.on('error', () => {})
    stream.write(Buffer.from([0, 0, 0x10, 0, 1]))
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
    assert.equal(headers['grpc-status'], '8')
    assert.match(String(headers['grpc-message']), /received message larger than max \(1048577 vs. 1048576\)/)
    session.destroy()
    const bomb = await sendGrpc(rig.grpc.address, compressedFrame(gzipSync(Buffer.alloc(2 * MIB))), {
      'grpc-encoding': 'gzip',
    })
    assert.equal(bomb.status, 8)
    assert.equal(bomb.message, 'grpc: received message after decompression larger than max 1048576')
    assert.equal(bomb.trailers['grpc-status-details-bin'], undefined, 'not retryable: no RetryInfo')
  })
})

test('[R3] gRPC: a message of exactly the limit is taken', async () => {
  await withRig({ grpc: { max_recv_msg_size_mib: 1 } }, async (rig) => {
    const request = BYTES.traces(1)
    const message = Buffer.concat([request, paddingField(MIB - request.length)])
    const answer = await sendGrpc(rig.grpc.address, frame(message))
    assert.equal(answer.status, 0, answer.message)
    assert.equal(rig.next.traces.payloads[0]!.sizeBytes, MIB)
  })
})

/** A pipeline that holds every payload until it is let go. */
function holding(): { readonly answer: () => Promise<Outcome>; letGo(): void } {
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  return { answer: () => gate.then(() => accepted), letGo }
}

test('[R7] what would exceed the bytes in flight is told to come again; they are given back', async () => {
  await withRig({ receiver: { max_in_flight_bytes: MIB } }, async (rig) => {
    const hold = holding()
    rig.next.traces.answer(hold.answer)
    const body = Buffer.concat([BYTES.traces(1), paddingField(700_000)])
    const first = sendHttp(`${rig.http.url}/v1/traces`, { headers: PROTOBUF, body })
    await until(() => rig.next.traces.payloads.length === 1, 'the first request in the pipeline')
    assert.equal(rig.env.metrics.sum('leakmesh_receiver_in_flight_bytes'), body.length)
    const overHttp = await sendHttp(`${rig.http.url}/v1/traces`, { headers: PROTOBUF, body })
    assert.deepEqual([overHttp.status, overHttp.headers['retry-after']], [503, '1'])
    const overGrpc = await sendGrpc(rig.grpc.address, frame(body))
    assert.equal(overGrpc.status, 14)
    const details = decodeStatus(Buffer.from(String(overGrpc.trailers['grpc-status-details-bin']), 'base64'))
    assert.equal(details!.retryAfterMs, 1_000)
    hold.letGo()
    assert.equal((await first).status, 200)
    assert.equal(rig.env.metrics.sum('leakmesh_receiver_in_flight_bytes'), 0)
    assert.equal((await sendGrpc(rig.grpc.address, frame(body))).status, 0)
    assert.equal(rig.env.metrics.sum('leakmesh_receiver_turned_away_requests', { reason: 'overloaded' }), 2)
  })
})

test('[R7] senders that go away in the middle leave nothing behind', async () => {
  await withRig({}, async (rig) => {
    const held = () => rig.env.metrics.sum('leakmesh_receiver_in_flight_bytes')
    const request = http.request(`${rig.http.url}/v1/traces`, {
      method: 'POST',
      agent: false,
      headers: { ...PROTOBUF, 'content-length': '100000' },
    })
    request.on('error', () => {})
    request.write(Buffer.alloc(50_000))
    const session = http2.connect(`http://${rig.grpc.address}`)
    session.on('error', () => {})
    const stream = session.request({ ':method': 'POST', ':path': EXPORT.traces, 'content-type': 'application/grpc' })
    stream.on('error', () => {})
    stream.write(frame(Buffer.alloc(50_000)).subarray(0, 40_000))
    await until(() => held() === 90_000, 'both halves')
    request.destroy()
    session.destroy()
    await until(() => held() === 0, 'both given back')
  })
})

test('[R7] the next request is served after each kind of broken connection', async () => {
  await withRig({}, async (rig) => {
    for (const garbage of [
      'GET / HTTP/1.1\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff',
      '\0'.repeat(100),
    ]) {
      for (const port of [rig.grpc.port, rig.http.port]) {
        const socket = net.connect(port, '127.0.0.1')
        socket.on('error', () => {})
        socket.end(Buffer.from(garbage, 'latin1'))
        socket.resume()
        await once(socket, 'close')
      }
    }
    assert.equal((await sendGrpc(rig.grpc.address, frame(BYTES.traces(1)))).status, 0)
    assert.equal(
      (await sendHttp(`${rig.http.url}/v1/traces`, { headers: PROTOBUF, body: BYTES.traces(1) })).status,
      200,
    )
  })
})

/** A field 15 of so many bytes in all: unknown, so passed on unread. */
function paddingField(bytes: number): Buffer {
  const field = Buffer.alloc(bytes)
  const length = bytes - 4
  field.set([0x7a, (length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14])
  return field
}

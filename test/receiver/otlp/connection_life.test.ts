import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2 from 'node:http2'
import { test } from 'node:test'
import fc from 'fast-check'
import { frame } from '../../../component/grpc_frame.ts'
import { accepted } from '../../../component/outcome.ts'
import { otlpReceiverConfig } from '../../../receiver/otlp/config.ts'
import { type Connection, judge, markActive, mayPing, newConnection } from '../../../receiver/otlp/connection_life.ts'
import { BYTES, EXPORT, until, withRig } from './rig.ts'

function keepaliveOf(server_parameters: object, enforcement_policy: object = {}) {
  const grpc = { keepalive: { server_parameters, enforcement_policy } }
  return otlpReceiverConfig.parse({ protocols: { grpc } }).protocols.grpc!.keepalive
}

const LIMITS = keepaliveOf({
  max_connection_idle: '30s',
  max_connection_age: '100s',
  max_connection_age_grace: '10s',
  time: '50s',
  timeout: '5s',
}).server_parameters

/** Chance of one half is no spread. */
function connection(overrides: Partial<Connection> = {}): Connection {
  return { ...newConnection(0, 0.5), openCalls: 1, ...overrides }
}

test('[R8] a connection lives by its limits', () => {
  const rows: readonly (readonly [why: string, Partial<Connection>, nowMs: number, ReturnType<typeof judge>])[] = [
    ['young', {}, 1_000, 'keep'],
    ['idle', { openCalls: 0 }, 30_000, 'goodbye'],
    ['idle, but not for long', { openCalls: 0, activeMs: 10_000 }, 30_000, 'keep'],
    ['old', { activeMs: 99_000 }, 100_000, 'goodbye'],
    ['silent', {}, 50_000, 'ask'],
    ['asked', { askedMs: 50_000 }, 54_999, 'keep'],
    ['asked and no answer', { askedMs: 50_000 }, 55_000, 'cut'],
    ['within grace', { goodbyeMs: 100_000 }, 109_999, 'keep'],
    ['grace over', { goodbyeMs: 100_000 }, 110_000, 'cut'],
  ]
  for (const [why, state, nowMs, expected] of rows) assert.equal(judge(connection(state), LIMITS, nowMs), expected, why)
})

test('[R8] limits of 0 are no limits', () => {
  const none = keepaliveOf({ max_connection_age: '0', max_connection_age_grace: '0', time: '0', timeout: '0' })
  fc.assert(
    fc.property(fc.nat(), fc.nat(3), (nowMs, openCalls) => {
      return judge(connection({ openCalls }), none.server_parameters, nowMs) === 'keep'
    }),
  )
})

test('[R8] goodbyes are spread by a tenth to both sides', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (chance) => {
      const state = { ...newConnection(0, chance), openCalls: 1, activeMs: 89_000 }
      assert.equal(judge(state, LIMITS, 89_999), 'keep')
      assert.equal(judge({ ...state, activeMs: 110_000 }, LIMITS, 110_001), 'goodbye')
    }),
  )
})

test('[R8] a client that asks too often is told so after two strikes; a call forgives', () => {
  const policy = keepaliveOf({}, { min_time: '10s' }).enforcement_policy
  const state = connection()
  assert.equal(mayPing(state, policy, 0), true)
  assert.equal(mayPing(state, policy, 10_000), true)
  assert.equal(mayPing(state, policy, 10_001), true)
  assert.equal(mayPing(state, policy, 10_002), true)
  markActive(state, 10_002)
  assert.equal(mayPing(state, policy, 10_003), true)
  assert.equal(mayPing(state, policy, 10_004), true)
  assert.equal(mayPing(state, policy, 10_005), false)
  const idle = connection({ openCalls: 0, pingedMs: 0 })
  for (const nowMs of [20_000, 40_000]) assert.equal(mayPing(idle, policy, nowMs), true)
  assert.equal(mayPing(idle, policy, 60_000), false, 'without a call it may hardly ask at all')
})

test('[R8] at its age a connection gets a goodbye, and the call under way its answer', async () => {
  const keepalive = { server_parameters: { max_connection_age: '1s' } }
  await withRig({ grpc: { keepalive } }, async (rig) => {
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    rig.next.traces.answer(() => gate.then(() => accepted))
    const session = http2.connect(`http://${rig.grpc.address}`)
    const goodbye = once(session, 'goaway')
    const stream = session.request({ ':method': 'POST', ':path': EXPORT.traces, 'content-type': 'application/grpc' })
    const trailers = once(stream, 'trailers') as Promise<[http2.IncomingHttpHeaders]>
    stream.resume()
    stream.end(frame(BYTES.traces(1)))
    const [code, lastStream] = await goodbye
    assert.deepEqual([code, lastStream], [0, 2 ** 31 - 1], 'first: no new calls, please')
    letGo()
    assert.equal((await trailers)[0]['grpc-status'], '0')
    await once(session, 'close')
  })
})

test('[R8] pings without end are answered with too_many_pings', async () => {
  await withRig({}, async (rig) => {
    const session = http2.connect(`http://${rig.grpc.address}`)
    session.on('error', () => {})
    let said = ''
    session.on('goaway', (_code, _last, data) => {
      said = Buffer.from(data ?? []).toString()
    })
    await once(session, 'remoteSettings')
    for (let count = 0; count < 6; count++) session.ping(() => {})
    await until(() => said !== '' && session.destroyed, 'the goodbye')
    assert.equal(said, 'too_many_pings')
  })
})

test('[R12] shutdown says goodbye, answers what is under way, refuses new connections', async () => {
  await withRig({}, async (rig) => {
    let letGo = () => {}
    const gate = new Promise<void>((resolve) => {
      letGo = resolve
    })
    rig.next.traces.answer(() => gate.then(() => accepted))
    const session = http2.connect(`http://${rig.grpc.address}`)
    session.on('error', () => {})
    const stream = session.request({ ':method': 'POST', ':path': EXPORT.traces, 'content-type': 'application/grpc' })
    const trailers = once(stream, 'trailers') as Promise<[http2.IncomingHttpHeaders]>
    stream.resume()
    stream.end(frame(BYTES.traces(1)))
    await until(() => rig.next.traces.payloads.length === 1, 'the call in the pipeline')
    const goodbye = once(session, 'goaway')
    const stopped = rig.receiver.shutdown(5_000)
    await goodbye
    letGo()
    assert.equal((await trailers)[0]['grpc-status'], '0')
    await stopped
    await rig.receiver.shutdown(0)
    const late = http2.connect(`http://${rig.grpc.address}`)
    const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException]
    assert.equal(error.code, 'ECONNREFUSED')
  })
})

test('[R12] shutdown ends at its deadline whatever is under way', async () => {
  await withRig({}, async (rig) => {
    rig.next.traces.answer(() => new Promise(() => {}))
    const session = http2.connect(`http://${rig.grpc.address}`)
    session.on('error', () => {})
    const stream = session.request({ ':method': 'POST', ':path': EXPORT.traces, 'content-type': 'application/grpc' })
    stream.on('error', () => {})
    stream.end(frame(BYTES.traces(1)))
    await until(() => rig.next.traces.payloads.length === 1, 'the call in the pipeline')
    await rig.receiver.shutdown(50)
    await until(() => session.destroyed, 'the connection to end')
  })
})

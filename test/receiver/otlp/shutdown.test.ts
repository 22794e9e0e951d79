import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import http from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import { test } from 'node:test'
import { accepted } from '../../../component/outcome.ts'
import { createBudget } from '../../../receiver/otlp/budget.ts'
import { dropSlowCalls, type GrpcCalls, serveCall } from '../../../receiver/otlp/grpc_call.ts'
import { BYTES, EXPORT, PROTOBUF, sendHttp, until, withRig } from './rig.ts'

const FAILS_BY_HANGING = { timeout: 30_000 }

test(
  '[R12] shutdown answers the HTTP request under way, and kept connections do not hold it up',
  FAILS_BY_HANGING,
  async () => {
    await withRig({}, async (rig) => {
      const agent = new http.Agent({ keepAlive: true })
      const url = `${rig.http.url}/v1/traces`
      const send = () => sendHttp(url, { headers: PROTOBUF, body: BYTES.traces(1), agent })
      assert.equal((await send()).status, 200)
      let letGo = () => {}
      const gate = new Promise<void>((resolve) => {
        letGo = resolve
      })
      rig.next.traces.answer(() => gate.then(() => accepted))
      const underWay = send()
      await until(() => rig.next.traces.payloads.length === 2, 'the request in the pipeline')
      const stopped = rig.receiver.shutdown(600_000)
      letGo()
      assert.equal((await underWay).status, 200)
      await stopped
      agent.destroy()
    })
  },
)

test('[R7] a message that does not come whole is given up after five minutes, the oldest first', () => {
  const closed: string[] = []
  const turned: string[] = []
  const calls: GrpcCalls = {
    doors: new Map([[EXPORT.traces, async () => accepted]]),
    maxMessageBytes: 1_000,
    budget: createBudget(1_000),
    measure: { accepted() {}, refused() {}, turnedAway: (reason) => turned.push(reason) },
    includeMetadata: false,
    reading: new Map(),
  }
  const begin = (name: string, bytes: number, nowMs: number) => {
    const events = new EventEmitter()
    const close = () => {
      closed.push(name)
      events.emit('close')
    }
    const stream = Object.assign(events, { close }) as unknown as ServerHttp2Stream
    const headers = { ':path': EXPORT.traces, ':method': 'POST', 'content-type': 'application/grpc' }
    serveCall(calls, stream, headers, nowMs)
    events.emit('data', Buffer.alloc(bytes))
  }
  begin('old', 300, 0)
  begin('young', 200, 200_000)
  dropSlowCalls(calls, 299_999)
  assert.deepEqual([closed, calls.budget.takenBytes], [[], 500])
  dropSlowCalls(calls, 300_000)
  assert.deepEqual([closed, turned, calls.reading.size], [['old'], ['timeout'], 1])
  assert.equal(calls.budget.takenBytes, 200, 'what had come of the old one is given back')
})

import assert from 'node:assert/strict'
import http from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import { test } from 'node:test'
import { accepted } from '../../../component/outcome.ts'
import { dropSlowCalls, type GrpcCalls } from '../../../receiver/otlp/grpc_call.ts'
import { BYTES, PROTOBUF, sendHttp, until, withRig } from './rig.ts'

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
  const stream = (name: string) => ({ close: () => closed.push(name) }) as unknown as ServerHttp2Stream
  const reading = new Map([
    [stream('old'), 0],
    [stream('young'), 200_000],
  ])
  const turned: string[] = []
  const measure = { accepted() {}, refused() {}, turnedAway: (reason: string) => turned.push(reason) }
  const calls = { reading, measure } as unknown as GrpcCalls
  dropSlowCalls(calls, 299_999)
  assert.deepEqual(closed, [])
  dropSlowCalls(calls, 300_000)
  assert.deepEqual([closed, turned, reading.size], [['old'], ['timeout'], 1])
})

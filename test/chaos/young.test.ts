import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import { frame } from '../../component/grpc_frame.ts'
import { configuration } from '../bench/configurations.ts'
import { payloads } from '../bench/payloads.ts'
import type { SinkPorts } from '../bench/sink.ts'
import { freePort, startSubject } from '../bench/subject.ts'
import { PROTOBUF, sendGrpc, sendHttp } from '../receiver/otlp/rig.ts'

const REQUESTS = 150
/** Some 55 KiB each. */
const PAYLOADS = payloads('traces', 100)
/** So large that V8 collects nothing by itself while the test runs. */
const V8_FLAGS = ['--max-semi-space-size=128', '--min-semi-space-size=128', '--expose-gc', '--import']
const MAIN = new URL('../../service/main.ts', import.meta.url).pathname

for (const protocol of ['grpc', 'http'] as const) {
  test(`the buffers of ${REQUESTS} requests by ${protocol} are gone after a young collection`, async () => {
    const sink = fork(new URL('../bench/sink.ts', import.meta.url))
    const [ports] = (await once(sink, 'message')) as [SinkPorts]
    const heldPort = await freePort()
    const tellHeld = new URL(`tell_held.ts?port=${heldPort}`, import.meta.url).href
    const route = { protocol, encoding: 'none', sinkPort: ports[protocol], detect: false } as const
    const command = [process.execPath, ...V8_FLAGS, tellHeld, MAIN]
    const subject = await startSubject('leakmesh', command, (at) => configuration(route, at))
    const agent = new Agent({ keepAlive: true })
    try {
      for (let turn = 0; turn < REQUESTS; turn++) {
        const body = Buffer.from(PAYLOADS[turn % PAYLOADS.length]!)
        if (protocol === 'grpc') {
          assert.equal((await sendGrpc(`127.0.0.1:${subject.grpcPort}`, frame(body))).status, 0)
        } else {
          const url = `http://127.0.0.1:${subject.httpPort}/v1/traces`
          assert.equal((await sendHttp(url, { body, headers: PROTOBUF, agent })).status, 200)
        }
      }
      const young = await bufferBytes(heldPort, '/young')
      const all = await bufferBytes(heldPort, '/')
      const told = `${young} bytes in buffers after young collections, ${all} after full ones`
      process.stdout.write(`${told}\n`)
      assert.ok(young - all < (REQUESTS * PAYLOADS[0]!.length) / 4, told)
    } finally {
      agent.destroy()
      await subject.stop()
      sink.disconnect()
    }
  })
}

async function bufferBytes(port: number, path: '/young' | '/'): Promise<number> {
  const [response] = await once(get({ host: '127.0.0.1', port, path }), 'response')
  return ((await json(response)) as { bufferBytes: number }).bufferBytes
}

import assert from 'node:assert/strict'
import net, { type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { systemClock } from '../../../component/env.ts'
import { otlpReceiverConfig } from '../../../receiver/otlp/config.ts'
import { createOtlpReceiver } from '../../../receiver/otlp/factory.ts'
import { fakeEnv, fakeSettings } from '../../component/fake_env.ts'
import { startRig } from './rig.ts'

function issuesOf(raw: unknown): readonly string[] {
  const parsed = otlpReceiverConfig.safeParse(raw)
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

const NO_PROTOCOL = 'protocols: must specify at least one protocol when using the OTLP receiver'

test('[R14] a key with nothing under it means its defaults; a key that is absent means off', () => {
  const config = otlpReceiverConfig.parse({ protocols: { grpc: null } })
  assert.equal(config.protocols.http, undefined)
  assert.equal(config.protocols.grpc!.endpoint, 'localhost:4317')
  assert.equal(otlpReceiverConfig.parse({ protocols: { http: {} } }).protocols.http!.endpoint, 'localhost:4318')
})

test("[R14] what is wrong is said in the Collector's words where it has any", () => {
  const grpc = (raw: object) => ({ protocols: { grpc: raw } })
  const http = (raw: object) => ({ protocols: { http: raw } })
  const rows: readonly (readonly [raw: unknown, ...issues: string[]])[] = [
    [null, NO_PROTOCOL],
    [{ protocols: null }, NO_PROTOCOL],
    [{ protocols: { htttp: null } }, 'protocols: Unrecognized key: "htttp"', NO_PROTOCOL],
    [grpc({ endpoint: 'localhost' }), 'protocols.grpc.endpoint: address localhost: missing port in address'],
    [
      grpc({ endpoint: '::1:4317' }),
      'protocols.grpc.endpoint: address ::1:4317: too many colons in address (write an IPv6 address in brackets)',
    ],
    [grpc({ endpoint: 'localhost:otlp' }), 'protocols.grpc.endpoint: address localhost:otlp: invalid port "otlp"'],
    [grpc({ endpointt: 'a:1' }), 'protocols.grpc: Unrecognized key: "endpointt"'],
    [grpc({ tls: {} }), 'protocols.grpc.tls: for a server, provide both certificate and key'],
    [grpc({ max_recv_msg_size_mib: -1 }), 'protocols.grpc.max_recv_msg_size_mib: Too small: expected number to be >=0'],
    [
      grpc({ keepalive: { server_parameters: { max_connection_age: '1 h' } } }),
      'protocols.grpc.keepalive.server_parameters.max_connection_age: time: unknown unit " h" in duration "1 h"',
    ],
    [
      http({ auth: { authenticator: 'basicauth' } }),
      'protocols.http.auth: is not supported: authenticators are not built in; use mutual TLS (tls.client_ca_file)',
    ],
  ]
  for (const [raw, ...issues] of rows) assert.deepEqual(issuesOf(raw), issues)
})

test("[R14] endpoints in Go's spellings listen", async () => {
  for (const endpoint of ['localhost:0', ':0', '127.0.0.1:0', '0.0.0.0:0']) {
    const rig = await startRig({ grpc: { endpoint }, http: { endpoint } })
    const socket = net.connect(rig.grpc.port, '127.0.0.1')
    await new Promise<void>((resolve, reject) => socket.on('connect', resolve).on('error', reject))
    socket.destroy()
    await rig.stop()
  }
})

test('[R14] a port that is taken aborts the start, and what had started is stopped', async () => {
  const rig = await startRig()
  const config = otlpReceiverConfig.parse({
    protocols: { grpc: { endpoint: '127.0.0.1:0' }, http: { endpoint: `127.0.0.1:${rig.http.port}` } },
  })
  const second = createOtlpReceiver(fakeSettings('otlp/2', { ...fakeEnv(), clock: systemClock }), config, {})
  await assert.rejects(second.start(), /EADDRINUSE/)
  const { port } = second.addresses.grpc as AddressInfo
  const socket = net.connect(port, '127.0.0.1')
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => socket.on('error', resolve))
  assert.equal(error.code, 'ECONNREFUSED')
  await rig.stop()
})

test('[R14] several threads may listen on one port', async () => {
  const host = { reusePort: true }
  const first = await startRig({ host })
  const config = otlpReceiverConfig.parse({
    protocols: {
      grpc: { endpoint: `127.0.0.1:${first.grpc.port}` },
      http: { endpoint: `127.0.0.1:${first.http.port}` },
    },
  })
  const second = createOtlpReceiver(fakeSettings('otlp', { ...fakeEnv(), clock: systemClock }, host), config, {})
  await second.start()
  await second.shutdown(1_000)
  await first.stop()
})

test('[R12] shutdown without start, and twice, is safe', async () => {
  const config = otlpReceiverConfig.parse({ protocols: { grpc: null, http: null } })
  const receiver = createOtlpReceiver(fakeSettings('otlp', fakeEnv()), config, {})
  await receiver.shutdown(1_000)
  await receiver.shutdown(1_000)
})

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../../component/env.ts'
import { Channel, type ChannelOptions } from '../../../exporter/otlp_grpc/channel.ts'
import type { Address } from '../../../exporter/otlp_grpc/connection.ts'
import { otlpReceiverConfig } from '../../../receiver/otlp/config.ts'
import { createOtlpReceiver } from '../../../receiver/otlp/factory.ts'
import { fakeConsumer } from '../../component/fake_consumer.ts'
import { fakeEnv, fakeSettings } from '../../component/fake_env.ts'
import { until } from '../../receiver/otlp/rig.ts'
import { exporting, freePort, grpcBackend, rudeBackend, spansPayload } from '../backend.ts'

function addressOf(port: number): Address {
  return { at: { host: '127.0.0.1', port }, key: `127.0.0.1:${port}` }
}

function channelTo(
  resolve: () => Promise<readonly Address[] | string>,
  options: Partial<ChannelOptions> = {},
): Channel {
  const env = { ...fakeEnv(), clock: systemClock }
  return new Channel(resolve, {
    env,
    authority: 'backend',
    tls: undefined,
    keepalive: undefined,
    balancer: 'round_robin',
    waitForReady: false,
    ...options,
  })
}

/** How often each connection is picked, once so many are ready. */
async function picksOf(channel: Channel, ready: number, picks: number): Promise<number[]> {
  const seen = new Map<object, number>()
  const pick = async () => {
    const picked = await channel.pick(1_000)
    assert.ok(picked.ok)
    return picked.connection
  }
  const different = new Set<object>()
  let done = false
  void (async () => {
    while (!done) {
      different.add(await pick())
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  })()
  await until(() => different.size >= ready, `${ready} connections`)
  done = true
  for (let count = 0; count < picks; count++) {
    const connection = await pick()
    seen.set(connection, (seen.get(connection) ?? 0) + 1)
  }
  return [...seen.values()]
}

test('[G7] calls go round over all addresses; pick_first stays with one', async () => {
  const backends = await Promise.all([grpcBackend(), grpcBackend(), grpcBackend()])
  const addresses = backends.map(({ port }) => addressOf(port))
  const round = channelTo(async () => addresses)
  round.start()
  assert.deepEqual(await picksOf(round, 3, 30), [10, 10, 10])
  round.stop()
  const first = channelTo(async () => addresses, { balancer: 'pick_first' })
  first.start()
  assert.deepEqual(await picksOf(first, 1, 30), [30])
  first.stop()
  for (const backend of backends) await backend.stop()
})

test('[G7] an address that does not answer is left out', async () => {
  const backend = await grpcBackend()
  const dead = await freePort()
  const channel = channelTo(async () => [addressOf(dead), addressOf(backend.port)])
  channel.start()
  assert.deepEqual(await picksOf(channel, 1, 20), [20])
  channel.stop()
  await backend.stop()
})

test('[G7] when a connection is lost the name is looked up again', async () => {
  const [old, moved] = await Promise.all([grpcBackend(), grpcBackend()])
  let addresses = [addressOf(old.port)]
  let lookups = 0
  const channel = channelTo(async () => {
    lookups += 1
    return addresses
  })
  channel.start()
  const before = await channel.pick(1_000)
  assert.ok(before.ok)
  addresses = [addressOf(moved.port)]
  // Not more often than once a second.
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  await old.stop()
  await until(() => lookups === 2, 'the second look-up')
  const after = await channel.pick(1_000)
  assert.ok(after.ok && after.connection !== before.connection)
  channel.stop()
  await moved.stop()
})

test('[G4] while there is no connection calls fail at once, or wait when told to', async () => {
  const dead = await freePort()
  const channel = channelTo(async () => [addressOf(dead)])
  channel.start()
  const failed = await channel.pick(60_000)
  assert.ok(!failed.ok)
  assert.match(failed.problem, /ECONNREFUSED/)
  channel.stop()
  const waiting = channelTo(async () => [addressOf(dead)], { waitForReady: true })
  waiting.start()
  assert.deepEqual(await waiting.pick(50), { ok: false, problem: 'no connection in time' })
  const stopped = waiting.pick(60_000)
  waiting.stop()
  assert.deepEqual(await stopped, { ok: false, problem: 'the exporter is shut down' })
})

test('[G1] over a Unix socket, to our own receiver', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'leakmesh-socket-'))
  const path = join(folder, 'otlp.sock')
  const env = { ...fakeEnv(), clock: systemClock }
  const next = fakeConsumer()
  const config = otlpReceiverConfig.parse({ protocols: { grpc: { endpoint: path, transport: 'unix' } } })
  const receiver = createOtlpReceiver(fakeSettings('otlp', env), config, { traces: next })
  await receiver.start()
  const { exporter, sum } = await exporting('otlp_grpc', { endpoint: `unix://${path}`, tls: { insecure: true } })
  await exporter.consume(spansPayload(3))
  await until(() => sum('sent_spans') === 3, 'the spans')
  assert.equal(next.acceptedItems, 3)
  await exporter.shutdown(1_000)
  await receiver.shutdown(1_000)
  rmSync(folder, { recursive: true })
})

test('[G5] keepalive: a backend that no longer answers is given up, and connected to anew', async () => {
  const backend = await grpcBackend()
  let connections = 0
  const relay = await rudeBackend((socket) => {
    connections += 1
    const onward = net.connect(backend.port, '127.0.0.1')
    onward.on('error', () => {})
    socket.on('close', () => onward.destroy())
    onward.pipe(socket)
    if (connections > 1) socket.pipe(onward)
    // The first connection gets through its beginning (preface, settings), and then nothing more.
    else socket.once('data', (chunk) => onward.write(chunk))
  })
  const keepalive = { time: 20, timeout: 20, permit_without_stream: true }
  const channel = channelTo(async () => [addressOf(relay.port)], { keepalive })
  channel.start()
  assert.ok((await channel.pick(1_000)).ok)
  await until(() => connections === 2, 'the second connection')
  channel.stop()
  await relay.stop()
  await backend.stop()
})

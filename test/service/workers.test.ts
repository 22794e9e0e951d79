import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePort, leakmesh, metric, scratch, sendSpan, until, written } from './leakmesh_process.ts'

function config(port: number, workers: number, more = ''): string {
  return `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${port}"}}}}
connectors: {leak_detector: {step: 1s}}
exporters: {nop: , debug: ${more}}
service:
  workers: ${workers}
  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: 0}}}}]}}
  pipelines:
    traces: {receivers: [otlp], exporters: [nop, leak_detector]}
    logs/findings: {receivers: [leak_detector], exporters: [debug]}
`
}

test('[W5] two threads listen on one port, are counted together, and feed the one engine', async (t) => {
  const port = await freePort()
  const running = leakmesh(t, ['--config', written(t, config(port, 2))])
  await running.seen(/Everything is ready/)
  assert.equal(running.err().match(/Starting HTTP server/g)?.length, 2)
  const sent = 40
  for (let i = 0; i < sent; i++) assert.equal(await sendSpan(`127.0.0.1:${port}`), 200)
  const metrics = await running.address('metrics')
  assert.equal(await metric(metrics, 'otelcol_receiver_accepted_spans'), sent)
  assert.equal(await metric(metrics, 'otelcol_exporter_sent_spans'), sent)
  await until(
    async () => ((await metric(metrics, 'leakmesh_batches')) > 0 ? true : undefined),
    () => 'batches at the engine',
  )
  running.child.kill('SIGTERM')
  assert.deepEqual(await running.exit, { code: 0, signal: null })
})

test('[W6] a reload changes the number of threads, from one to two and back', async (t) => {
  const port = await freePort()
  const path = written(t, config(port, 1))
  const running = leakmesh(t, ['--config', path])
  await running.seen(/Everything is ready/)
  const servers = () => running.err().match(/Starting HTTP server/g)?.length
  assert.equal(await sendSpan(`127.0.0.1:${port}`), 200)
  writeFileSync(path, config(port, 2))
  running.child.kill('SIGHUP')
  await running.seen(/Config updated/)
  assert.equal(servers(), 3)
  assert.equal(await sendSpan(`127.0.0.1:${port}`), 200)
  writeFileSync(path, config(port, 1, '{verbosity: detailed}'))
  running.child.kill('SIGHUP')
  await running.seen(/Config updated/, 2)
  assert.equal(servers(), 4)
  assert.equal(await sendSpan(`127.0.0.1:${port}`), 200)
  assert.equal(
    await metric(await running.address('metrics'), 'otelcol_receiver_accepted_spans'),
    3,
    'nothing counted is lost',
  )
  running.child.kill('SIGTERM')
  assert.deepEqual(await running.exit, { code: 0, signal: null })
})

test('[W1] a port that is taken ends the start with 1 also with threads', async (t) => {
  const first = leakmesh(t, ['--config', written(t, config(0, 1))])
  await first.seen(/Everything is ready/)
  const port = Number((await first.address('HTTP')).split(':').at(-1))
  const second = leakmesh(t, ['--config', written(t, config(port, 2))])
  assert.deepEqual(await second.exit, { code: 1, signal: null })
  assert.match(second.err(), /^Error: cannot start pipelines: failed to start "otlp" receiver: .*EADDRINUSE/m)
})

test('[W7] logs of threads are lines of the one log', async (t) => {
  const log = join(scratch(t), 'log.jsonl')
  const port = await freePort()
  const logs = `service.telemetry.logs={encoding: json, output_paths: ["${log}"], initial_fields: {dc: x}}`
  const running = leakmesh(t, ['--config', written(t, config(port, 2)), '--set', logs])
  const lines = () =>
    readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  await until(
    () => {
      try {
        return lines().some(({ msg }) => msg === 'Everything is ready. Begin running and processing data.') || undefined
      } catch {
        return undefined
      }
    },
    () => running.err(),
  )
  const threads = lines().filter(({ msg }) => msg === 'Starting HTTP server')
  assert.deepEqual(threads.map(({ thread }) => thread).toSorted(), [1, 2])
  for (const line of lines()) assert.equal(line.dc, 'x')
  assert.equal(running.err(), '')
  running.child.kill('SIGTERM')
  assert.deepEqual(await running.exit, { code: 0, signal: null })
})

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configurations have their own.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createServer as createTcp } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { freePort, leakmesh, metric, scratch, sendSpan, until, written } from './leakmesh_process.ts'

const READER = '{readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: 0}}}}]}'

/** otlp over HTTP into whatever is said of exporters. */
function pipelines(exporters: string, used: string, more = ''): string {
  return `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
exporters: ${exporters}
service:
  telemetry: {metrics: ${READER}}
  pipelines:
    traces: {receivers: [otlp], exporters: ${used}}
${more}`
}

const NOP = pipelines('{nop: }', '[nop]')

test('[L1] version, help, unknown words', async (t) => {
  const version = leakmesh(t, ['--version'])
  assert.deepEqual(await version.exit, { code: 0, signal: null })
  assert.equal(version.out(), 'leakmesh version 0.1.0\n')
  const help = leakmesh(t, ['--help'])
  assert.deepEqual(await help.exit, { code: 0, signal: null })
  for (const word of ['run', 'validate', 'components', 'print-config', '--config', '--set']) {
    assert.ok(help.out().includes(word), word)
  }
  const unknown = leakmesh(t, ['vlidate'])
  assert.deepEqual(await unknown.exit, { code: 1, signal: null })
  assert.equal(unknown.err(), 'error: unknown command "vlidate"; did you mean "validate"?\n')
})

test('[L2] validate: silent and 0, or every error and 1', async (t) => {
  const good = leakmesh(t, ['validate', '--config', written(t, NOP)])
  assert.deepEqual(await good.exit, { code: 0, signal: null })
  assert.equal(good.out() + good.err(), '')
  const path = written(t, NOP.replace('otlp:', 'otpl:').replace('nop: ', 'nop: {x: 1}'))
  const bad = leakmesh(t, ['validate', '--config', path])
  assert.deepEqual(await bad.exit, { code: 1, signal: null })
  const lines = bad.err().split('\n')
  assert.equal(
    lines[0],
    'Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):',
  )
  assert.match(
    lines[2]!,
    /c\.yaml:2:13: receivers::otpl: 'receivers' unknown type: "otpl" for id: "otpl" \(valid values: \[otlp/,
  )
  assert.match(lines[3]!, /c\.yaml:3:19: exporters::nop::x: 'nop' has invalid keys: x$/)
  assert.equal(bad.out(), '')
})

test('[L2] a run with a broken configuration ends with 1 and every error', async (t) => {
  const bad = leakmesh(t, ['--config', written(t, `${NOP}x: 1\n`), '--set', 'service.pipelines.logs.exporters=[a]'])
  assert.deepEqual(await bad.exit, { code: 1, signal: null })
  assert.match(bad.err(), /c\.yaml:\d+:1: x: '' has invalid keys: x/)
  assert.match(
    bad.err(),
    /--set service\.pipelines\.logs\.exporters=\[a\]: service::pipelines::logs: references exporter "a"/,
  )
})

test('[L3] components, as YAML, new names only', async (t) => {
  const asked = leakmesh(t, ['components'])
  assert.deepEqual(await asked.exit, { code: 0, signal: null })
  assert.match(asked.out(), /^buildinfo:\n {2}command: leakmesh\n/)
  assert.match(
    asked.out(),
    /^exporters:\n(?:.*\n)*? {2}- name: otlp_grpc\n {4}module: .*\n {4}stability:\n {6}traces: \w+\n/m,
  )
  assert.ok(!asked.out().includes('name: otlphttp'))
})

test('[L3] print-config shows what was merged and expanded, without secrets', async (t) => {
  const path = written(
    t,
    pipelines('{otlp_http: {endpoint: "http://${H}", headers: {authorization: x}}}', '[otlp_http]'),
  )
  const args = ['print-config', '--config', path, '--format', 'json']
  const shown = leakmesh(t, args, { env: { H: 'h:1' } })
  assert.deepEqual(await shown.exit, { code: 0, signal: null })
  assert.deepEqual(JSON.parse(shown.out()).exporters, {
    otlp_http: { endpoint: 'http://h:1', headers: { authorization: '[REDACTED]' } },
  })
  const all = leakmesh(t, [...args, '--mode', 'unredacted'], { env: { H: 'h:1' } })
  await all.exit
  assert.equal(JSON.parse(all.out()).exporters.otlp_http.headers.authorization, 'x')
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`[L4] ${signal} delivers what is under way and ends with 0`, async (t) => {
    const out = join(scratch(t), 'out.jsonl')
    const path = written(t, pipelines(`{file: {path: "${out}"}}`, '[file]'))
    const running = leakmesh(t, ['--config', path])
    await running.seen(/Everything is ready\. Begin running and processing data\./)
    assert.equal(await sendSpan(await running.address('HTTP')), 200)
    running.child.kill(signal)
    assert.deepEqual(await running.exit, { code: 0, signal: null })
    assert.equal(readFileSync(out, 'utf8').trim().split('\n').length, 1)
    assert.match(running.err(), /Shutdown complete\./)
    assert.equal(running.out(), '')
  })
}

/** A backend that takes requests and never answers. */
async function hanging(t: TestContext): Promise<{ server: Server; url: string; requests: () => number }> {
  let requests = 0
  const server = createServer(() => {
    requests += 1
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, requests: () => requests }
}

test('[L4] a second signal ends at once', async (t) => {
  const backend = await hanging(t)
  const path = written(t, pipelines(`{otlp_http: {endpoint: "${backend.url}"}}`, '[otlp_http]'))
  const running = leakmesh(t, ['--config', path])
  await running.seen(/Everything is ready/)
  await sendSpan(await running.address('HTTP'))
  await until(
    () => backend.requests() > 0 || undefined,
    () => 'the request at the backend',
  )
  running.child.kill('SIGTERM')
  await running.seen(/Starting shutdown/)
  assert.equal(running.child.exitCode, null, 'it waits for the answer')
  running.child.kill('SIGTERM')
  assert.deepEqual(await running.exit, { code: 143, signal: null })
})

test('[L4] what is not delivered by the deadline is given up', async (t) => {
  const backend = await hanging(t)
  const path = written(t, pipelines(`{otlp_http: {endpoint: "${backend.url}", timeout: 1h}}`, '[otlp_http]'))
  const running = leakmesh(t, ['--config', path, '--set', 'service.shutdown_timeout=300ms'])
  await running.seen(/Everything is ready/)
  await sendSpan(await running.address('HTTP'))
  await until(
    () => backend.requests() > 0 || undefined,
    () => 'the request at the backend',
  )
  running.child.kill('SIGTERM')
  assert.deepEqual(await running.exit, { code: 0, signal: null })
})

test('[L5] SIGHUP with a broken configuration: all errors are logged and nothing else happens', async (t) => {
  const path = written(t, NOP)
  const running = leakmesh(t, ['--config', path])
  await running.seen(/Everything is ready/)
  const address = await running.address('HTTP')
  writeFileSync(path, `${NOP.replace('nop: ', 'nop: {y: 1}')}x: 1\n`)
  running.child.kill('SIGHUP')
  await running.seen(/The new configuration is not valid; the old one keeps running\t\{"errors":2\}/)
  assert.match(running.err(), /Configuration error: .*c\.yaml:3:19: exporters::nop::y/)
  assert.match(running.err(), /Configuration error: .*c\.yaml:\d+:1: x: '' has invalid keys/)
  assert.equal(await sendSpan(address), 200)
  writeFileSync(path, `# the same\n${NOP}`)
  running.child.kill('SIGHUP')
  await running.seen(/Configuration is unchanged, nothing to do/)
  assert.equal(await sendSpan(address), 200)
})

test('[L5] SIGHUP with a good one: no request is lost while exporters change', async (t) => {
  const out = join(scratch(t), 'out.jsonl')
  const path = written(t, NOP)
  const running = leakmesh(t, ['--config', path])
  await running.seen(/Everything is ready/)
  const address = await running.address('HTTP')
  const answers: (number | string)[] = []
  let sending = true
  const sender = (async () => {
    while (sending) answers.push(await sendSpan(address))
  })()
  writeFileSync(path, pipelines(`{file: {path: "${out}"}}`, '[file]'))
  running.child.kill('SIGHUP')
  await running.seen(/Config updated, pipelines changed/)
  const sent = answers.length
  await until(
    () => answers.length > sent + 5 || undefined,
    () => 'more answers',
  )
  sending = false
  await sender
  assert.deepEqual([...new Set(answers)], [200])
  running.child.kill('SIGTERM')
  await running.exit
  assert.ok(existsSync(out) && readFileSync(out, 'utf8').length > 0)
})

test('[L5] SIGHUP moves a receiver to another port', async (t) => {
  const path = written(t, NOP)
  const running = leakmesh(t, ['--config', path])
  await running.seen(/Everything is ready/)
  const before = await running.address('HTTP')
  const port = await freePort()
  writeFileSync(path, NOP.replace('127.0.0.1:0', `127.0.0.1:${port}`))
  running.child.kill('SIGHUP')
  await running.seen(/Config updated/)
  assert.equal(await running.address('HTTP', 2), `127.0.0.1:${port}`)
  assert.equal(await sendSpan(`127.0.0.1:${port}`), 200)
  assert.match(String(await sendSpan(before)), /ECONNREFUSED/)
})

/** Holds a port until the test ends. */
async function taken(t: TestContext): Promise<number> {
  const server = createTcp().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  return (server.address() as { port: number }).port
}

test('[L5] SIGHUP to a port that is taken: the old receiver comes back', async (t) => {
  const path = written(t, NOP)
  const running = leakmesh(t, ['--config', path])
  await running.seen(/Everything is ready/)
  const port = await taken(t)
  writeFileSync(path, NOP.replace('127.0.0.1:0', `127.0.0.1:${port}`))
  running.child.kill('SIGHUP')
  await running.seen(
    /The new configuration did not start; the old one keeps running.*failed to start \\"otlp\\" receiver.*EADDRINUSE/,
  )
  assert.equal(await sendSpan(await running.address('HTTP', 2)), 200)
})

test('[L6] ports that are taken end the start with 1 and their names', async (t) => {
  const port = await taken(t)
  const receiver = leakmesh(t, ['--config', written(t, NOP.replace('127.0.0.1:0', `127.0.0.1:${port}`))])
  assert.deepEqual(await receiver.exit, { code: 1, signal: null })
  assert.match(
    receiver.err(),
    new RegExp(
      `^Error: cannot start pipelines: failed to start "otlp" receiver: .*EADDRINUSE.*127\\.0\\.0\\.1:${port}`,
      'm',
    ),
  )
  const metrics = leakmesh(t, ['--config', written(t, NOP.replace('port: 0', `port: ${port}`))])
  assert.deepEqual(await metrics.exit, { code: 1, signal: null })
  assert.match(
    metrics.err(),
    new RegExp(`^Error: failed to create meter provider: binding address 127\\.0\\.0\\.1:${port} for Prometheus`, 'm'),
  )
})

test('[L7] own metrics count what came in and went out', async (t) => {
  const running = leakmesh(t, ['--config', written(t, NOP)])
  await running.seen(/Everything is ready/)
  const address = await running.address('HTTP')
  for (let i = 0; i < 3; i++) assert.equal(await sendSpan(address), 200)
  const metrics = await running.address('metrics')
  assert.equal(await metric(metrics, 'otelcol_receiver_accepted_spans'), 3)
  assert.equal(await metric(metrics, 'otelcol_exporter_sent_spans'), 3)
  assert.ok((await metric(metrics, 'otelcol_process_memory_rss')) > 1e6)
})

test('[L8] an unset variable and an old name are warned of', async (t) => {
  const path = written(
    t,
    pipelines('{otlp: {endpoint: "localhost:1", tls: {insecure: true}, headers: {a: "${NOT_SET_HERE}"}}}', '[otlp]'),
  )
  const running = leakmesh(t, ['--config', path])
  await running.seen(/Everything is ready/)
  assert.match(
    running.err(),
    /\twarn\tservice\tConfiguration references unset environment variable\t\{"name":"NOT_SET_HERE"/,
  )
  assert.match(running.err(), /\twarn\tservice\t"otlp" alias is deprecated; use "otlp_grpc" instead/)
})

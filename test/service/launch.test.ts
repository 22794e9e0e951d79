import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { BUILD } from '../../service/build.ts'
import { DEFAULT_CONFIG } from '../../service/default_config.ts'
import { freePort, leakmesh, scratch, sendSpan, until } from './leakmesh_process.ts'
import { systemNode } from './system_node.ts'

const ROOT = new URL('../..', import.meta.url).pathname
const LAUNCHER = join(ROOT, 'service/launch.mjs')
const system = systemNode()
process.stdout.write(`Node of the machine: ${system === undefined ? 'none' : `${system.version} at ${system.path}`}\n`)

const NODES = [
  { name: `this Node ${process.version}`, path: process.execPath },
  ...(system === undefined ? [] : [{ name: `the machine's Node ${system.version}`, path: system.path }]),
]

test('[N1] the version in the package is the version we say', () => {
  const { version, name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  assert.deepEqual({ name, version }, { name: BUILD.name, version: BUILD.version })
})

const CONFIG = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
exporters: {nop: }
service:
  telemetry: {metrics: {level: none}}
  pipelines: {traces: {receivers: [otlp], exporters: [nop]}}
`

for (const { name, path } of NODES) {
  test(`[N1] launched by ${name}: version, exit codes`, async (t) => {
    const command = [path, LAUNCHER]
    const version = leakmesh(t, ['--version'], { command })
    assert.deepEqual(await version.exit, { code: 0, signal: null })
    assert.equal(version.out(), `leakmesh version ${BUILD.version}\n`)
    assert.equal(version.err(), '')
    const bad = leakmesh(t, ['validate'], { command })
    assert.deepEqual(await bad.exit, { code: 1, signal: null })
    assert.match(bad.err(), /at least one config flag must be provided/)
  })

  test(`[N2] launched by ${name}: signals reach the program, its end is the launcher's`, async (t) => {
    const running = leakmesh(t, ['--config', `yaml:${CONFIG}`], { command: [path, LAUNCHER] })
    await running.seen(/Everything is ready/)
    assert.equal(await sendSpan(await running.address('HTTP')), 200)
    running.child.kill('SIGHUP')
    await running.seen(/Configuration is unchanged/)
    running.child.kill('SIGTERM')
    assert.deepEqual(await running.exit, { code: 0, signal: null })
    assert.match(running.err(), /Shutdown complete/)
  })
}

test('[N4] a Node that is new enough becomes the program: one process, with our flags', async (t) => {
  const running = leakmesh(t, ['--config', `yaml:${CONFIG}`], { command: [process.execPath, LAUNCHER] })
  await running.seen(/Everything is ready/)
  const file = `/proc/${running.child.pid}/cmdline`
  if (!existsSync(file)) return t.skip('no /proc to look into')
  assert.match(readFileSync(file, 'utf8'), /--max-semi-space-size=\d+\0.*service\/main\.ts\0/)
  assert.match(readFileSync(`/proc/${running.child.pid}/environ`, 'utf8'), /(^|\0)MALLOC_MMAP_THRESHOLD_=\d+(\0|$)/)
})

/** Installs the packed tarball beside links to our dependencies: what `npm i leakmesh` makes, without the network. */
function installed(t: TestContext): string {
  const app = scratch(t)
  const npm = (args: readonly string[]) => execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })
  npm(['pack', '--pack-destination', app])
  const tarball = readdirSync(app).find((file) => file.endsWith('.tgz'))!
  const modules = join(app, 'node_modules')
  mkdirSync(join(modules, 'leakmesh'), { recursive: true })
  execFileSync('tar', ['-xzf', join(app, tarball), '-C', join(modules, 'leakmesh'), '--strip-components=1'])
  for (const entry of readdirSync(join(ROOT, 'node_modules'))) {
    if (!entry.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', entry), join(modules, entry))
  }
  return app
}

test('[N5] the packed tarball runs as a dependency of another project, default configuration included', async (t) => {
  const app = installed(t)
  const command = [NODES.at(-1)!.path, join(app, 'node_modules/leakmesh/service/launch.mjs')]
  const version = leakmesh(t, ['--version'], { command, cwd: app })
  assert.deepEqual(await version.exit, { code: 0, signal: null })
  assert.equal(version.out(), `leakmesh version ${BUILD.version}\n`)
  const [grpc, http, metrics] = await Promise.all([freePort(), freePort(), freePort()])
  const sets = [
    `receivers.otlp.protocols.grpc.endpoint=localhost:${grpc}`,
    `receivers.otlp.protocols.http.endpoint=localhost:${http}`,
    `service.telemetry.metrics.readers=[{pull: {exporter: {prometheus: {port: ${metrics}}}}}]`,
  ]
  const running = leakmesh(
    t,
    sets.flatMap((set) => ['--set', set]),
    { command, cwd: app },
  )
  await running.seen(/Everything is ready/)
  assert.equal(await sendSpan(`localhost:${http}`), 200)
  const answer = await until(
    async () => (await fetch(`http://localhost:${metrics}/metrics`)).text(),
    () => 'metrics',
  )
  assert.match(answer, /^otelcol_receiver_accepted_spans\{.*\} 1$/m)
  running.child.kill('SIGTERM')
  assert.deepEqual(await running.exit, { code: 0, signal: null })
})

test('[N6] the default configuration says localhost and prints findings', () => {
  assert.match(DEFAULT_CONFIG, /endpoint: localhost:4317\n/)
  assert.match(DEFAULT_CONFIG, /endpoint: localhost:4318\n/)
  assert.match(DEFAULT_CONFIG, /logs\/findings:\n {6}receivers: \[leak_detector\]\n {6}exporters: \[debug\]/)
})

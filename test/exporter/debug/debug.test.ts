import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { type TestContext, test } from 'node:test'
import { accepted } from '../../../component/outcome.ts'
import type { Signal } from '../../../component/payload.ts'
import { debugExporter } from '../../../exporter/debug/factory.ts'
import { outputTo } from '../../../exporter/debug/output.ts'
import { paletteFor, plain } from '../../../exporter/debug/palette.ts'
import { createSampler } from '../../../exporter/debug/sampler.ts'
import { fakePayload } from '../../component/fake_consumer.ts'
import { fakeEnv, fakeSettings } from '../../component/fake_env.ts'
import { FINDING, LOGS, POINTS, SENTENCE, SPANS } from './requests.ts'

const REQUESTS: Readonly<Record<Signal, Uint8Array>> = { traces: SPANS, metrics: POINTS, logs: LOGS }

async function logged(signal: Signal, raw: object, request = REQUESTS[signal]) {
  const env = fakeEnv()
  const debug = debugExporter.create(fakeSettings('debug', env), signal, debugExporter.config.parse(raw))
  await debug.start()
  assert.deepEqual(await debug.consume(fakePayload(signal, 1, [request])), accepted)
  await debug.shutdown(0)
  return { env, lines: env.log.lines }
}

async function printed(t: TestContext, signal: Signal, raw: object, request = REQUESTS[signal]) {
  const directory = mkdtempSync(join(tmpdir(), 'debug-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'out.txt')
  await logged(signal, { use_internal_logger: false, output_paths: [path], ...raw }, request)
  return readFileSync(path, 'utf8')
}

test('[D1] basic: a line for each request, nothing decoded', async () => {
  const { env, lines } = await logged('traces', {}, Uint8Array.of(255))
  assert.deepEqual(lines, [{ level: 'info', message: 'Traces', fields: { requests: 1, spans: 1 } }])
  assert.equal(env.metrics.sum('otelcol_exporter_sent_spans', { exporter: 'debug' }), 1)
})

test('[D1] normal: a line for each item, service first', async (t) => {
  assert.equal(
    await printed(t, 'traces', { verbosity: 'normal' }),
    'Traces: 1 requests, 1 spans\n' +
      'cart  POST /cart  server  12.5 ms  error  4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7  ' +
      'http.route=/cart note="two words"\n',
  )
  assert.deepEqual((await printed(t, 'metrics', { verbosity: 'normal' })).split('\n').slice(1, -1), [
    'cart  v8js.heap{space=old}  21536 By',
    'cart  calls  1.5',
    'cart  calls  no recorded value',
    'cart  latency  count=3 sum=0.6 min=0.1 max=0.3 s',
    'cart  exponential  count=2',
    'cart  summary  count=9 sum=4',
  ])
})

test('[D1] detailed: all there is, in the Collector’s layout', async (t) => {
  for (const signal of ['traces', 'metrics', 'logs'] as const) {
    const text = await printed(t, signal, { verbosity: 'Detailed' })
    const expected = readFileSync(new URL(`./detailed_${signal}.golden.txt`, import.meta.url), 'utf8')
    assert.equal(text, expected)
  }
})

test('[D2] the internal logger gets the sums as fields and the rest as text', async () => {
  const { lines } = await logged('metrics', { verbosity: 'normal' })
  assert.deepEqual(lines[0], { level: 'info', message: 'Metrics', fields: { requests: 1, 'data points': 1 } })
  assert.match(lines[1]!.message, /^cart {2}v8js\.heap\{space=old\}/)
})

test('[D3] a finding is a card at any verbosity', async (t) => {
  const card = [
    `● OPEN  ${SENTENCE}`,
    '    grows       18 MiB/h (15 MiB/h to 21 MiB/h)',
    '    now at      400 MiB of 512 MiB (container)',
    '    time left   6 h (4 h or more)',
    '    by          frontend → cart  POST /cart',
    '    called in   GET /checkout',
    '    explains    78 % of the growth',
    '    per call    412 B (380 B to 440 B)',
    '    instances   cart-1, cart-2, cart-3 and 1 more',
    '    confidence  93 %',
    '    traces      4bf92f3577b34da6a3ce929d0e0e4736',
    '  next',
    '    1. kubectl -n shop port-forward deploy/cart 9229',
    '    2. chrome://inspect  # two snapshots',
    '  0123456789abcdef-1  09:41:07.120 UTC',
    '\n',
  ].join('\n')
  for (const verbosity of ['basic', 'normal']) assert.equal(await printed(t, 'logs', { verbosity }, FINDING), card)
  const detailed = await printed(t, 'logs', { verbosity: 'detailed' }, FINDING)
  assert.match(detailed, /all of it\n {4}leak\.finding\.id 0123456789abcdef-1\n/)
})

test('[D3] beside findings other records of the same request are printed as usual', async (t) => {
  const text = await printed(t, 'logs', { verbosity: 'normal' }, Buffer.concat([LOGS, FINDING]))
  assert.match(text, /^Logs: .*\n09:41:07\.120 {2}cart {2}WARN {2}.*\n● OPEN/)
})

test('[D3] in the internal log a finding is its sentence, at its own level, with all attributes as fields', async () => {
  const { lines } = await logged('logs', {}, FINDING)
  assert.deepEqual([lines[1]!.level, lines[1]!.message], ['warn', SENTENCE])
  assert.equal(lines[1]!.fields['leak.culprit.edge'], 'frontend->cart')
})

test('[D4] sampling: of each second the first, then every so-manieth', () => {
  const shows = createSampler(2, 3)
  const times = Array.from({ length: 9 }, (_, i) => i)
  assert.deepEqual(times.map(shows), [true, true, false, false, true, false, false, true, false])
  assert.equal(shows(1_000), true)
  const none = createSampler(1, 0)
  assert.deepEqual([0, 1, 2, 1_000].map(none), [true, false, false, true])
})

test('[D4] findings are shown whatever the sampling', async () => {
  const { lines } = await logged('logs', { sampling_initial: 0, sampling_thereafter: 0 }, FINDING)
  assert.deepEqual(
    lines.map((line) => line.message),
    [SENTENCE],
  )
})

test('[D5] colour: only on a terminal, never against NO_COLOR', () => {
  const isColoured = (terminal: boolean, hints = {}) => paletteFor(terminal, hints).red('x') !== 'x'
  assert.equal(isColoured(true), true)
  assert.equal(isColoured(false), false)
  assert.equal(isColoured(true, { TERM: 'dumb' }), false)
  assert.equal(isColoured(true, { NO_COLOR: '1', FORCE_COLOR: '1' }), false)
  assert.equal(isColoured(true, { NO_COLOR: '' }), true)
  assert.equal(isColoured(false, { FORCE_COLOR: '1' }), true)
  assert.equal(isColoured(true, { FORCE_COLOR: '0' }), false)
})

test('[D6] telemetry cannot command the terminal', async (t) => {
  const text = await printed(t, 'logs', { verbosity: 'normal' })
  assert.ok(text.includes('nearly\\nfull \\x1b[2J'))
  for (const verbosity of ['normal', 'detailed']) {
    assert.equal((await printed(t, 'logs', { verbosity })).includes('\u001b'), false)
  }
})

test('[D7] bytes that cannot be decoded are told of, and taken', async (t) => {
  assert.match(await printed(t, 'traces', { verbosity: 'normal' }, Uint8Array.of(10, 200)), /cannot be decoded: /)
})

test('[D8] a slow reader slows us down; one that is gone does not stop us', async () => {
  const slow = new PassThrough({ highWaterMark: 1 })
  const output = outputTo(slow, plain, async () => {})
  let isWritten = false
  const writing = output
    .write('first')
    .then(() => output.write('second'))
    .then(() => {
      isWritten = true
    })
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isWritten, false)
  slow.resume()
  await writing
  slow.destroy(new Error('EPIPE'))
  await output.write('third')
  await output.close()
})

test('[D9] a file that cannot be opened stops the start; wrong configurations are refused', async () => {
  const raw = { use_internal_logger: false, output_paths: ['/nowhere/at/all.txt'] }
  const debug = debugExporter.create(fakeSettings('debug', fakeEnv()), 'traces', debugExporter.config.parse(raw))
  await assert.rejects(debug.start(), /ENOENT/)
  await debug.shutdown(0)
  const messages = (wrong: unknown) => debugExporter.config.safeParse(wrong).error?.issues.map((issue) => issue.message)
  assert.deepEqual(messages({ verbosity: 'loud' }), ['verbosity level "loud" is not supported'])
  assert.deepEqual(debugExporter.config.parse(null), {
    verbosity: 'basic',
    sampling_initial: 2,
    sampling_thereafter: 1,
    use_internal_logger: true,
    output_paths: ['stdout'],
  })
})

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { protoToJson } from '../../../proto/proto_to_json.ts'
import { graph } from '../../../service/graph/graph.ts'
import { chooseStep, stepFor } from '../../../service/replay/choose_step.ts'
import { type ReplayOptions, replay } from '../../../service/replay/replay.ts'
import { createShop } from '../../processor/leak_detector/engine/shop.ts'
import { metricsBytes, spansBytes, type TestSink } from '../../processor/leak_detector/engine/wire.ts'

const folder = mkdtempSync(join(tmpdir(), 'replay-'))
after(() => rmSync(folder, { recursive: true }))

/** A shop recorded: traces and metrics as lines. */
function record(steps: number): { traces: string[]; metrics: string[] } {
  const traces: string[] = []
  const metrics: string[] = []
  const ingest: TestSink = {
    spans: (spans) => void traces.push(protoToJson('traces', spansBytes(spans))),
    metrics: (resource, timeMs, samples) =>
      void metrics.push(protoToJson('metrics', metricsBytes(resource, timeMs, samples))),
  }
  const shop = createShop()
  for (let step = 0; step < steps; step++) shop.step(ingest, step)
  return { traces, metrics }
}

const recorded = record(120)

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const text = (lines: readonly string[]) => `${lines.join('\n')}\n`
const TRACES = file('traces.jsonl', text(recorded.traces))
const METRICS = file('metrics.jsonl', text(recorded.metrics))

/** Streams that remember what was written to them. */
function listening() {
  const said = { out: '', err: '' }
  const streams = {
    out(part: string) {
      said.out += part
    },
    err(part: string) {
      said.err += part
    },
  }
  return { said, streams }
}

async function run(options: Partial<ReplayOptions>): Promise<{ code: number; out: string; err: string }> {
  const { streams, said } = listening()
  const defaults = {
    files: [TRACES, METRICS],
    sources: { configs: [], sets: [] },
    strict: false,
    workers: 1,
    isTerminal: false,
  }
  const code = await replay({ ...defaults, ...options }, streams)
  return { code, ...said }
}

const EXPECTED = (await run({ findings: '-' })).out

test('[R1] a recording tells of the leak, one request in JSON a line', () => {
  const lines = EXPECTED.trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const [first] = lines
  const entry = first.resourceLogs[0].scopeLogs[0].logRecords[0]
  assert.equal(entry.eventName, 'leak.finding.opened')
  assert.match(entry.body.stringValue, /^cart: heap memory leaks/)
})

test('[R1] any number of workers writes the same bytes', async () => {
  for (const workers of [2, 3]) {
    const findings = join(folder, `findings-${workers}`)
    assert.equal((await run({ workers, findings })).code, 0)
    assert.equal(readFileSync(findings, 'utf8'), EXPECTED)
  }
})

test('[R2] compressed, mixed into one file, or split into several: the same findings', async () => {
  const mixed = recorded.traces.flatMap((line, step) => [line, ...recorded.metrics.slice(step * 4, step * 4 + 4)])
  const half = Math.floor(recorded.metrics.length / 2)
  const forms = [
    [file('all.jsonl.gz', gzipSync(text(mixed)))],
    [file('traces.jsonl.zst', zstdCompressSync(text(recorded.traces))), METRICS],
    [
      TRACES,
      file('late.jsonl', text(recorded.metrics.slice(half))),
      file('early.jsonl', text(recorded.metrics.slice(0, half))),
    ],
  ]
  for (const files of forms) assert.equal((await run({ files, findings: '-' })).out, EXPECTED, files.join(' '))
})

test('[R3] a file with a wrong clock does not hold the others back', async () => {
  const years = 200_000_000n * 1_000_000_000n
  const wrong = recorded.metrics
    .filter((line) => line.includes('catalog'))
    .map((line) =>
      line.replaceAll(/"timeUnixNano":"(\d+)"/g, (_, nanos) => `"timeUnixNano":"${BigInt(nanos) + years}"`),
    )
  const others = recorded.metrics.filter((line) => !line.includes('catalog'))
  const { out } = await run({
    files: [TRACES, file('others.jsonl', text(others)), file('wrong.jsonl', text(wrong))],
    findings: '-',
  })
  assert.match(out, /cart: heap memory leaks/)
})

test('[R4] a broken line is told with its place, counted and skipped; strict makes it an error', async () => {
  const lines = [...recorded.metrics]
  lines.splice(2, 0, '{"resourceMetrics":[{]}', '', '{"hello":1}')
  const broken = file('broken.jsonl', text(lines))
  const lenient = await run({ files: [TRACES, broken], findings: '-' })
  assert.equal(lenient.code, 0)
  assert.equal(lenient.out, EXPECTED)
  assert.match(lenient.err, /broken\.jsonl:3: JSON/)
  assert.match(lenient.err, /broken\.jsonl:5: not an export request/)
  assert.match(lenient.err, /2 broken lines were skipped/)
  assert.equal((await run({ files: [TRACES, broken], strict: true, workers: 2 })).code, 1)
})

test('[R4] files that are not there, or not what they are called, end with an error', async () => {
  assert.match((await run({ files: [join(folder, 'none')] })).err, /none: no such file/)
  assert.equal((await run({ files: [] })).code, 1)
  const notGzip = await run({ files: [file('plain.gz', 'no gzip at all')] })
  assert.equal(notGzip.code, 1)
  assert.match(notGzip.err, /^Error: /)
})

test('[R6] the step suits the recording', async () => {
  assert.equal(stepFor(5_000, 600_000), 5_000)
  assert.equal(stepFor(1_000, 180_000), 2_000)
  assert.equal(stepFor(60_000, 600_000), 60_000)
  assert.equal(stepFor(10_000, 7 * 86_400_000), 60_000)
  assert.equal(await chooseStep([TRACES, METRICS]), 10_000)
})

test('[R6] with a configuration the step is as configured', async () => {
  const config = file(
    'config.yaml',
    `receivers: {otlp: {protocols: {grpc: {}}}}
connectors: {leak_detector: {step: 20s}}
exporters: {nop: {}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [leak_detector]}
    logs: {receivers: [leak_detector], exporters: [nop]}
`,
  )
  const { err, code } = await run({ sources: { configs: [config], sets: [] }, isTerminal: true })
  assert.equal(code, 0, err)
  assert.match(err, /20 s, 60 steps/)
  const without = await run({ sources: { configs: [config], sets: ['connectors.leak_detector.step=banana'] } })
  assert.equal(without.code, 1)
  assert.match(without.err, /banana/)
})

test('[R8] without a place for findings they are sentences', async () => {
  assert.match((await run({})).out, /^2026-01-05T00:\d\d:\d\d\.000Z opened: cart: heap memory leaks/)
})

test('[Q1] the graph of a recording, whole or what a service depends on', async () => {
  const { streams, said } = listening()
  const options = { files: [TRACES], sources: { configs: [], sets: [] }, format: 'json' as const }
  assert.equal(await graph(options, streams), 0)
  const { nodes, edges } = JSON.parse(said.out)
  assert.deepEqual(nodes.map(({ id }: { id: string }) => id).toSorted(), ['cart', 'frontend', 'mobile', 'outside'])
  assert.equal(edges.length, 4)
  said.out = ''
  assert.equal(await graph({ ...options, format: 'dot', of: 'mobile' }, streams), 0)
  assert(!said.out.includes('frontend') && said.out.includes('"mobile" -> "cart"'))
  assert.equal(await graph({ ...options, of: 'nobody' }, streams), 1)
  assert.match(said.err, /there are: .*cart/)
})

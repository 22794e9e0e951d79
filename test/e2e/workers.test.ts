import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { protoToJson } from '../../proto/proto_to_json.ts'
import { type Ports, startSubject } from '../bench/subject.ts'
import { type Minute, shopStory } from '../chaos/shop_story.ts'
import { seededRandom } from '../component/fake_env.ts'
import { decodeTraces, encodeTraces } from '../proto/oracle.ts'
import { MAIN, scratch } from '../service/leakmesh_process.ts'
import { type SentSignal, senders } from './senders.ts'

const SEED = Number(process.env.LEAKMESH_SEED ?? Date.now() % 1_000_000)
const MINUTES = 120
const KEPT_BYTES = 20_000
const START_MS = Date.UTC(2026, 5, 1)
const CONNECTIONS = 8

/** The same story for everyone who asks. */
function story(): readonly Minute[] {
  const { minute } = shopStory(seededRandom(SEED), START_MS, KEPT_BYTES)
  return Array.from({ length: MINUTES }, (_, at) => minute(at))
}

test(`[W5] four threads find the same as one, number for number (seed ${SEED})`, async (t) => {
  const one = await foundBy(t, 1)
  assert.match(one.events, /"leak\.finding\.opened"/)
  assert.match(one.events, /"mobile->cart"/)
  assert.match(one.lastMetrics, /leak\./)
  const four = await foundBy(t, 4)
  assert.deepEqual(four, one)
})

interface Found {
  /** Requests of logs and the last request of metrics, as JSON lines. */
  readonly events: string
  readonly lastMetrics: string
}

/** What a process with so many threads tells of the story, sent as fast as it is answered. */
async function foundBy(t: TestContext, workers: number): Promise<Found> {
  const folder = scratch(t)
  const subject = await startSubject('leakmesh', [process.execPath, MAIN], (ports) => config(ports, workers, folder))
  const lanes = senders(subject, CONNECTIONS)
  try {
    let turn = 0
    const send = (signal: SentSignal, body: Uint8Array) => lanes[turn++ % CONNECTIONS]!.send(signal, body)
    for (const { traces, metrics } of story()) {
      await Promise.all([send('metrics', metrics), ...bySender(traces).map((body) => send('traces', body))])
    }
  } finally {
    for (const lane of lanes) lane.close()
    await subject.stop()
  }
  const linesOf = (name: string) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')
  return { events: linesOf('logs.jsonl').join('\n'), lastMetrics: linesOf('metrics.jsonl').at(-1)! }
}

function config({ grpc, http, health }: Ports, workers: number, folder: string): string {
  return `
receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:${grpc}"}, http: {endpoint: "127.0.0.1:${http}"}}}}
connectors: {leak_detector: }
exporters: {file/logs: {path: "${folder}/logs.jsonl"}, file/metrics: {path: "${folder}/metrics.jsonl"}}
extensions: {health_check: {endpoint: "127.0.0.1:${health}"}}
service:
  workers: ${workers}
  extensions: [health_check]
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], exporters: [leak_detector]}
    metrics: {receivers: [otlp], exporters: [leak_detector]}
    logs/findings: {receivers: [leak_detector], exporters: [file/logs]}
    metrics/findings: {receivers: [leak_detector], exporters: [file/metrics]}
`
}

/** Each service sends its own spans, in two requests. */
function bySender(traces: Uint8Array): Uint8Array[] {
  return (decodeTraces(traces).resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const spans = scopeSpans.flatMap((scope) => scope.spans ?? [])
    const halves = [spans.slice(0, spans.length / 2), spans.slice(spans.length / 2)]
    return halves.map((half) =>
      encodeTraces({ resourceSpans: [{ resource: resource!, scopeSpans: [{ spans: half }] }] }),
    )
  })
}

test(`[R1] one, two and four threads that replay write the same bytes, however the recording is kept (seed ${SEED})`, (t) => {
  const folder = scratch(t)
  const minutes = story()
  const traces = minutes.map((minute) => `${protoToJson('traces', minute.traces)}\n`)
  const metrics = minutes.map((minute) => `${protoToJson('metrics', minute.metrics)}\n`)
  const kept = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const plain = [kept('traces.jsonl', traces.join('')), kept('metrics.jsonl', metrics.join(''))]
  const expected = replayed(1, plain)
  assert.match(expected, /leak\.finding\.opened/)
  const mixed = traces.map((line, at) => `${line}${metrics[at]}`).join('')
  const packed = [
    kept('traces.jsonl.zst', zstdCompressSync(traces.join(''))),
    kept('metrics.jsonl.gz', gzipSync(metrics.join(''))),
  ]
  for (const workers of [2, 4]) assert.equal(replayed(workers, plain), expected)
  assert.equal(replayed(4, packed), expected)
  assert.equal(replayed(2, [kept('mixed.jsonl.gz', gzipSync(mixed))]), expected)
})

function replayed(workers: number, files: readonly string[]): string {
  const args = [MAIN, 'replay', '--workers', String(workers), '--findings', '-', ...files]
  return execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

/**
 * What the engine costs, CPU time: a span from the walker's columns to a counted call, a series and step from point to
 * look, the memory of a series, and points a second through `replay`.
 *
 *   node test/bench/engine.ts [--smoke] [--rounds N] [--series N]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createObserver } from '../../processor/leak_detector/batch/observe.ts'
import { createEngine, type Engine } from '../../processor/leak_detector/engine/engine.ts'
import { METRIC_NAMES, recogniseMetrics } from '../../processor/leak_detector/tensor/resources.ts'
import { protoToJson } from '../../proto/proto_to_json.ts'
import { createWalker } from '../../proto/walker.ts'
import { replay } from '../../service/replay/replay.ts'
import { seededRandom } from '../component/fake_env.ts'
import { metricsBytes, type Sample, type SpanOf, spansBytes } from '../processor/leak_detector/engine/wire.ts'
import { spread, table } from './spread.ts'

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    series: { type: 'string', default: '20000' },
  },
})
const ROUNDS = flags.smoke ? 1 : Number(flags.rounds)
const TRACES = flags.smoke ? 500 : 40_000
const INSTANCES = flags.smoke ? 20 : Math.round(Number(flags.series) / 10)
const STEPS = flags.smoke ? 5 : 70
const STEP_MS = 60_000
const T0 = Date.UTC(2026, 0, 5)
const random = seededRandom(1)

/** CPU microseconds that `work` took. */
function cpuUs(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function observerOf() {
  const origin = { node: 'bench', thread: 0, incarnation: 0 }
  return createObserver({ origin, stepMs: STEP_MS, recognise: recogniseMetrics })
}

/** 10,000 spans a second of event time: server, internal, client, server. */
function spanCost() {
  const walker = createWalker()
  const observer = observerOf()
  const engine = createEngine()
  let observeUs = 0
  let pairUs = 0
  for (let trace = 0; trace < TRACES; trace += 250) {
    const spans = walker.traces(spansBytes(Array.from({ length: 250 }, (_, at) => traceAt(trace + at)).flat()))
    if (!spans.ok) throw new Error(spans.message)
    observeUs += cpuUs(() => observer.traces(spans, walker))
    if (observer.pending < 8_000) continue
    pairUs += cpuUs(() => {
      engine.merge(observer.drain()!)
      engine.advance()
    })
  }
  const { spans } = observer.counts
  return { observeSpanUs: observeUs / spans, pairSpanUs: pairUs / spans, result: engine.state.pairing.counts.calls }
}

function traceAt(trace: number): SpanOf[] {
  const startMs = T0 + trace * 0.4
  const id = (trace + 1) * 8
  const [caller, callee] = [`s${trace % 20}`, `s${(trace * 7) % 20}`]
  const labels = { 'http.request.method': 'GET', 'http.route': '/product/:id' }
  return [
    { service: caller, trace: trace + 1, id, kind: 'server', name: 'GET /', startMs, labels },
    { service: caller, trace: trace + 1, id: id + 1, parent: id, kind: 'internal', name: 'render', startMs },
    { service: caller, trace: trace + 1, id: id + 2, parent: id + 1, kind: 'client', name: 'GET', startMs },
    { service: callee, trace: trace + 1, id: id + 3, parent: id + 2, kind: 'server', name: 'GET /p', startMs, labels },
  ]
}

const LEVELS = ['process.memory.usage', 'container.memory.working_set', 'container.memory.rss', 'go.memory.gc.goal']
const ITEMS = [
  'go.goroutine.count',
  'process.thread.count',
  'process.unix.file_descriptor.count',
  'v8js.resource.active',
]
const METRICS = [...LEVELS, ...ITEMS, 'jvm.file_descriptor.count', 'db.client.connection.pending_requests']

function pointsAt(instance: number, timeMs: number): Uint8Array {
  const samples = METRICS.map((name): Sample => ({ name, value: Math.round(1e8 + random.next() * 1e7) }))
  return metricsBytes({ 'service.name': `s${instance >> 1}`, 'service.instance.id': `i${instance}` }, timeMs, samples)
}

/** Flat, noisy series, one point a step each. */
function seriesCost() {
  const walker = createWalker()
  const observer = observerOf()
  const engine = createEngine()
  let observeUs = 0
  let stepUs = 0
  const drain = () => {
    stepUs += cpuUs(() => {
      const batch = observer.drain()
      if (batch !== undefined) engine.merge(batch)
      engine.advance()
    })
  }
  for (let step = 0; step < STEPS; step++) {
    for (let instance = 0; instance < INSTANCES; instance++) {
      const points = walker.metrics(pointsAt(instance, T0 + step * STEP_MS + 30_000), (name) =>
        METRIC_NAMES.has(walker.text(name)),
      )
      if (!points.ok) throw new Error(points.message)
      observeUs += cpuUs(() => observer.metrics(points, walker))
      if (observer.pending >= 8_192) drain()
    }
    drain()
  }
  const pointSteps = INSTANCES * METRICS.length * STEPS
  return {
    observePointUs: observeUs / pointSteps,
    stepUs: stepUs / pointSteps,
    ringBytes: ringBytesOf(engine),
  }
}

function ringBytesOf(engine: Engine): number {
  const { tensorBytes, series } = engine.gauges()
  return tensorBytes / series
}

/** A line for each export of each instance. */
async function replayCost() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-replay-'))
  const file = join(folder, 'metrics.jsonl')
  const steps = flags.smoke ? 5 : 200
  const lines: string[] = []
  for (let step = 0; step < steps; step++) {
    for (let instance = 0; instance < 100; instance++) {
      lines.push(protoToJson('metrics', pointsAt(instance, T0 + step * 10_000)))
    }
  }
  writeFileSync(file, `${lines.join('\n')}\n`)
  const before = process.cpuUsage()
  const silent = { out() {}, err() {} }
  const options = { files: [file], sources: { configs: [], sets: [] }, strict: true, workers: 1, isTerminal: false }
  await replay(options, silent)
  const { user, system } = process.cpuUsage(before)
  rmSync(folder, { recursive: true })
  return { pointsPerSecond: (steps * 100 * METRICS.length) / ((user + system) / 1e6) }
}

const rounds = Array.from({ length: ROUNDS }, () => ({ ...spanCost(), ...seriesCost() }))
const replayed = await replayCost()
process.stdout.write(
  `${table(
    ['measure', 'median (least–most)', 'bar'],
    [
      ['observe a span, µs', spread(rounds.map(({ observeSpanUs }) => observeSpanUs)), ''],
      ['pair and count a span, µs', spread(rounds.map(({ pairSpanUs }) => pairSpanUs)), '0.6'],
      ['observe a point, µs', spread(rounds.map(({ observePointUs }) => observePointUs)), ''],
      ['merge, fold and look, µs a series and step', spread(rounds.map(({ stepUs }) => stepUs)), '6'],
      ['rings, bytes a level series', spread(rounds.map(({ ringBytes }) => ringBytes)), ''],
      ['replay, points a CPU second', String(Math.round(replayed.pointsPerSecond)), '100000'],
    ],
  )}\nresults: ${rounds.map(({ result }) => result).join(' ')}\n`,
)

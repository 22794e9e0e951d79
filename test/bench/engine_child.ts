/** `node engine_child.ts SERIES STEPS SERVICES EDGES MOVING` prints one line of JSON: what each step costs in ingest and engine. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createEngine } from '../../processor/leak_detector/engine/engine.ts'
import { toJsonLines } from '../../processor/leak_detector/finding/log_records.ts'
import { edgesLoad } from './edges_load.ts'
import { cpuUs, createIngest, heldBytes } from './ingest.ts'
import { seriesLoad } from './series_load.ts'

export interface EngineCost {
  /** CPU microseconds a series and step: reading the wire into a batch. */
  readonly ingestUs: number
  /** Decoding the batch, keeping it, looking at every series. */
  readonly engineUs: number
  readonly slowestStepMs: number
  /** Bytes a series that cannot be collected, of readers and engine together. */
  readonly heldBytes: number
  readonly tensorBytes: number
  readonly findings: number
  /** CPU milliseconds of a step, both together. */
  readonly stepMs: number
  readonly hash: string
}

const STEP_MS = 60_000

const [series, steps, services, edges, movingPercent] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
  number,
  number,
]
const levels = seriesLoad({ series, services, stepMs: STEP_MS, movingPercent })
const calls = edgesLoad({ edges, services, stepMs: STEP_MS })
run(Math.min(20, steps), true)
const before = heldBytes()
const cost = run(steps, false)
process.stdout.write(`${JSON.stringify(cost)}\n`)

/** All steps through new readers and a new engine. */
function run(many: number, isWarming: boolean): EngineCost {
  const ingest = createIngest(STEP_MS)
  const engine = createEngine({ stepMs: STEP_MS })
  const spent = { ingest: 0, engine: 0, slowest: 0 }
  const hash = createHash('sha256')
  let findings = 0
  for (let step = 0; step < many; step++) {
    const [spans, points] = [calls(step), levels(step)]
    const started = cpuUs()
    for (const one of spans) ingest.take('traces', one)
    for (const one of points) ingest.take('metrics', one)
    const batch = ingest.drain()
    const taken = cpuUs()
    assert(engine.merge(batch))
    const events = engine.advance()
    const ended = cpuUs()
    spent.ingest += taken - started
    spent.engine += ended - taken
    spent.slowest = Math.max(spent.slowest, ended - taken)
    findings += events.filter(({ name }) => name === 'opened').length
    for (const line of toJsonLines(events)) hash.update(line)
  }
  const held = isWarming ? 0 : heldBytes() - before
  // Calls are counted in series of their own; those of the newest steps may not have been paired yet.
  if (edges === 0) assert.equal(engine.gauges().series, series)
  else assert.equal(engine.gauges().edges, edges)
  return {
    ingestUs: spent.ingest / series / many,
    engineUs: spent.engine / series / many,
    stepMs: (spent.ingest + spent.engine) / 1000 / many,
    slowestStepMs: spent.slowest / 1000,
    heldBytes: held / series,
    tensorBytes: engine.gauges().tensorBytes / series,
    findings,
    hash: hash.digest('hex').slice(0, 12),
  }
}

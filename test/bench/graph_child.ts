/**
 * `node graph_child.ts REQUESTS` prints one line of JSON. Requests of a thousand spans, ten services, traces of ten
 * spans; each request 50 ms of event time after the one before (20,000 spans a second), drained every half second.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createEngine } from '../../processor/leak_detector/engine/engine.ts'
import { freshen, template } from './freshen.ts'
import { cpuUs, createIngest, heldBytes } from './ingest.ts'
import { payloads } from './payloads.ts'

export interface GraphCost {
  readonly spans: number
  /** CPU microseconds a span: reading the wire into a batch. */
  readonly ingestUs: number
  /** Decoding the batch, pairing, counting calls, closing steps. */
  readonly engineUs: number
  readonly waiting: number
  readonly heldBytes: number
  readonly calls: number
  readonly edges: number
  /** Of all edges and their calls. */
  readonly hash: string
}

const SPANS = 1000
const GAP_MS = 50
const REQUESTS_PER_DRAIN = 10
const STEP_MS = 10_000
const WARM_REQUESTS = 100

const requests = Number(process.argv[2])
const templates = payloads('traces', SPANS).map((bytes) => template('traces', bytes))
run(WARM_REQUESTS)
const before = heldBytes()
process.stdout.write(`${JSON.stringify(run(requests))}\n`)

/** All requests through new readers and a new engine. */
function run(many: number): GraphCost {
  const ingest = createIngest(STEP_MS)
  const engine = createEngine({ stepMs: STEP_MS })
  const spent = { ingest: 0, engine: 0 }
  let waiting = 0
  for (let turn = 0; turn < many; turn += REQUESTS_PER_DRAIN) {
    const bytes = Array.from({ length: REQUESTS_PER_DRAIN }, (_, at) =>
      freshen(templates[(turn + at) % templates.length]!, turn + at, GAP_MS),
    )
    const started = cpuUs()
    for (const one of bytes) ingest.take('traces', one)
    const batch = ingest.drain()
    const taken = cpuUs()
    assert(engine.merge(batch))
    engine.advance()
    spent.engine += cpuUs() - taken
    spent.ingest += taken - started
    waiting = Math.max(waiting, engine.gauges().spansWaiting)
  }
  const held = heldBytes() - (many === requests ? before : 0)
  const started = cpuUs()
  engine.flush()
  spent.engine += cpuUs() - started
  const spans = many * SPANS
  return {
    spans,
    ingestUs: spent.ingest / spans,
    engineUs: spent.engine / spans,
    waiting,
    heldBytes: held,
    calls: engine.state.pairing.counts.calls,
    edges: engine.gauges().edges,
    hash: createHash('sha256').update(JSON.stringify(engine.state.pairing.counts)).digest('hex').slice(0, 12),
  }
}

/**
 * `node engine_child.ts SERIES STEPS` prints one line of JSON. Ten series an instance, one export a step: eighty in a
 * hundred lie flat under noise and collections, ten rise and fall, five fill a cache and level off, four step up, one in a
 * hundred leaks.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createEngine } from '../../processor/leak_detector/engine/engine.ts'
import { toJsonLines } from '../../processor/leak_detector/finding/log_records.ts'
import { encodeRequest } from '../../proto/messages.ts'
import { freshen, type Template, template } from './freshen.ts'
import { cpuUs, createIngest, heldBytes } from './ingest.ts'
import { seededDice } from './payloads.ts'

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
  readonly hash: string
}

const METRICS = [
  ['process.memory.usage', 'By'],
  ['go.memory.gc.goal', 'By'],
  ['go.goroutine.count', '{goroutine}'],
  ['process.unix.file_descriptor.count', '{file_descriptor}'],
  ['process.thread.count', '{thread}'],
  ['jvm.buffer.memory.used', 'By'],
  ['kestrel.active_connections', '{connection}'],
  ['dotnet.timer.count', '{timer}'],
  ['db.client.connection.pending_requests', '{request}'],
  ['process.windows.handle.count', '{handle}'],
] as const
const INSTANCES_PER_REQUEST = 100
const STEP_MS = 60_000
const START_MS = 1_764_000_000_000
const USUAL = 10_000
/** Bytes are counted in so many: the usual level is 160 MB. */
const BYTES_EACH = 16_384
/** From the time of a point to its value: the time itself and the value's tag. */
const VALUE_AFTER_TIME = 9
const DOUBLE_TAG = 0x21

const [series, steps] = process.argv.slice(2).map(Number) as [number, number]
const dice = seededDice(series)
const instances = series / METRICS.length
const requests = Array.from({ length: Math.ceil(instances / INSTANCES_PER_REQUEST) }, (_, at) => request(at))
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
    const bytes = requests.map((from, at) => exported(from, at, step))
    const started = cpuUs()
    for (const one of bytes) ingest.take('metrics', one)
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
  assert.equal(engine.gauges().series, series)
  return {
    ingestUs: spent.ingest / series / many,
    engineUs: spent.engine / series / many,
    slowestStepMs: spent.slowest / 1000,
    heldBytes: held / series,
    tensorBytes: engine.gauges().tensorBytes / series,
    findings,
    hash: hash.digest('hex').slice(0, 12),
  }
}

function request(at: number): Template {
  const timeUnixNano = BigInt(START_MS) * 1_000_000n
  const many = Math.min(INSTANCES_PER_REQUEST, instances - at * INSTANCES_PER_REQUEST)
  const bytes = encodeRequest('metrics', {
    resourceMetrics: Array.from({ length: many }, (_, n) => {
      const instance = at * INSTANCES_PER_REQUEST + n
      const attributes = [
        { key: 'service.name', value: { stringValue: `service-${instance % 200}` } },
        { key: 'service.instance.id', value: { stringValue: `instance-${instance}` } },
      ]
      const metrics = METRICS.map(([name, unit]) => ({
        name,
        unit,
        gauge: { dataPoints: [{ timeUnixNano, asDouble: 1 }] },
      }))
      return { resource: { attributes }, scopeMetrics: [{ metrics }] }
    }),
  })
  return template('metrics', bytes)
}

/** The same request a step later, with the values of that step. */
function exported(from: Template, at: number, step: number): Uint8Array {
  const bytes = freshen(from, step, STEP_MS)
  from.times.forEach((offset, row) => {
    assert.equal(bytes[offset + VALUE_AFTER_TIME - 1], DOUBLE_TAG)
    const one = at * INSTANCES_PER_REQUEST * METRICS.length + row
    const [, unit] = METRICS[one % METRICS.length]!
    bytes.writeDoubleLE(levelAt(one, step) * (unit === 'By' ? BYTES_EACH : 1), offset + VALUE_AFTER_TIME)
  })
  return bytes
}

function levelAt(one: number, step: number): number {
  const noise = USUAL * (0.05 * dice() + 0.2 * (((step + one) % 7) / 7))
  const shape = (one * 37) % 101
  if (shape === 0) return USUAL + noise + step * 120
  if (shape < 5) return USUAL + noise + (step > 40 ? 3000 : 0)
  if (shape < 10) return USUAL + noise + 5000 * (1 - Math.exp(-step / 20))
  if (shape < 20) return USUAL + noise + 4000 * Math.sin(step / 15)
  return USUAL + noise
}

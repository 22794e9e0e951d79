/**
 * Levels of processes that do not exist, exported once a step. Ten series an instance: eighty in a hundred lie flat under
 * noise and collections, ten rise and fall, five fill a cache and level off, four step up, one in a hundred leaks. Fewer of
 * the latter may be asked for: most of what runs most of the time lies flat.
 */
import assert from 'node:assert/strict'
import { encodeRequest } from '../../proto/messages.ts'
import { freshen, type Template, template } from './freshen.ts'
import { type Dice, seededDice } from './payloads.ts'

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

/** Series of one instance. */
export const SERIES_PER_INSTANCE = METRICS.length
/** When the first step begins, milliseconds since 1970. */
export const START_MS = 1_764_000_000_000

const INSTANCES_PER_REQUEST = 100
const USUAL = 10_000
/** Bytes are counted in so many: the usual level is 160 MB. */
const BYTES_EACH = 16_384
/** From the time of a point to its value: the time itself and the value's tag. */
const VALUE_AFTER_TIME = 9
const DOUBLE_TAG = 0x21

/** How much is exported. */
export interface SeriesShape {
  readonly series: number
  readonly services: number
  readonly stepMs: number
  /** Of a hundred series so many do not lie flat, at most `MOVING_PERCENT`. */
  readonly movingPercent: number
}

/** A hard case: a fleet in which one series in five moves. */
export const MOVING_PERCENT = 20

/**
 * The requests of one step after the other; the same shape gives the same bytes.
 * @example const exported = seriesLoad({ series: 1_000, services: 20, stepMs: 60_000, movingPercent: 20 }); exported(0)
 */
export function seriesLoad(shape: SeriesShape): (step: number) => readonly Uint8Array[] {
  const { series, services, stepMs, movingPercent } = shape
  const dice = seededDice(series)
  const instances = series / METRICS.length
  const templates = Array.from({ length: Math.ceil(instances / INSTANCES_PER_REQUEST) }, (_, at) =>
    request(at, instances, services),
  )
  return (step) =>
    templates.map((from, at) =>
      exported(from, step, stepMs, (row) => levelAt(firstOf(at) + row, step, dice, movingPercent)),
    )
}

function request(at: number, instances: number, services: number): Template {
  const timeUnixNano = BigInt(START_MS) * 1_000_000n
  const many = Math.min(INSTANCES_PER_REQUEST, instances - at * INSTANCES_PER_REQUEST)
  const bytes = encodeRequest('metrics', {
    resourceMetrics: Array.from({ length: many }, (_, n) => {
      const instance = at * INSTANCES_PER_REQUEST + n
      const attributes = [
        { key: 'service.name', value: { stringValue: `service-${instance % services}` } },
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

/** The same request some steps later, with the values of that step. */
function exported(from: Template, step: number, stepMs: number, level: (row: number) => number): Uint8Array {
  const bytes = freshen(from, step, stepMs)
  from.times.forEach((offset, row) => {
    assert.equal(bytes[offset + VALUE_AFTER_TIME - 1], DOUBLE_TAG)
    const [, unit] = METRICS[row % METRICS.length]!
    bytes.writeDoubleLE(level(row) * (unit === 'By' ? BYTES_EACH : 1), offset + VALUE_AFTER_TIME)
  })
  return bytes
}

/** Number of the first series of a request. */
function firstOf(request: number): number {
  return request * INSTANCES_PER_REQUEST * METRICS.length
}

function levelAt(one: number, step: number, dice: Dice, movingPercent: number): number {
  const noise = USUAL * (0.05 * dice() + 0.2 * (((step + one) % 7) / 7))
  if ((one * 7919) % 100 >= (100 * movingPercent) / MOVING_PERCENT) return USUAL + noise
  const shape = (one * 37) % 101
  if (shape === 0) return USUAL + noise + step * 120
  if (shape < 5) return USUAL + noise + (step > 40 ? 3000 : 0)
  if (shape < 10) return USUAL + noise + 5000 * (1 - Math.exp(-step / 20))
  if (shape < 20) return USUAL + noise + 4000 * Math.sin(step / 15)
  return USUAL + noise
}

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get, request as httpRequest } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'
import { json } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { protoToJson } from '../../proto/proto_to_json.ts'
import { payloads } from '../bench/payloads.ts'
import { usageOf } from '../bench/procfs.ts'
import { freePort, type Subject } from '../bench/subject.ts'
import { seededRandom } from '../component/fake_env.ts'
import { senSlope } from '../quality/baselines/trend.ts'
import { type Good, type Mutant, mutant } from './mutate.ts'
import { startLeakmesh } from './process.ts'

/** Memory is read after each round of 8,000 requests over HTTP and 2,000 over gRPC. */
const ROUNDS = 10
const HTTP_REQUESTS = 8_000
const GRPC_REQUESTS = 2_000
const LANES = 8
const WARM_UP_HTTP_REQUESTS = 20_000
const WARM_UP_GRPC_REQUESTS = 5_000
/** With a small heap V8 collects early: what is resident is what is kept, and not what V8 has not looked at yet. */
const V8_FLAGS = ['--max-old-space-size=64', '--expose-gc', '--import']
/** Limits of the engine that are reached while warming up. */
const LIMITS = 'series_max: 500, instances_max: 200, services_max: 200, names_max: 500, edges_max: 500, spans_max: 5000'
/**
 * Over all rounds, by the median slope of all pairs of readings: one that finds fewer pages resident than the rest is
 * no growth, a leak climbs from each to the next. Damaged names are new names: dictionaries may hold some thousands of
 * them before they are forgotten.
 */
const HELD_GROWTH_MAX_MIB = 12
/** The same and what the allocator has not given back. */
const RSS_GROWTH_MAX_MIB = 28
const SEED = Number(process.env.LEAKMESH_SEED ?? Date.now() % 1_000_000)

/** Bytes that are no request are INVALID_ARGUMENT; what cannot even be unpacked is INTERNAL, as gRPC says. */
const GRPC_CODES = { 200: ['0'], 400: ['3', '13'], 413: ['8'], 415: [] as string[] } as const
const PATHS = {
  traces: 'trace.v1.TraceService',
  metrics: 'metrics.v1.MetricsService',
  logs: 'logs.v1.LogsService',
} as const

const goods: readonly Good[] = (['traces', 'metrics'] as const).flatMap((signal) =>
  payloads(signal, 20).map((bytes) => ({
    signal,
    protobuf: Buffer.from(bytes),
    json: Buffer.from(protoToJson(signal, bytes)),
  })),
)
const agent = new Agent({ keepAlive: true, maxSockets: LANES })
let subject: Subject
let heldPort: number

before(async () => {
  heldPort = await freePort()
  const tellHeld = new URL(`tell_held.ts?port=${heldPort}`, import.meta.url).href
  subject = await startLeakmesh({ detector: LIMITS, v8: [...V8_FLAGS, tellHeld] })
})
after(async () => {
  agent.destroy()
  await subject.stop()
})

test(`100,000 damaged requests: each gets the right class of answer, memory stays flat (seed ${SEED})`, async () => {
  process.stdout.write(`LEAKMESH_SEED=${SEED}\n`)
  const random = seededRandom(SEED)
  const session = connect(`http://127.0.0.1:${subject.grpcPort}`)
  const byHttp = () => sendHttp(mutant(random, goods))
  const byGrpc = () => sendGrpc(session, grpcMutant(random))
  await flood(WARM_UP_HTTP_REQUESTS, byHttp)
  await flood(WARM_UP_GRPC_REQUESTS, byGrpc)
  const readings = [await memoryMiB()]
  for (let round = 0; round < ROUNDS; round++) {
    await flood(HTTP_REQUESTS, byHttp)
    await flood(GRPC_REQUESTS, byGrpc)
    readings.push(await memoryMiB())
  }
  session.close()
  const held = readings.map((one) => one.held)
  const resident = readings.map((one) => one.rss)
  const told = `seed ${SEED}: MiB held ${held.join(' ')}, resident ${resident.join(' ')}`
  process.stdout.write(`${told}\n`)
  assert.ok(senSlope(held) * ROUNDS < HELD_GROWTH_MAX_MIB, told)
  assert.ok(senSlope(resident) * ROUNDS < RSS_GROWTH_MAX_MIB, told)
  for (const good of goods) {
    assert.equal(await httpStatus(good.signal, 'application/x-protobuf', undefined, good.protobuf), 200)
    assert.equal(await httpStatus(good.signal, 'application/json', undefined, good.json), 200)
  }
})

/** What a collection leaves, and what is resident then. */
async function memoryMiB(): Promise<{ readonly held: number; readonly rss: number }> {
  const [response] = await once(get({ host: '127.0.0.1', port: heldPort }), 'response')
  const left = (await json(response)) as { heapBytes: number; bufferBytes: number }
  const held = (left.heapBytes + left.bufferBytes) / 2 ** 20
  return { held: Math.round(held * 10) / 10, rss: Math.round(usageOf(subject.pid).rssMiB) }
}

async function flood(count: number, send: () => Promise<void>): Promise<void> {
  let left = count
  const lane = async (): Promise<void> => {
    while (left-- > 0) await send()
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

async function sendHttp(one: Mutant): Promise<void> {
  const status = await httpStatus(one.signal, one.contentType, one.encoding, one.body)
  assert.equal(status, one.expected, `seed ${SEED}: ${one.what}: ${one.body.toString('hex').slice(0, 400)}`)
}

function httpStatus(signal: string, type: string, encoding: string | undefined, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type, ...(encoding !== undefined && { 'content-encoding': encoding }) }
    const options = { agent, host: '127.0.0.1', port: subject.httpPort, path: `/v1/${signal}`, method: 'POST', headers }
    const sent = httpRequest({ ...options, timeout: 20_000 }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in 20 s')))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Over gRPC there are no content types to get wrong, and JSON does not exist. */
function grpcMutant(random: ReturnType<typeof seededRandom>): Mutant {
  for (;;) {
    const one = mutant(random, goods)
    if (one.contentType === 'application/x-protobuf' && (one.encoding === undefined || one.encoding === 'gzip'))
      return one
  }
}

function sendGrpc(session: ClientHttp2Session, one: Mutant): Promise<void> {
  const head = Buffer.alloc(5)
  head.writeUInt8(one.encoding === undefined ? 0 : 1, 0)
  head.writeUInt32BE(one.body.length, 1)
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': `/opentelemetry.proto.collector.${PATHS[one.signal]}/Export`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(one.encoding !== undefined && { 'grpc-encoding': one.encoding }),
    })
    let status: unknown
    const note = (fields: Readonly<Record<string, unknown>>): void => {
      status = fields['grpc-status'] ?? status
    }
    stream.setTimeout(20_000, () => reject(new Error(`no answer in 20 s: ${one.what}`)))
    stream.on('response', note)
    stream.on('trailers', note)
    stream.on('error', reject)
    stream.on('close', () => {
      const context = `seed ${SEED}: ${one.what}: ${one.body.toString('hex').slice(0, 400)}`
      const right: readonly string[] = GRPC_CODES[one.expected]
      if (right.includes(String(status))) resolve()
      else reject(new Error(`grpc-status ${String(status)} where ${right.join(' or ')} is right; ${context}`))
    })
    stream.resume()
    stream.end(Buffer.concat([head, one.body]))
  })
}

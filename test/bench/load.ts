/**
 * Sends ready-made requests as fast as they are answered, or at a steady rate: a child process, so that its own cost
 * is not counted with the process under test. It is told what to do in one message and answers with one.
 */
import { Agent, request as httpRequest } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'
import { gzipSync } from 'node:zlib'
import { freshen, template } from './freshen.ts'
import { payloads } from './payloads.ts'

export interface LoadOrder {
  readonly protocol: 'grpc' | 'http'
  readonly port: number
  readonly signal: 'traces' | 'metrics'
  readonly encoding: 'none' | 'gzip'
  readonly itemsPerRequest: number
  readonly requests: number
  /** Where ids and times go on from: a second run must not repeat those of the first. */
  readonly firstTurn: number
  /** Requests a second; 0 = as fast as they are answered. */
  readonly perSecond: number
}

export type LoadMessage = { readonly kind: 'prepare'; readonly order: LoadOrder } | { readonly kind: 'go' }

export interface LoadResult {
  readonly requests: number
  readonly failed: number
  readonly items: number
  readonly bytes: number
  readonly seconds: number
}

type Send = (body: Buffer) => Promise<boolean>

const CONNECTIONS = 4
const IN_FLIGHT_PER_CONNECTION = 2
const SERVICES = { traces: 'trace', metrics: 'metrics' } as const
const METHODS = { traces: 'TraceService', metrics: 'MetricsService' } as const

let prepared: { readonly order: LoadOrder; readonly bodies: readonly Buffer[] } | undefined
process.on('message', async (message: LoadMessage) => {
  if (message.kind === 'prepare') {
    prepared = { order: message.order, bodies: prepare(message.order) }
    process.send?.('prepared')
  } else if (prepared !== undefined) process.send?.(await run(prepared.order, prepared.bodies))
})
process.on('disconnect', () => process.exit(0))

async function run(order: LoadOrder, bodies: readonly Buffer[]): Promise<LoadResult> {
  const sends = Array.from({ length: CONNECTIONS }, () =>
    order.protocol === 'grpc' ? grpcSender(order) : httpSender(order),
  )
  const total = { requests: 0, failed: 0, bytes: 0 }
  const startMs = performance.now()
  let next = 0
  const lane = async (send: Send): Promise<void> => {
    for (;;) {
      const turn = next++
      if (turn >= order.requests) return
      await untilDue(order, startMs, turn)
      const body = bodies[turn]!
      const ok = await send(body)
      total.requests += 1
      total.bytes += body.length
      if (!ok) total.failed += 1
    }
  }
  const lanes = sends.flatMap(({ send }) => Array.from({ length: IN_FLIGHT_PER_CONNECTION }, () => lane(send)))
  await Promise.all(lanes)
  for (const { close } of sends) close()
  const seconds = (performance.now() - startMs) / 1_000
  return { ...total, items: total.requests * order.itemsPerRequest, seconds }
}

/** Event time passes as if the telemetry came at this rate, whatever the speed of the run. */
const EVENT_ITEMS_PER_SECOND = 10_000

function prepare(order: LoadOrder): readonly Buffer[] {
  const templates = payloads(order.signal, order.itemsPerRequest).map((bytes) => template(order.signal, bytes))
  const stepMs = (order.itemsPerRequest * 1_000) / EVENT_ITEMS_PER_SECOND
  return Array.from({ length: order.requests }, (_, turn) =>
    framed(order, freshen(templates[turn % templates.length]!, order.firstTurn + turn, stepMs)),
  )
}

function untilDue(order: LoadOrder, startMs: number, turn: number): Promise<void> {
  if (order.perSecond === 0) return Promise.resolve()
  const waitMs = startMs + (turn * 1_000) / order.perSecond - performance.now()
  return waitMs <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, waitMs))
}

function framed(order: LoadOrder, bytes: Uint8Array): Buffer {
  const message = order.encoding === 'gzip' ? gzipSync(bytes) : Buffer.from(bytes)
  if (order.protocol === 'http') return message
  const head = Buffer.alloc(5)
  head.writeUInt8(order.encoding === 'gzip' ? 1 : 0, 0)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

interface Sender {
  readonly send: Send
  readonly close: () => void
}

function grpcSender(order: LoadOrder): Sender {
  const session: ClientHttp2Session = connect(`http://127.0.0.1:${order.port}`)
  const path = `/opentelemetry.proto.collector.${SERVICES[order.signal]}.v1.${METHODS[order.signal]}/Export`
  const headers = {
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(order.encoding === 'gzip' && { 'grpc-encoding': 'gzip' }),
  }
  const send: Send = (body) =>
    new Promise((resolve) => {
      const stream = session.request(headers)
      let status = ''
      const noteStatus = (fields: Record<string, unknown>): void => {
        if (fields['grpc-status'] !== undefined) status = String(fields['grpc-status'])
      }
      stream.on('response', noteStatus)
      stream.on('trailers', noteStatus)
      stream.on('error', () => resolve(false))
      stream.on('close', () => resolve(status === '0'))
      stream.resume()
      stream.end(body)
    })
  return { send, close: () => session.close() }
}

function httpSender(order: LoadOrder): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT_PER_CONNECTION })
  const options = {
    agent,
    host: '127.0.0.1',
    port: order.port,
    path: `/v1/${order.signal}`,
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      ...(order.encoding === 'gzip' && { 'content-encoding': 'gzip' }),
    },
  }
  const send: Send = (body) =>
    new Promise((resolve) => {
      const request = httpRequest(options, (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode === 200))
      })
      request.on('error', () => resolve(false))
      request.end(body)
    })
  return { send, close: () => agent.destroy() }
}

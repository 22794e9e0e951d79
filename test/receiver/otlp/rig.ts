/** A receiver on ports of its own choice, with consumers that remember, and senders that show every byte of the answer. */

import { once } from 'node:events'
import http, { type IncomingHttpHeaders } from 'node:http'
import http2, { type OutgoingHttpHeaders } from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { Host } from '../../../component/component.ts'
import { type Env, systemClock } from '../../../component/env.ts'
import { frame } from '../../../component/grpc_frame.ts'
import { SIGNALS, type Signal } from '../../../component/payload.ts'
import { encodeRequest } from '../../../proto/messages.ts'
import type { LogsRequest, MetricsRequest, TracesRequest } from '../../../proto/otlp.ts'
import { otlpReceiverConfig } from '../../../receiver/otlp/config.ts'
import { createOtlpReceiver, type OtlpReceiver } from '../../../receiver/otlp/factory.ts'
import { type FakeConsumer, fakeConsumer } from '../../component/fake_consumer.ts'
import { type FakeEnv, fakeEnv, fakeSettings } from '../../component/fake_env.ts'

export interface Rig {
  readonly receiver: OtlpReceiver
  readonly env: Omit<FakeEnv, 'clock'> & Env
  readonly next: Readonly<Record<Signal, FakeConsumer>>
  readonly grpc: { readonly address: string; readonly port: number }
  readonly http: { readonly url: string; readonly port: number }
  stop(): Promise<void>
}

interface RigOptions {
  readonly grpc?: object
  readonly http?: object
  readonly receiver?: object
  readonly signals?: readonly Signal[]
  readonly host?: Partial<Host>
}

/** Sockets take real time, so the clock is the system's; everything else is recorded. */
export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const env = { ...fakeEnv(), clock: systemClock }
  const next = { traces: fakeConsumer(), metrics: fakeConsumer(), logs: fakeConsumer() }
  const config = otlpReceiverConfig.parse({
    protocols: {
      grpc: { endpoint: '127.0.0.1:0', ...options.grpc },
      http: { endpoint: '127.0.0.1:0', ...options.http },
    },
    ...options.receiver,
  })
  const wanted = Object.fromEntries((options.signals ?? SIGNALS).map((signal) => [signal, next[signal]]))
  const receiver = createOtlpReceiver(fakeSettings('otlp', env, options.host), config, wanted)
  await receiver.start()
  const grpcPort = (receiver.addresses.grpc as AddressInfo).port
  const httpPort = (receiver.addresses.http as AddressInfo).port
  return {
    receiver,
    env,
    next,
    grpc: { address: `127.0.0.1:${grpcPort}`, port: grpcPort },
    http: { url: `http://127.0.0.1:${httpPort}`, port: httpPort },
    stop: () => receiver.shutdown(2_000),
  }
}

/** One receiver for a whole test, shut down whatever happens. */
export async function withRig(options: RigOptions, check: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await startRig(options)
  try {
    await check(rig)
  } finally {
    await rig.stop()
  }
}

/** A request of so many spans, of one service. */
export function traces(spans: number, service = 'cart'): TracesRequest {
  const span = (at: number) => ({
    traceId: Buffer.alloc(16, at + 1),
    spanId: Buffer.alloc(8, at + 1),
    name: `GET /item/${at}`,
    startTimeUnixNano: 1_764_000_000_000_000_000n,
    endTimeUnixNano: 1_764_000_000_001_000_000n,
  })
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] }
  return { resourceSpans: [{ resource, scopeSpans: [{ spans: Array.from({ length: spans }, (_, at) => span(at)) }] }] }
}

export function metrics(points: number): MetricsRequest {
  const dataPoints = Array.from({ length: points }, (_, at) => ({
    timeUnixNano: 1_764_000_000_000_000_000n,
    asDouble: at,
  }))
  return { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'heap', unit: 'By', gauge: { dataPoints } }] }] }] }
}

export function logs(records: number): LogsRequest {
  const logRecords = Array.from({ length: records }, (_, at) => ({ body: { stringValue: `line ${at}` } }))
  return { resourceLogs: [{ scopeLogs: [{ logRecords }] }] }
}

export const BYTES = {
  traces: (items: number) => Buffer.from(encodeRequest('traces', traces(items))),
  metrics: (items: number) => Buffer.from(encodeRequest('metrics', metrics(items))),
  logs: (items: number) => Buffer.from(encodeRequest('logs', logs(items))),
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

interface ToSend {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  readonly agent?: http.Agent
}

/** One HTTP request on a connection of its own unless told otherwise. */
export async function sendHttp(
  url: string,
  { method = 'POST', headers = {}, body, agent }: ToSend,
): Promise<HttpAnswer> {
  const request = http.request(url, { method, headers, agent: agent ?? false })
  request.on('error', () => {})
  const answered = once(request, 'response') as Promise<[http.IncomingMessage]>
  request.end(body)
  const [response] = await answered
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) }
}

export const PROTOBUF = { 'content-type': 'application/x-protobuf' }
export const JSON_TYPE = { 'content-type': 'application/json' }

export interface GrpcAnswer {
  readonly headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader
  /** Of the trailers, or of the headers when these are all. */
  readonly trailers: http2.IncomingHttpHeaders
  readonly status: number
  readonly message: string
  readonly body: Buffer
  readonly rstCode: number
}

export const EXPORT = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
}

/** One raw gRPC call: any headers, any bytes. `body` is sent as it is; use `frame` or `compressedFrame`. */
export async function sendGrpc(
  address: string,
  body: Uint8Array,
  headers: OutgoingHttpHeaders = {},
  path: string = EXPORT.traces,
): Promise<GrpcAnswer> {
  const session = http2.connect(`http://${address}`)
  session.on('error', () => {})
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      te: 'trailers',
      'content-type': 'application/grpc',
      ...headers,
    })
    let first: GrpcAnswer['headers'] = {}
    let trailers: http2.IncomingHttpHeaders | undefined
    const chunks: Buffer[] = []
    stream.on('response', (received) => {
      first = received
    })
    stream.on('trailers', (received) => {
      trailers = received
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', () => {})
    stream.end(body)
    await once(stream, 'close')
    const last = trailers ?? first
    return {
      headers: first,
      trailers: last,
      status: last['grpc-status'] === undefined ? -1 : Number(last['grpc-status']),
      message: decodeURIComponent(String(last['grpc-message'] ?? '')),
      body: Buffer.concat(chunks),
      rstCode: stream.rstCode ?? 0,
    }
  } finally {
    session.close()
  }
}

export function compressedFrame(message: Uint8Array): Buffer {
  const framed = frame(message)
  framed[0] = 1
  return framed
}

/** Waits for a condition, up to ten seconds of real time. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`waited ten seconds for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

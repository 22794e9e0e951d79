/** Backends for the tests of exporters: grpc-js servers, an HTTP server, and servers that misbehave. */

import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'
import * as grpc from '@grpc/grpc-js'
import type { Component, Consumer } from '../../component/component.ts'
import { type Env, systemClock } from '../../component/env.ts'
import type { Payload } from '../../component/payload.ts'
import { otlpGrpcExporter } from '../../exporter/otlp_grpc/factory.ts'
import { otlpHttpExporter } from '../../exporter/otlp_http/factory.ts'
import { countItems } from '../../proto/count.ts'
import { type FakeEnv, fakeEnv, fakeSettings } from '../component/fake_env.ts'
import { BYTES } from '../receiver/otlp/rig.ts'

export interface GrpcBackend {
  readonly port: number
  /** Spans that it said yes to. */
  readonly spans: number
  readonly requests: readonly Buffer[]
  readonly metadata: readonly grpc.Metadata[]
  /** From now on answers so; undefined: yes. */
  answer(how: GrpcAnswering | undefined): void
  stop(): Promise<void>
}

type GrpcAnswering = (
  request: Buffer,
) => { readonly error?: Partial<grpc.ServiceError>; readonly response?: Buffer } | 'silence'

const EXPORT = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const same = (bytes: Buffer) => bytes

/** The traces service by grpc-js, the independent judge of our gRPC. */
export async function grpcBackend(
  options: { readonly port?: number; readonly credentials?: grpc.ServerCredentials } = {},
): Promise<GrpcBackend> {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 })
  const requests: Buffer[] = []
  const metadata: grpc.Metadata[] = []
  let spans = 0
  let how: GrpcAnswering | undefined
  const method = {
    path: EXPORT,
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  }
  const handle: grpc.handleUnaryCall<Buffer, Buffer> = (call, callback) => {
    requests.push(call.request)
    metadata.push(call.metadata)
    const answer = how?.(call.request) ?? {}
    if (answer === 'silence') return
    if (answer.error === undefined) spans += countItems('traces', call.request) as number
    callback(answer.error ?? null, answer.response ?? Buffer.alloc(0))
  }
  server.addService({ Export: method }, { Export: handle })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(
      `127.0.0.1:${options.port ?? 0}`,
      options.credentials ?? grpc.ServerCredentials.createInsecure(),
      (error, bound) => {
        if (error === null) resolve(bound)
        else reject(error)
      },
    )
  })
  return {
    port,
    requests,
    metadata,
    get spans() {
      return spans
    },
    answer(next) {
      how = next
    },
    async stop() {
      server.forceShutdown()
    },
  }
}

export interface HttpBackend {
  readonly port: number
  readonly spans: number
  readonly requests: readonly {
    readonly url: string
    readonly headers: http.IncomingHttpHeaders
    readonly body: Buffer
  }[]
  answer(how: ((response: http.ServerResponse, body: Buffer) => void) | undefined): void
  stop(): Promise<void>
}

/** Counts spans only of uncompressed protobuf that it said 200 to by default. */
export async function httpBackend(options: { readonly port?: number } = {}): Promise<HttpBackend> {
  const requests: HttpBackend['requests'][number][] = []
  let spans = 0
  let how: ((response: http.ServerResponse, body: Buffer) => void) | undefined
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    requests.push({ url: request.url!, headers: request.headers, body })
    if (how !== undefined) {
      how(response, body)
      return
    }
    spans += countItems('traces', body) as number
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    get spans() {
      return spans
    },
    answer(next) {
      how = next
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A server that treats each connection as told. */
export async function rudeBackend(
  treat: (socket: Socket) => void,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    treat(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A port where nobody listens. */
export async function freePort(): Promise<number> {
  const server = net.createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export interface Exporting {
  readonly exporter: Component & Consumer
  readonly env: Omit<FakeEnv, 'clock'> & Env
  sum(metric: string): number
}

/** A started exporter of traces with the system's clock; quick retries unless told otherwise. */
export async function exporting(kind: 'otlp_grpc' | 'otlp_http', config: object): Promise<Exporting> {
  const env = { ...fakeEnv(), clock: systemClock }
  const factory = kind === 'otlp_grpc' ? otlpGrpcExporter : otlpHttpExporter
  const quick = { retry_on_failure: { initial_interval: '5ms', max_interval: '20ms' }, compression: 'none' }
  const exporter = factory.create(
    fakeSettings(kind, env),
    'traces',
    factory.config.parse({ ...quick, ...config }) as never,
  )
  await exporter.start()
  return { exporter, env, sum: (metric) => env.metrics.sum(`otelcol_exporter_${metric}`) }
}

/** A real request of so many spans. */
export function spansPayload(spans: number): Payload {
  const bytes = BYTES.traces(spans)
  return { signal: 'traces', parts: [bytes], sizeBytes: bytes.length, items: spans }
}

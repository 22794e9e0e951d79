/**
 * The other end of a benchmark: takes OTLP over gRPC and HTTP, answers ok, counts bytes, looks at nothing. A child
 * process; it tells its ports, and its counts whenever it is asked.
 */
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'

export interface SinkPorts {
  readonly kind: 'ports'
  readonly grpc: number
  readonly http: number
}

export interface SinkCounts {
  readonly kind: 'counts'
  readonly requests: number
  readonly bytes: number
}

const WINDOW_BYTES = 16 * 2 ** 20
const EMPTY_GRPC_MESSAGE = Buffer.alloc(5)
const counts = { requests: 0, bytes: 0 }

const grpc = createHttp2Server({ settings: { initialWindowSize: WINDOW_BYTES, maxFrameSize: 2 ** 18 } })
grpc.on('session', (session) => {
  session.setLocalWindowSize(WINDOW_BYTES)
  session.on('error', () => session.destroy())
})
grpc.on('stream', (stream) => {
  stream.on('data', (chunk: Buffer) => {
    counts.bytes += chunk.length
  })
  stream.on('error', () => stream.destroy())
  stream.on('end', () => {
    counts.requests += 1
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(EMPTY_GRPC_MESSAGE)
  })
})

const http = createServer((request, response) => {
  request.on('data', (chunk: Buffer) => {
    counts.bytes += chunk.length
  })
  request.on('end', () => {
    counts.requests += 1
    response.writeHead(200, { 'content-type': 'application/x-protobuf' })
    response.end()
  })
})

await Promise.all([listening(grpc), listening(http)])
process.on('message', () => process.send?.({ kind: 'counts', ...counts } satisfies SinkCounts))
process.on('disconnect', () => process.exit(0))
process.send?.({ kind: 'ports', grpc: portOf(grpc), http: portOf(http) } satisfies SinkPorts)

function listening(server: { listen(port: number, host: string, done: () => void): unknown }): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port
}

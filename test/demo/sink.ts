/**
 * The backend behind leakmesh: takes OTLP over HTTP as Jaeger, Prometheus or Loki would, keeps nothing, and hands each
 * request on. What arrives here has passed through leakmesh.
 */

import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SignalName } from '../../proto/malformed.ts'

export interface Sink {
  /** Where to send to: `http://127.0.0.1:49152`. */
  readonly url: string
  close(): void
}

const SIGNAL_OF: Readonly<Record<string, SignalName>> = {
  '/v1/traces': 'traces',
  '/v1/metrics': 'metrics',
  '/v1/logs': 'logs',
}

/** @param receive gets the protobuf bytes of each request. */
export async function openSink(receive: (signal: SignalName, bytes: Uint8Array) => void): Promise<Sink> {
  const server = createServer(async (request, response) => {
    const signal = SIGNAL_OF[request.url ?? '']
    const bytes = await bodyOf(request)
    if (signal !== undefined) receive(signal, bytes)
    response.writeHead(signal === undefined ? 404 : 200, { 'content-type': 'application/x-protobuf' }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

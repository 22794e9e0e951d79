/** Senders with a connection each, half of them by gRPC, half by HTTP: with several threads their requests are spread. */

import { Agent, request } from 'node:http'
import { Client, credentials } from '@grpc/grpc-js'
import type { Subject } from '../bench/subject.ts'

export type SentSignal = 'traces' | 'metrics'

export interface Sender {
  /** Resolves once the request is accepted. */
  send(signal: SentSignal, body: Uint8Array): Promise<void>
  close(): void
}

/** Connections are not shared, so that each may reach another thread. */
export function senders(subject: Subject, count: number): readonly Sender[] {
  return Array.from({ length: count }, (_, at) => {
    return at % 2 === 0 ? httpSender(subject.httpPort) : grpcSender(subject.grpcPort)
  })
}

const METHODS = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
} as const

function grpcSender(port: number): Sender {
  const options = { 'grpc.use_local_subchannel_pool': 1 }
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options)
  return {
    send: (signal, body) =>
      new Promise((resolve, reject) => {
        const asBytes = (bytes: Uint8Array) => Buffer.from(bytes)
        client.makeUnaryRequest(METHODS[signal], asBytes, asBytes, body, (error) => {
          if (error === null) resolve()
          else reject(error)
        })
      }),
    close: () => client.close(),
  }
}

function httpSender(port: number): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    send: (signal, body) =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/x-protobuf' }
        const options = { agent, host: '127.0.0.1', port, path: `/v1/${signal}`, method: 'POST', headers }
        const sent = request(options, (response) => {
          response.resume()
          response.on('end', () => {
            if (response.statusCode === 200) resolve()
            else reject(new Error(`${signal}: ${response.statusCode}`))
          })
        })
        sent.on('error', reject)
        sent.end(body)
      }),
    close: () => agent.destroy(),
  }
}

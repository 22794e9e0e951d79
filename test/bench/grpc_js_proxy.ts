/**
 * What passing on costs with grpc-js: a server that hands each message to a client, and nothing else. No check, no
 * queue, no retries, no counting. For `.decisions/0001`; started as `node grpc_js_proxy.ts --config FILE` with the
 * configuration that the others get.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import {
  Client,
  compressionAlgorithms,
  credentials,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { parse } from 'yaml'

const PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const UNLIMITED = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 }
const asItIs = (bytes: Buffer): Buffer => bytes

const { receivers, exporters, extensions } = parse(readFileSync(process.argv.at(-1)!, 'utf8'))
const { endpoint, compression } = exporters.otlp_grpc
const algorithm = compressionAlgorithms[compression === 'gzip' ? 'gzip' : 'identity']
const client = new Client(endpoint, credentials.createInsecure(), {
  ...UNLIMITED,
  'grpc.default_compression_algorithm': algorithm,
})

function passOn({ request }: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void {
  client.makeUnaryRequest(PATH, asItIs, asItIs, request, (error, response) => answer(error, response))
}

const server = new Server(UNLIMITED)
const codec = {
  requestSerialize: asItIs,
  requestDeserialize: asItIs,
  responseSerialize: asItIs,
  responseDeserialize: asItIs,
}
server.addService({ Export: { path: PATH, requestStream: false, responseStream: false, ...codec } }, { Export: passOn })
server.bindAsync(receivers.otlp.protocols.grpc.endpoint, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error
  const [host, port] = extensions.health_check.endpoint.split(':')
  createServer((_, response) => response.end()).listen(Number(port), host)
})
process.on('SIGTERM', () => process.exit(0))

/** Sends payloads of one signal by gRPC: what `component/sending_queue` repeats and counts. */

import type { Settings } from '../../component/component.ts'
import { decompress, encodingOf } from '../../component/compression.ts'
import { permanent, type Refusal } from '../../component/outcome.ts'
import { lean, type Packed, pack, packingOf } from '../../component/pack.ts'
import type { Signal } from '../../component/payload.ts'
import type { Attempt, Transport } from '../../component/sending_queue/sender.ts'
import { CODE, isRetryableStatus } from '../../component/status.ts'
import { tlsClientOptions } from '../../component/tls.ts'
import { userAgent } from '../../component/user_agent.ts'
import { decodeAnswer } from '../../proto/messages.ts'
import type { RpcStatus } from '../../proto/otlp.ts'
import { call, type GrpcResult } from './call.ts'
import { Channel, resolverOf } from './channel.ts'
import type { OtlpGrpcConfig } from './config.ts'
import { parseTarget, type Target } from './target.ts'

const PATH: Readonly<Record<Signal, string>> = {
  traces: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  metrics: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
  logs: '/opentelemetry.proto.collector.logs.v1.LogsService/Export',
}

/** An answer that says "all taken" may come as an empty `partial_success` (the Collector's does). */
const EMPTY_PARTIAL_SUCCESS = Buffer.from([0x0a, 0])
const ANSWER_MAX_BYTES = 65_536
/** A call that met a server's goodbye is made again so often at once, before it counts as failed. */
const UNPROCESSED_MAX = 3

/** One transport for each exporter and signal, with connections of its own. */
export function createGrpcTransport(settings: Settings, signal: Signal, config: OtlpGrpcConfig): Transport<Packed> {
  const target = parseTarget(config.endpoint) as Target
  const plaintext = config.tls.insecure || (target.kind === 'tcp' && target.plaintext)
  const authority = config.authority ?? (target.kind === 'tcp' ? `${target.host}:${target.port}` : 'localhost')
  const channel = new Channel(resolverOf(target), {
    env: settings.env,
    authority,
    tls: plaintext ? undefined : tlsOf(config, target),
    keepalive: config.keepalive,
    balancer: config.balancer_name,
    waitForReady: config.wait_for_ready,
  })
  const packing = packingOf(config)
  const headers = headersOf(settings, signal, config, `${plaintext ? 'http' : 'https'}`, authority)
  return {
    async start() {
      if (!plaintext) await tlsClientOptions(config.tls)
      channel.start()
    },
    lean: (payload) => lean(payload, packing),
    prepare: (payload) => pack(payload, packing),
    async attempt(body): Promise<Attempt> {
      const encoding = body.encoding === undefined ? {} : { 'grpc-encoding': body.encoding }
      const toCall = {
        headers: { ...headers, ...encoding },
        body,
        timeoutMs: config.timeout,
        clock: settings.env.clock,
      }
      for (let left = UNPROCESSED_MAX; ; left--) {
        const picked = await channel.pick(config.timeout)
        if (!picked.ok) return refusalOf({ code: CODE.unavailable, message: picked.problem })
        const result = await call(picked.connection, toCall)
        if (result.ok) return takenOf(signal, result)
        if (!result.unprocessed || left === 0) return refusalOf(result.status)
      }
    },
    async stop() {
      channel.stop()
    },
  }
}

function tlsOf(config: OtlpGrpcConfig, target: Target) {
  return async () => ({
    // The name in the certificate is the endpoint's, not the address that it was resolved to.
    ...(target.kind === 'tcp' && { servername: target.host }),
    ...(await tlsClientOptions(config.tls)),
  })
}

function headersOf(settings: Settings, signal: Signal, config: OtlpGrpcConfig, scheme: string, authority: string) {
  const own = Object.entries(config.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])
  return {
    ':method': 'POST',
    ':scheme': scheme,
    ':authority': authority,
    ':path': PATH[signal],
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': config.user_agent ?? userAgent(settings.host),
    'grpc-accept-encoding': 'gzip,deflate,zstd',
    ...(config.timeout > 0 && { 'grpc-timeout': `${Math.ceil(config.timeout)}m` }),
    ...Object.fromEntries(own),
  }
}

async function takenOf(signal: Signal, result: GrpcResult & { ok: true }): Promise<Attempt> {
  const bytes = await plain(result)
  if (bytes === undefined) return permanent('unreadable answer: cannot be decompressed', CODE.internal)
  if (bytes.length === 0 || EMPTY_PARTIAL_SUCCESS.equals(bytes)) return { ok: true }
  const answer = decodeAnswer(signal, bytes)
  if (answer === undefined) return permanent('unreadable answer: not a response message', CODE.internal)
  const partial = answer.partialSuccess
  if (partial === undefined || (partial.rejected === 0 && !partial.errorMessage)) return { ok: true }
  return { ok: true, rejected: { items: partial.rejected, message: partial.errorMessage ?? '' } }
}

/** Servers may answer in the encoding of the request. */
async function plain({ message, compressedAs }: GrpcResult & { ok: true }): Promise<Uint8Array | undefined> {
  if (compressedAs === undefined) return message
  const encoding = encodingOf(compressedAs)
  if (encoding === undefined) return undefined
  const out = await decompress(encoding, message, ANSWER_MAX_BYTES)
  return out.ok ? out.bytes : undefined
}

function refusalOf(status: RpcStatus): Refusal {
  return {
    ok: false,
    retryable: isRetryableStatus(status),
    message: `rpc error: code = ${CODE_NAME[status.code] ?? status.code} desc = ${status.message}`,
    grpcCode: status.code,
    ...(status.retryAfterMs !== undefined && { retryAfterMs: status.retryAfterMs }),
  }
}

/** As grpc-go writes codes. */
const CODE_NAME: readonly string[] = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
]

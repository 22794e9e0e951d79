/** Sends payloads of one signal by HTTP: what `component/sending_queue` repeats and counts. */

import http, { type ClientRequest } from 'node:http'
import https from 'node:https'
import type { Settings } from '../../component/component.ts'
import { permanent, type Refusal } from '../../component/outcome.ts'
import { lean, type Packed, pack, packBytes, packingOf } from '../../component/pack.ts'
import type { Payload, Signal } from '../../component/payload.ts'
import type { Attempt, Transport } from '../../component/sending_queue/sender.ts'
import { CODE, codeOfHttpStatus, isRetryableHttpStatus, retryAfterMsOf } from '../../component/status.ts'
import { tlsClientOptions } from '../../component/tls.ts'
import { userAgent } from '../../component/user_agent.ts'
import { protoToJson } from '../../proto/proto_to_json.ts'
import { type Answered, answerOf, messageOf } from './answer.ts'
import type { OtlpHttpConfig } from './config.ts'
import { type Posted, post } from './post.ts'

const CONNECTIONS_MAX = 256
const TCP_KEEPALIVE_MS = 15_000
/** JSON is made from the uncompressed bytes. */
const NO_COMPRESSION = { encoding: undefined, level: undefined }
const CONTENT_TYPE = { proto: 'application/x-protobuf', json: 'application/json' } as const

/** One transport for each exporter and signal, with connections of its own. */
export function createHttpTransport(settings: Settings, signal: Signal, config: OtlpHttpConfig): Transport<Packed> {
  const packing = packingOf(config)
  const contentEncoding = config.compression === 'zlib' ? 'zlib' : packing.encoding
  const headers = {
    'content-type': CONTENT_TYPE[config.encoding],
    'user-agent': userAgent(settings.host),
    ...(contentEncoding !== undefined && { 'content-encoding': contentEncoding }),
    ...Object.fromEntries(Object.entries(config.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
  }
  const under = new Set<ClientRequest>()
  const { clock } = settings.env
  const url = urlOf(config, signal)
  let agent: http.Agent | undefined
  return {
    async start() {
      if (url === undefined) throw new Error(`either endpoint or ${signal}_endpoint must be specified`)
      agent = await createAgent(config, url)
    },
    lean: (payload) => lean(payload, config.encoding === 'json' ? NO_COMPRESSION : packing),
    prepare: (payload) => prepare(payload, config, packing),
    async attempt(body): Promise<Attempt> {
      if (agent === undefined) return { ok: false, retryable: true, message: 'the exporter is shut down' }
      const posted = await post(
        {
          url: url!,
          agent,
          headers: { ...headers, 'content-length': body.sizeBytes },
          pieces: body.pieces,
          timeoutMs: config.timeout,
          clock,
        },
        under,
      )
      return attemptOf(posted, signal, url!, clock.nowMs())
    },
    async stop() {
      agent?.destroy()
      agent = undefined
      for (const request of under) request.destroy()
    },
  }
}

/** The signal's own URL as it is, or the base and the signal's path. */
function urlOf(config: OtlpHttpConfig, signal: Signal): URL | undefined {
  const own = config[`${signal}_endpoint`]
  if (own) return new URL(own)
  if (!config.endpoint) return undefined
  return new URL(`${config.endpoint.replace(/\/$/, '')}/v1/${signal}`)
}

async function createAgent(config: OtlpHttpConfig, url: URL): Promise<http.Agent> {
  const options = {
    keepAlive: !config.disable_keep_alives,
    keepAliveMsecs: TCP_KEEPALIVE_MS,
    maxSockets: config.max_conns_per_host || CONNECTIONS_MAX,
    maxFreeSockets: config.max_idle_conns_per_host || config.max_idle_conns || CONNECTIONS_MAX,
    ...(config.idle_conn_timeout > 0 && { timeout: config.idle_conn_timeout }),
    ...(config.proxy_url !== undefined && {
      proxyEnv: { HTTP_PROXY: config.proxy_url, HTTPS_PROXY: config.proxy_url },
    }),
  }
  if (url.protocol === 'http:') return new http.Agent(options)
  return new https.Agent({ ...options, ...(await tlsClientOptions(config.tls)) })
}

async function prepare(
  payload: Payload,
  config: OtlpHttpConfig,
  packing: ReturnType<typeof packingOf>,
): Promise<Packed | Refusal> {
  if (config.encoding === 'proto') return pack(payload, packing)
  const bytes = payload.parts.length === 1 ? payload.parts[0]! : Buffer.concat(payload.parts)
  return packBytes(Buffer.from(protoToJson(payload.signal, bytes)), packing)
}

function attemptOf(posted: Posted, signal: Signal, url: URL, nowMs: number): Attempt {
  if (!posted.ok) return { ok: false, retryable: true, message: `failed to make an HTTP request: ${posted.problem}` }
  const { httpStatus, headers, body } = posted
  const type = headers['content-type']
  if (httpStatus >= 200 && httpStatus <= 299) return takenOf(answerOf(signal, type, body))
  const retryAfterMs = retryAfterMsOf(headers['retry-after'], nowMs)
  const said = messageOf(type, body)
  return {
    ok: false,
    retryable: isRetryableHttpStatus(httpStatus),
    message: `error exporting items, request to ${url.href} responded with HTTP Status Code ${httpStatus}${said && `, Message=${said}`}`,
    grpcCode: codeOfHttpStatus(httpStatus),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  }
}

function takenOf(answer: Answered | undefined): Attempt {
  if (answer === undefined) return permanent('unreadable answer: not a response message', CODE.internal)
  if (answer.rejected === 0 && answer.message === '') return { ok: true }
  return { ok: true, rejected: { items: answer.rejected, message: answer.message } }
}

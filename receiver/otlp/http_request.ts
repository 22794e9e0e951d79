/**
 * One OTLP/HTTP request: what it asks is checked before its body is read, its body is read within limits, and every
 * answer is in the sender's own encoding.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { encodingOf } from '../../component/compression.ts'
import type { Clock } from '../../component/env.ts'
import { permanent, type Refusal, unavailable } from '../../component/outcome.ts'
import type { Encoding, Payload, Signal } from '../../component/payload.ts'
import { CODE, httpStatusOf, statusJson, statusOf } from '../../component/status.ts'
import { jsonToProto } from '../../proto/json_to_proto.ts'
import { encodeAnswer, encodeStatus } from '../../proto/messages.ts'
import { type Budget, type Share, shareOf } from './budget.ts'
import type { CorsConfig } from './config.ts'
import { corsAnswer } from './cors.ts'
import type { Answer, Door } from './door.ts'
import type { Measure, Turned } from './measure.ts'
import { OVERLOADED, OVERLOADED_RETRY_MS, unpack } from './unpack.ts'

/** Where a path leads. */
export interface HttpRoute {
  readonly signal: Signal
  readonly door: Door
}

/** What all requests of a listener share. */
export interface HttpRequests {
  /** By path. */
  readonly routes: ReadonlyMap<string, HttpRoute>
  readonly maxBodyBytes: number
  readonly encodings: ReadonlySet<string>
  readonly cors: CorsConfig
  readonly responseHeaders: Readonly<Record<string, string>>
  readonly includeMetadata: boolean
  readonly budget: Budget
  readonly measure: Measure
  readonly clock: Clock
}

type BodyType = 'json' | 'protobuf'
const CONTENT_TYPE = { json: 'application/json', protobuf: 'application/x-protobuf' } as const

/** Reads the request and answers it. Never throws. */
export function serveRequest(requests: HttpRequests, request: IncomingMessage, response: ServerResponse): void {
  request.on('error', () => {})
  response.on('error', () => {})
  for (const [name, value] of Object.entries(requests.responseHeaders)) response.setHeader(name, value)
  const cors = corsAnswer(requests.cors, {
    method: request.method ?? '',
    origin: request.headers.origin,
    requestMethod: request.headers['access-control-request-method'],
    requestHeaders: request.headers['access-control-request-headers'],
  })
  for (const [name, value] of Object.entries(cors.headers)) response.setHeader(name, value)
  if (cors.isPreflight) {
    response.writeHead(204).end()
    return
  }
  const route = requests.routes.get(pathOf(request.url ?? ''))
  const plain = plainRefusal(request, route)
  if (plain !== undefined) {
    requests.measure.turnedAway('unsupported')
    if (plain.httpStatus === 405) response.setHeader('allow', 'POST')
    finishUnread(requests, request, response, plain.httpStatus, 'text/plain; charset=utf-8', Buffer.from(plain.text))
    return
  }
  readBody(requests, route!, request, response)
}

function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}

/** Refusals before it is known in which encoding to answer: in plain text, in the Collector's words. */
function plainRefusal(request: IncomingMessage, route: HttpRoute | undefined) {
  if (route === undefined) return { httpStatus: 404, text: '404 page not found\n' }
  if (request.method !== 'POST') return { httpStatus: 405, text: '405 method not allowed, supported: [POST]' }
  if (bodyTypeOf(request) !== undefined) return undefined
  const text = '415 unsupported media type, supported: [application/json, application/x-protobuf]'
  return { httpStatus: 415, text }
}

function bodyTypeOf(request: IncomingMessage): BodyType | undefined {
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase()
  if (mediaType === CONTENT_TYPE.protobuf) return 'protobuf'
  return mediaType === CONTENT_TYPE.json ? 'json' : undefined
}

interface Turning {
  readonly turned: Turned
  readonly refusal: Refusal
  /** Where the status that belongs to the code is not the right one. */
  readonly httpStatus?: number
}

const OVERLOAD: Turning = { turned: 'overloaded', refusal: unavailable(OVERLOADED, OVERLOADED_RETRY_MS) }

function tooLarge(limitBytes: number): Turning {
  const message = `http: request body too large (more than ${limitBytes} bytes)`
  return { turned: 'too_large', refusal: permanent(message, CODE.resourceExhausted), httpStatus: 413 }
}

function readBody(requests: HttpRequests, route: HttpRoute, request: IncomingMessage, response: ServerResponse): void {
  const type = bodyTypeOf(request)!
  const share = shareOf(requests.budget)
  const chunks: Buffer[] = []
  let receivedBytes = 0
  let reading = true
  const turnAway = (turning: Turning) => {
    reading = false
    share.releaseAll()
    requests.measure.turnedAway(turning.turned)
    const { status, body } = refusalBody(turning.refusal, type, turning.httpStatus)
    setRetryAfter(response, turning.refusal, status)
    finishUnread(requests, request, response, status, CONTENT_TYPE[type], body)
  }
  const encoding = contentEncoding(requests, request)
  if (typeof encoding === 'object') {
    turnAway({ turned: 'unsupported', refusal: encoding })
    return
  }
  if (Number(request.headers['content-length'] ?? 0) > requests.maxBodyBytes) {
    turnAway(tooLarge(requests.maxBodyBytes))
    return
  }
  if (request.headers.expect !== undefined) response.writeContinue()
  request.on('data', (chunk: Buffer) => {
    if (!reading) return
    receivedBytes += chunk.length
    if (receivedBytes > requests.maxBodyBytes) return turnAway(tooLarge(requests.maxBodyBytes))
    if (!share.take(chunk.length)) return turnAway(OVERLOAD)
    chunks.push(chunk)
  })
  request.on('end', () => {
    if (!reading) return
    reading = false
    // Always a copy: a chunk is a view into the socket's read buffer and would keep all of it alive in a queue.
    const body = Buffer.concat(chunks, receivedBytes)
    void answerBody(requests, route, { body, type, encoding, request, share }).then((answer) => {
      share.releaseAll()
      respond(response, answer, type)
    })
  })
  request.on('close', () => {
    if (reading) share.releaseAll()
    reading = false
  })
}

/** How the body is compressed, `undefined` when it is not; or why it cannot be read. */
function contentEncoding(requests: HttpRequests, request: IncomingMessage): Encoding | Refusal | undefined {
  const header = request.headers['content-encoding'] ?? ''
  if (header === '' && requests.encodings.has('')) return undefined
  const encoding = requests.encodings.has(header) ? encodingOf(header) : undefined
  return encoding ?? permanent(`unsupported Content-Encoding: ${header}`, CODE.invalidArgument)
}

interface Body {
  readonly body: Buffer
  readonly type: BodyType
  readonly encoding: Encoding | undefined
  readonly request: IncomingMessage
  readonly share: Share
}

/** An answer, and the HTTP status where the one that belongs to the code is not the right one. */
type HttpAnswer = Answer & { readonly httpStatus?: number }

async function answerBody(requests: HttpRequests, route: HttpRoute, came: Body): Promise<HttpAnswer> {
  const turnAway = ({ turned, refusal, httpStatus }: Turning): HttpAnswer => {
    requests.measure.turnedAway(turned)
    return { ...refusal, ...(httpStatus !== undefined && { httpStatus }) }
  }
  const unpacked = await unpack(came.encoding, came.body, requests.maxBodyBytes, came.share)
  if (!unpacked.ok) {
    if (unpacked.reason === 'overloaded') return turnAway(OVERLOAD)
    if (unpacked.reason === 'too_large') return turnAway(tooLarge(requests.maxBodyBytes))
    return turnAway({ turned: 'malformed', refusal: permanent(unpacked.message, CODE.invalidArgument) })
  }
  const metadata = requests.includeMetadata ? { metadata: metadataOf(came.request) } : {}
  if (came.type === 'protobuf') {
    const { bytes, compressed } = unpacked
    return route.door({ bytes, ...(compressed !== undefined && { compressed }), ...metadata })
  }
  const bytes = jsonToProto(route.signal, unpacked.bytes)
  if (!(bytes instanceof Uint8Array)) {
    return turnAway({ turned: 'malformed', refusal: { ...bytes, grpcCode: CODE.invalidArgument } })
  }
  return route.door({ bytes, ...metadata })
}

/** Request headers for `include_metadata`. */
function metadataOf(request: IncomingMessage): NonNullable<Payload['metadata']> {
  const metadata = new Map<string, readonly string[]>()
  for (const [name, values] of Object.entries(request.headersDistinct))
    if (values !== undefined) metadata.set(name, values)
  return metadata
}

function respond(response: ServerResponse, answer: HttpAnswer, type: BodyType): void {
  if (response.destroyed) return
  const { status, body } = answer.ok
    ? { status: 200, body: successBody(answer.warning, type) }
    : refusalBody(answer, type, answer.httpStatus)
  if (!answer.ok) setRetryAfter(response, answer, status)
  response.writeHead(status, { 'content-type': CONTENT_TYPE[type], 'content-length': body.length })
  response.end(body)
}

const TAKEN = { protobuf: Buffer.alloc(0), json: Buffer.from('{}') } as const

function successBody(errorMessage: string | undefined, type: BodyType): Buffer {
  if (errorMessage === undefined) return TAKEN[type]
  if (type === 'json') return Buffer.from(JSON.stringify({ partialSuccess: { errorMessage } }))
  // The messages of all three signals have the same shape.
  return Buffer.from(encodeAnswer('traces', { partialSuccess: { rejected: 0, errorMessage } }))
}

function refusalBody(refusal: Refusal, type: BodyType, httpStatus?: number) {
  const status = statusOf(refusal)
  const body = type === 'json' ? statusJson(status) : encodeStatus(status)
  return { status: httpStatus ?? httpStatusOf(status.code), body: Buffer.from(body) }
}

function setRetryAfter(response: ServerResponse, refusal: Refusal, httpStatus: number): void {
  if (refusal.retryAfterMs === undefined || (httpStatus !== 429 && httpStatus !== 503)) return
  response.setHeader('retry-after', String(Math.ceil(refusal.retryAfterMs / 1_000)))
}

/** How long a refused sender may go on sending before it is cut off. */
const LINGER_MS = 1_000

/**
 * Answers while the sender is still sending. Closing at once would reset the connection, and the sender would see the
 * reset instead of the answer; so what comes is thrown away for a moment.
 */
function finishUnread(
  requests: HttpRequests,
  request: IncomingMessage,
  response: ServerResponse,
  httpStatus: number,
  contentType: string,
  body: Buffer,
): void {
  const headers = { 'content-type': contentType, 'content-length': body.length }
  if (request.complete || !hasBody(request)) {
    response.writeHead(httpStatus, headers).end(body)
    return
  }
  response.writeHead(httpStatus, { ...headers, connection: 'close' })
  response.write(body)
  const cancel = requests.clock.after(LINGER_MS, finish)
  function finish(): void {
    cancel()
    response.end()
  }
  request.on('end', finish)
  request.on('close', finish)
  request.resume()
}

function hasBody(request: IncomingMessage): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
}

/**
 * One unary gRPC call on a stream of node:http2: a frame comes in, a status goes out. Everything that can be refused is
 * refused as soon as it is known, before the message has come.
 */

import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { encodingOf } from '../../component/compression.ts'
import { addToFrame, finishFrame, frame, startFrame } from '../../component/grpc_frame.ts'
import { permanent, type Refusal, unavailable } from '../../component/outcome.ts'
import type { Encoding, Payload } from '../../component/payload.ts'
import { CODE, statusOf } from '../../component/status.ts'
import { encodeAnswer, encodeStatus } from '../../proto/messages.ts'
import { type Budget, type Share, shareOf } from './budget.ts'
import type { Answer, Door } from './door.ts'
import type { Measure, Turned } from './measure.ts'
import { OVERLOADED, OVERLOADED_RETRY_MS, unpack } from './unpack.ts'

/** What all calls of a listener share. */
export interface GrpcCalls {
  /** By the whole path: `/opentelemetry.proto.collector.trace.v1.TraceService/Export`. */
  readonly doors: ReadonlyMap<string, Door>
  readonly maxMessageBytes: number
  readonly budget: Budget
  readonly measure: Measure
  readonly includeMetadata: boolean
  /** Calls whose message is still coming, oldest first; see `dropSlowCalls`. */
  readonly reading: Map<ServerHttp2Stream, Reading>
}

/** A call whose message is still coming: when it began, and the bytes that have come. */
interface Reading {
  readonly sinceMs: number
  readonly share: Share
}

/** A message that has not come whole after so long will not come. */
const READ_MAX_MS = 300_000

/** Ends calls whose sender is too slow to be serious: what they hold would be held for ever. */
export function dropSlowCalls(calls: GrpcCalls, nowMs: number): void {
  for (const [stream, { sinceMs, share }] of calls.reading) {
    if (nowMs - sinceMs < READ_MAX_MS) return
    calls.measure.turnedAway('timeout')
    calls.reading.delete(stream)
    share.releaseAll()
    stream.close(constants.NGHTTP2_CANCEL)
  }
}

/**
 * Reads the call and answers it. Never throws: a stream that breaks is the sender's loss alone.
 *
 * @param nowMs time that only moves forward.
 */
export function serveCall(
  calls: GrpcCalls,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  nowMs: number,
): void {
  stream.on('error', () => {})
  const door = calls.doors.get(headers[':path'] ?? '')
  const wrong = wrongRequest(calls, headers, door)
  if (wrong !== undefined) {
    calls.measure.turnedAway('unsupported')
    refuseEarly(stream, wrong.refusal, wrong.httpStatus)
    return
  }
  const share = shareOf(calls.budget)
  const progress = startFrame()
  calls.reading.set(stream, { sinceMs: nowMs, share })
  const stopReading = () => calls.reading.delete(stream)
  stream.on('data', (chunk: Buffer) => {
    if (!calls.reading.has(stream)) return
    addToFrame(progress, chunk)
    const problem = tooMuch(calls, progress.messageBytes, share.take(chunk.length))
    if (problem === undefined) return
    stopReading()
    share.releaseAll()
    calls.measure.turnedAway(problem.turned)
    refuseEarly(stream, problem.refusal)
  })
  stream.on('end', () => {
    if (!stopReading()) return
    void answerCall(calls, door!, finishFrame(progress), headers, share).then((answer) => {
      share.releaseAll()
      respond(stream, answer)
    })
  })
  stream.on('close', () => {
    if (stopReading()) share.releaseAll()
  })
}

interface Wrong {
  readonly refusal: Refusal
  readonly httpStatus: number
}

function wrongRequest(calls: GrpcCalls, headers: IncomingHttpHeaders, door: Door | undefined): Wrong | undefined {
  const path = headers[':path'] ?? ''
  const type = headers['content-type'] ?? ''
  if (!/^application\/grpc($|[+;])/.test(type)) {
    const message = `invalid gRPC request content-type ${JSON.stringify(type)}`
    return { refusal: permanent(message, CODE.invalidArgument), httpStatus: 415 }
  }
  if (headers[':method'] !== 'POST') {
    return { refusal: permanent(`invalid gRPC request method ${headers[':method']}`, CODE.internal), httpStatus: 405 }
  }
  if (door === undefined) {
    return { refusal: permanent(unknownPath(calls, path), CODE.unimplemented), httpStatus: 200 }
  }
  return undefined
}

/** In grpc-go's words. */
function unknownPath(calls: GrpcCalls, path: string): string {
  const [, service = '', method = ''] = path.split('/')
  const known = [...calls.doors.keys()].some((door) => door.startsWith(`/${service}/`))
  return known ? `unknown method ${method} for service ${service}` : `unknown service ${service}`
}

interface Problem {
  readonly refusal: Refusal
  readonly turned: Turned
}

function tooMuch(calls: GrpcCalls, messageBytes: number, withinBudget: boolean): Problem | undefined {
  if (messageBytes > calls.maxMessageBytes) {
    const message = `grpc: received message larger than max (${messageBytes} vs. ${calls.maxMessageBytes})`
    return { refusal: permanent(message, CODE.resourceExhausted), turned: 'too_large' }
  }
  if (!withinBudget) return { refusal: unavailable(OVERLOADED, OVERLOADED_RETRY_MS), turned: 'overloaded' }
  return undefined
}

async function answerCall(
  calls: GrpcCalls,
  door: Door,
  came: ReturnType<typeof finishFrame>,
  headers: IncomingHttpHeaders,
  share: Share,
): Promise<Answer> {
  const turnAway = (turned: Turned, refusal: Refusal) => {
    calls.measure.turnedAway(turned)
    return refusal
  }
  if (!came.ok) return turnAway('malformed', permanent(`grpc: ${came.reason}`, CODE.internal))
  const encoding = came.compressed ? messageEncoding(headers['grpc-encoding']) : undefined
  if (typeof encoding === 'object') return turnAway('unsupported', encoding)
  const unpacked = await unpack(encoding, came.message, calls.maxMessageBytes, share)
  if (!unpacked.ok) {
    if (unpacked.reason === 'overloaded') return turnAway('overloaded', unavailable(OVERLOADED, OVERLOADED_RETRY_MS))
    if (unpacked.reason === 'corrupt')
      return turnAway('malformed', permanent(`grpc: ${unpacked.message}`, CODE.internal))
    const message = `grpc: received message after decompression larger than max ${calls.maxMessageBytes}`
    return turnAway('too_large', permanent(message, CODE.resourceExhausted))
  }
  const { bytes, compressed } = unpacked
  return door({
    bytes,
    ...(compressed !== undefined && { compressed }),
    ...(calls.includeMetadata && { metadata: metadataOf(headers) }),
  })
}

/** The encoding of a compressed message, or why there is none. */
function messageEncoding(header: string | string[] | undefined): Encoding | Refusal {
  const name = String(header ?? 'identity')
  if (name === 'identity') {
    return permanent('grpc: compressed flag set with identity or empty encoding', CODE.internal)
  }
  const message = `grpc: Decompressor is not installed for grpc-encoding ${JSON.stringify(name)}`
  return encodingOf(name) ?? permanent(message, CODE.unimplemented)
}

/** Request headers for `include_metadata`, without HTTP/2's own. */
function metadataOf(headers: IncomingHttpHeaders): NonNullable<Payload['metadata']> {
  const metadata = new Map<string, readonly string[]>()
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined) continue
    metadata.set(name, Array.isArray(value) ? value : [value])
  }
  return metadata
}

const RESPONSE_HEADERS = {
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-accept-encoding': 'gzip,deflate,zstd',
} as const
const OK_TRAILERS = { 'grpc-status': '0' } as const
/** The empty `Export…ServiceResponse`: all was taken. */
const TAKEN = frame(new Uint8Array(0))

function respond(stream: ServerHttp2Stream, answer: Answer): void {
  if (stream.closed || stream.destroyed) return
  if (!answer.ok) {
    stream.respond({ ...RESPONSE_HEADERS, ...trailersOf(answer) }, { endStream: true })
    return
  }
  stream.respond({ ...RESPONSE_HEADERS }, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ ...OK_TRAILERS }))
  stream.end(answer.warning === undefined ? TAKEN : frame(warningBytes(answer.warning)))
}

/** The messages of all three signals have the same shape. */
function warningBytes(errorMessage: string): Uint8Array {
  return encodeAnswer('traces', { partialSuccess: { rejected: 0, errorMessage } })
}

function trailersOf(refusal: Refusal): Record<string, string> {
  const status = statusOf(refusal)
  const hasDetails = status.retryAfterMs !== undefined || status.violations !== undefined
  return {
    'grpc-status': String(status.code),
    'grpc-message': percentEncoded(status.message),
    ...(hasDetails && { 'grpc-status-details-bin': Buffer.from(encodeStatus(status)).toString('base64') }),
  }
}

/** gRPC over HTTP/2, "Status-Message": printable ASCII but for `%`; everything else byte by byte in hexadecimal. */
function percentEncoded(message: string): string {
  let out = ''
  for (const byte of Buffer.from(message)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25
    out += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}

/** Answers while the sender is still sending, and asks it to stop (RFC 9113, 8.1: RST_STREAM with NO_ERROR). */
function refuseEarly(stream: ServerHttp2Stream, refusal: Refusal, httpStatus = 200): void {
  if (stream.closed || stream.destroyed) return
  stream.respond({ ...RESPONSE_HEADERS, ':status': httpStatus, ...trailersOf(refusal) }, { endStream: true })
  stream.close(constants.NGHTTP2_NO_ERROR)
}

/** One unary gRPC call on a ready connection: a frame goes out, a status comes back. */

import { type ClientHttp2Stream, constants, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2'
import type { Clock } from '../../component/env.ts'
import { addToFrame, finishFrame, frameHeader, startFrame } from '../../component/grpc_frame.ts'
import type { Packed } from '../../component/pack.ts'
import { CODE } from '../../component/status.ts'
import { decodeStatus } from '../../proto/messages.ts'
import type { RpcStatus } from '../../proto/otlp.ts'
import type { Connection } from './connection.ts'

/** What one call sends, and how long it may take. */
export interface GrpcCall {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Packed
  /** 0: without limit. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/** What came back: the answer's bytes (as framed: perhaps compressed), or a status that is not OK. */
export type GrpcResult =
  | { readonly ok: true; readonly message: Uint8Array; readonly compressedAs: string | undefined }
  | {
      readonly ok: false
      readonly status: RpcStatus
      /** The server has not begun with it (it was saying goodbye): the call may be made again at once. */
      readonly unprocessed?: boolean
    }

type Headers = IncomingHttpHeaders & IncomingHttpStatusHeader

/** Answers are a few bytes; a server that sends more than this is not read to the end. */
const ANSWER_MAX_BYTES = 4 * 1_048_576

/** Never rejects. A call that breaks without a status is UNAVAILABLE: it may be made again. */
export function call(connection: Connection, { headers, body, timeoutMs, clock }: GrpcCall): Promise<GrpcResult> {
  const { session } = connection
  if (session === undefined || session.destroyed || session.closed) {
    return Promise.resolve({ ...failed(CODE.unavailable, 'the connection is closing'), unprocessed: true })
  }
  const stream = session.request(headers)
  send(stream, body)
  return answerOf(stream, connection, timeoutMs, clock)
}

/** Apart from `call`, so that no listener keeps the body: to V8's young collections a stream is alive after its end. */
function answerOf(
  stream: ClientHttp2Stream,
  connection: Connection,
  timeoutMs: number,
  clock: Clock,
): Promise<GrpcResult> {
  return new Promise((resolve) => {
    const answer = startFrame()
    let first: Headers = {}
    let trailers: IncomingHttpHeaders | undefined
    let broken: string | undefined
    let timedOut = false
    connection.callsUnderWay += 1
    const cancelTimeout =
      timeoutMs === 0
        ? () => {}
        : clock.after(timeoutMs, () => {
            timedOut = true
            stream.close(constants.NGHTTP2_CANCEL)
          })
    stream.on('response', (received) => {
      first = received
    })
    stream.on('trailers', (received) => {
      trailers = received
    })
    stream.on('data', (chunk: Buffer) => {
      if (answer.receivedBytes + chunk.length > ANSWER_MAX_BYTES) stream.close(constants.NGHTTP2_CANCEL)
      else addToFrame(answer, chunk)
    })
    stream.on('error', (error) => {
      broken = error.message
    })
    stream.on('close', () => {
      cancelTimeout()
      connection.callsUnderWay -= 1
      const unprocessed = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM
      if (timedOut) resolve(failed(CODE.deadlineExceeded, 'context deadline exceeded'))
      else if (unprocessed) resolve({ ...failed(CODE.unavailable, 'the server refused the stream'), unprocessed })
      else resolve(resultOf(first, trailers, answer, broken))
    })
  })
}

function send(stream: NodeJS.WritableStream & { cork(): void; uncork(): void }, body: Packed): void {
  stream.cork()
  stream.write(frameHeader(body.sizeBytes, body.encoding !== undefined))
  for (const piece of body.pieces) stream.write(piece)
  stream.end()
  stream.uncork()
}

function failed(code: number, message: string): GrpcResult & { ok: false } {
  return { ok: false, status: { code, message } }
}

function resultOf(
  first: Headers,
  trailers: IncomingHttpHeaders | undefined,
  answer: ReturnType<typeof startFrame>,
  broken: string | undefined,
): GrpcResult {
  const last = trailers ?? first
  const code = last['grpc-status']
  if (code === undefined) return statusless(first, broken)
  if (code !== '0') return { ok: false, status: statusFrom(last, Number(code)) }
  const message = finishFrame(answer)
  if (!message.ok) return failed(CODE.internal, `unreadable answer: ${message.reason}`)
  const encoding = first['grpc-encoding']
  return { ok: true, message: message.message, compressedAs: message.compressed ? String(encoding) : undefined }
}

const CODE_OF_HTTP_STATUS: Readonly<Record<number, number>> = {
  400: CODE.internal,
  401: CODE.unauthenticated,
  403: CODE.permissionDenied,
  404: CODE.unimplemented,
  429: CODE.unavailable,
  502: CODE.unavailable,
  503: CODE.unavailable,
  504: CODE.unavailable,
}

/** No gRPC status: a proxy answered by HTTP alone (gRPC's http-grpc-status-mapping), or nobody answered. */
function statusless(first: Headers, broken: string | undefined): GrpcResult {
  const httpStatus = first[':status']
  if (httpStatus === undefined || httpStatus === 200) {
    return failed(CODE.unavailable, `the call broke off: ${broken ?? 'the stream ended without a status'}`)
  }
  return failed(CODE_OF_HTTP_STATUS[httpStatus] ?? CODE.unknown, `unexpected HTTP status code ${httpStatus}`)
}

function statusFrom(headers: IncomingHttpHeaders, code: number): RpcStatus {
  const message = percentDecoded(String(headers['grpc-message'] ?? ''))
  const details = headers['grpc-status-details-bin']
  const decoded = typeof details === 'string' ? decodeStatus(Buffer.from(details, 'base64')) : undefined
  const valid = Number.isInteger(code) && code > 0 ? code : CODE.unknown
  return { code: valid, message, ...(decoded?.retryAfterMs !== undefined && { retryAfterMs: decoded.retryAfterMs }) }
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * Refusals on the wire. Inside, a refusal is an `Outcome`; outside, it is a gRPC status, an HTTP status and a
 * `google.rpc.Status`. These tables are the one place that translates, in both directions, for receivers that answer
 * and exporters that are answered.
 *
 * Sources: the OTLP specification 1.11 (failures, throttling), google/rpc/{status,error_details}.proto, and the
 * Collector's receiver/otlpreceiver/internal/errors and exporter/otlphttpexporter.
 */

import { bytesOf, decodeMessage, encodeMessage, numberOf, textOf } from './message.ts'
import type { Refusal } from './outcome.ts'

/** `google.rpc.Code`, the ones that are named in this project. */
export const CODE = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const

/** What a refusal looks like to a sender. */
export interface Status {
  readonly code: number
  readonly message: string
  /** When to come back, milliseconds: a RetryInfo detail, and Retry-After over HTTP. */
  readonly retryAfterMs?: number
  /** What was wrong with the request: a BadRequest detail. */
  readonly violation?: string
}

/** The status to answer a refusal with. Without a code of its own: 14 UNAVAILABLE if retryable, else 13 INTERNAL. */
export function statusOf(refusal: Refusal): Status {
  return {
    code: refusal.grpcCode ?? (refusal.retryable ? CODE.unavailable : CODE.internal),
    message: refusal.message,
    ...(refusal.retryAfterMs !== undefined && { retryAfterMs: refusal.retryAfterMs }),
  }
}

const HTTP_OF_CODE: Readonly<Record<number, number>> = {
  [CODE.cancelled]: 503,
  [CODE.deadlineExceeded]: 503,
  [CODE.aborted]: 503,
  [CODE.outOfRange]: 503,
  [CODE.unavailable]: 503,
  [CODE.dataLoss]: 503,
  [CODE.resourceExhausted]: 429,
  [CODE.invalidArgument]: 400,
  [CODE.unauthenticated]: 401,
  [CODE.permissionDenied]: 403,
  [CODE.unimplemented]: 404,
}

/** The HTTP status that says the same as a gRPC code; 500 where there is none. */
export function httpStatusOf(code: number): number {
  return HTTP_OF_CODE[code] ?? 500
}

const CODE_OF_HTTP: Readonly<Record<number, number>> = {
  400: CODE.invalidArgument,
  401: CODE.unauthenticated,
  403: CODE.permissionDenied,
  404: CODE.unimplemented,
  429: CODE.resourceExhausted,
  502: CODE.unavailable,
  503: CODE.unavailable,
  504: CODE.unavailable,
}

/** The gRPC code that says the same as a backend's HTTP status; 2 UNKNOWN where there is none. */
export function codeOfHttpStatus(httpStatus: number): number {
  return CODE_OF_HTTP[httpStatus] ?? CODE.unknown
}

const RETRYABLE: ReadonlySet<number> = new Set([
  CODE.cancelled,
  CODE.deadlineExceeded,
  CODE.aborted,
  CODE.outOfRange,
  CODE.unavailable,
  CODE.dataLoss,
])

/** May the request be sent again? RESOURCE_EXHAUSTED only if the server says when (OTLP/gRPC response). */
export function isRetryableStatus(status: Status): boolean {
  if (status.code === CODE.resourceExhausted) return status.retryAfterMs !== undefined
  return RETRYABLE.has(status.code)
}

/** OTLP/HTTP: these and no others may be sent again. */
export function isRetryableHttpStatus(httpStatus: number): boolean {
  return httpStatus === 429 || httpStatus === 502 || httpStatus === 503 || httpStatus === 504
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest'

/** `google.rpc.Status` in protobuf: code = 1, message = 2, details = 3 (`Any`: type_url = 1, value = 2). */
export function encodeStatus(status: Status): Buffer {
  const details: [number, Uint8Array][] = []
  if (status.retryAfterMs !== undefined) {
    const { seconds, nanos } = protoDuration(status.retryAfterMs)
    const delay = encodeMessage([[1, encodeMessage([...pair(seconds, nanos)])]])
    details.push([3, any(RETRY_INFO, delay)])
  }
  if (status.violation !== undefined) {
    details.push([3, any(BAD_REQUEST, encodeMessage([[1, encodeMessage([[2, status.violation]])]]))])
  }
  return encodeMessage([[1, status.code], [2, status.message], ...details])
}

function any(typeUrl: string, value: Uint8Array): Buffer {
  return encodeMessage([
    [1, typeUrl],
    [2, value],
  ])
}

function pair(seconds: number, nanos: number): readonly [[1, number], [2, number]] {
  return [
    [1, seconds],
    [2, nanos],
  ]
}

function protoDuration(ms: number): { readonly seconds: number; readonly nanos: number } {
  const seconds = Math.floor(ms / 1_000)
  return { seconds, nanos: Math.round((ms - seconds * 1_000) * 1e6) }
}

/** `google.rpc.Status` as protobuf's JSON mapping writes it, for senders that spoke JSON. */
export function statusJson(status: Status): string {
  const details: Record<string, unknown>[] = []
  if (status.retryAfterMs !== undefined) {
    details.push({ '@type': RETRY_INFO, retryDelay: `${status.retryAfterMs / 1_000}s` })
  }
  if (status.violation !== undefined) {
    details.push({ '@type': BAD_REQUEST, fieldViolations: [{ description: status.violation }] })
  }
  return JSON.stringify({ code: status.code, message: status.message, ...(details.length > 0 && { details }) })
}

/** Reads `google.rpc.Status` with its RetryInfo; `undefined` when the bytes are no message. */
export function decodeStatus(bytes: Uint8Array): Status | undefined {
  const fields = decodeMessage(bytes)
  if (fields === undefined) return undefined
  const status = { code: numberOf(fields, 1), message: textOf(fields, 2) }
  for (const { field, value } of fields) {
    if (field !== 3 || typeof value === 'number') continue
    const detail = decodeMessage(value)
    if (detail === undefined || textOf(detail, 1) !== RETRY_INFO) continue
    const retryAfterMs = retryDelayMs(bytesOf(detail, 2))
    if (retryAfterMs !== undefined) return { ...status, retryAfterMs }
  }
  return status
}

function retryDelayMs(retryInfo: Uint8Array): number | undefined {
  const delay = decodeMessage(bytesOf(decodeMessage(retryInfo) ?? [], 1))
  if (delay === undefined) return undefined
  const ms = numberOf(delay, 1) * 1_000 + numberOf(delay, 2) / 1e6
  return ms <= RETRY_AFTER_MAX_MS ? ms : undefined
}

/** A server that asks for more patience than this is not believed. */
export const RETRY_AFTER_MAX_MS = 3_600_000

/** `Retry-After`: seconds or an HTTP date (RFC 9110, 10.2.3), as milliseconds from now; `undefined` when neither. */
export function retryAfterMsOf(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - nowMs
  return ms >= 0 && ms <= RETRY_AFTER_MAX_MS ? ms : undefined
}

/** What a receiver made of a request it accepted, from `Export<Signal>ServiceResponse.partial_success`. */
export interface PartialSuccess {
  readonly rejected: number
  readonly message: string
}

/** `Export<Signal>ServiceResponse` in protobuf: partial_success = 1 {rejected_* = 1, error_message = 2}. */
export function encodeResponse(warning: string | undefined): Buffer {
  return warning === undefined ? Buffer.alloc(0) : encodeMessage([[1, encodeMessage([[2, warning]])]])
}

/** The same in JSON. */
export function responseJson(warning: string | undefined): string {
  return warning === undefined ? '{}' : JSON.stringify({ partialSuccess: { errorMessage: warning } })
}

/** Reads a response; `undefined` when the bytes are no message, a value with nothing in it on full success. */
export function decodeResponse(bytes: Uint8Array): PartialSuccess | undefined {
  const fields = decodeMessage(bytes)
  if (fields === undefined) return undefined
  const partial = decodeMessage(bytesOf(fields, 1))
  if (partial === undefined) return undefined
  return { rejected: numberOf(partial, 1), message: textOf(partial, 2) }
}

/**
 * Refusals on the wire. Inside, a refusal is an `Outcome`; outside, it is a gRPC status, an HTTP status and a
 * `google.rpc.Status`. These tables are the one place that translates, in both directions, for receivers that answer
 * and exporters that are answered.
 *
 * Sources: the OTLP specification 1.11 (failures, throttling), google/rpc/{status,error_details}.proto, and the
 * Collector's receiver/otlpreceiver/internal/errors and exporter/otlphttpexporter.
 */

import type { RpcStatus } from '../proto/otlp.ts'
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

/** The status to answer a refusal with. Without a code of its own: 14 UNAVAILABLE if retryable, else 13 INTERNAL. */
export function statusOf(refusal: Refusal): RpcStatus {
  return {
    code: refusal.grpcCode ?? (refusal.retryable ? CODE.unavailable : CODE.internal),
    message: refusal.message,
    ...(refusal.retryAfterMs !== undefined && { retryAfterMs: refusal.retryAfterMs }),
    ...('atByte' in refusal && {
      violations: [{ field: '', description: `${refusal.message}, at byte ${refusal.atByte}` }],
    }),
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
export function isRetryableStatus(status: RpcStatus): boolean {
  if (status.code === CODE.resourceExhausted) return status.retryAfterMs !== undefined
  return RETRYABLE.has(status.code)
}

/** OTLP/HTTP: these and no others may be sent again. */
export function isRetryableHttpStatus(httpStatus: number): boolean {
  return httpStatus === 429 || httpStatus === 502 || httpStatus === 503 || httpStatus === 504
}

const RETRY_INFO = 'type.googleapis.com/google.rpc.RetryInfo'
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest'

/** `google.rpc.Status` as protobuf's JSON mapping writes it, for senders that spoke JSON. */
export function statusJson(status: RpcStatus): string {
  const details: Record<string, unknown>[] = []
  if (status.retryAfterMs !== undefined) {
    details.push({ '@type': RETRY_INFO, retryDelay: `${status.retryAfterMs / 1_000}s` })
  }
  if (status.violations !== undefined) details.push({ '@type': BAD_REQUEST, fieldViolations: status.violations })
  return JSON.stringify({ code: status.code, message: status.message, ...(details.length > 0 && { details }) })
}

/** A server that asks for more patience than this is not believed. */
export const RETRY_AFTER_MAX_MS = 3_600_000

/** `Retry-After`: seconds or an HTTP date (RFC 9110, 10.2.3), as milliseconds from now; `undefined` when neither. */
export function retryAfterMsOf(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - nowMs
  return ms >= 0 && ms <= RETRY_AFTER_MAX_MS ? ms : undefined
}

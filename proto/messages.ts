/**
 * The cold road: whole messages as objects, by protobufjs on the `.proto` files beside this one.
 *
 * Findings, answers and tests go this way; telemetry that passes through never does (see `walker.ts`). protobufjs and
 * the definitions load at the first call, so that a process that has nothing to say starts without them.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type * as protobuf from 'protobufjs'
import type { SignalName } from './malformed.ts'
import type { ExportAnswer, LogsRequest, MetricsRequest, RpcStatus, TracesRequest } from './otlp.ts'

/** The request message of each signal. */
export interface Requests {
  readonly traces: TracesRequest
  readonly metrics: MetricsRequest
  readonly logs: LogsRequest
}

const PACKAGE = 'opentelemetry.proto.collector'
const FILES = ['trace/v1/trace', 'metrics/v1/metrics', 'logs/v1/logs'].map(
  (name) => `opentelemetry/proto/collector/${name}_service.proto`,
)
const REQUEST: Record<SignalName, string> = {
  traces: `${PACKAGE}.trace.v1.ExportTraceServiceRequest`,
  metrics: `${PACKAGE}.metrics.v1.ExportMetricsServiceRequest`,
  logs: `${PACKAGE}.logs.v1.ExportLogsServiceRequest`,
}
const ANSWER: Record<SignalName, { readonly type: string; readonly rejected: string }> = {
  traces: { type: `${PACKAGE}.trace.v1.ExportTraceServiceResponse`, rejected: 'rejectedSpans' },
  metrics: { type: `${PACKAGE}.metrics.v1.ExportMetricsServiceResponse`, rejected: 'rejectedDataPoints' },
  logs: { type: `${PACKAGE}.logs.v1.ExportLogsServiceResponse`, rejected: 'rejectedLogRecords' },
}
const TYPE_URL = 'type.googleapis.com/'
const ID_FIELDS = new Set(['traceId', 'spanId', 'parentSpanId'])

/**
 * One export request as protobuf bytes.
 * @example encodeRequest('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: 1n }] }] }] })
 */
export function encodeRequest<S extends SignalName>(signal: S, request: Requests[S]): Uint8Array {
  return encode(REQUEST[signal], request)
}

/**
 * The request as an object; 64-bit numbers as decimal strings. Throws on malformed bytes: for bytes of our own and
 * for tests, not for what strangers send.
 */
export function decodeRequest<S extends SignalName>(signal: S, bytes: Uint8Array): Requests[S] {
  return decode(REQUEST[signal], bytes) as Requests[S]
}

/** The answer to an export request; `{}` when all was taken, which is no bytes at all. */
export function encodeAnswer(signal: SignalName, answer: ExportAnswer): Uint8Array {
  const { type, rejected } = ANSWER[signal]
  if (answer.partialSuccess === undefined) return new Uint8Array(0)
  const { errorMessage } = answer.partialSuccess
  return encode(type, { partialSuccess: { [rejected]: answer.partialSuccess.rejected, errorMessage } })
}

/** A backend's answer, or undefined when the bytes are none. */
export function decodeAnswer(signal: SignalName, bytes: Uint8Array): ExportAnswer | undefined {
  if (bytes.length === 0) return {}
  const { type, rejected } = ANSWER[signal]
  const answer = attempt(() => decode(type, bytes))
  if (answer === undefined) return undefined
  const partial = answer.partialSuccess as Record<string, unknown> | undefined
  if (partial === undefined) return {}
  return {
    partialSuccess: { rejected: Number(partial[rejected] ?? 0), errorMessage: String(partial.errorMessage ?? '') },
  }
}

/** `google.rpc.Status`, as body of an HTTP error and in `grpc-status-details-bin`. */
export function encodeStatus(status: RpcStatus): Uint8Array {
  const { code, message, retryAfterMs, violations = [] } = status
  const details: { typeUrl: string; value: Uint8Array }[] = []
  if (retryAfterMs !== undefined) {
    const seconds = Math.floor(retryAfterMs / 1000)
    const nanos = Math.round((retryAfterMs - seconds * 1000) * 1e6)
    details.push(detail('google.rpc.RetryInfo', { retryDelay: { seconds, nanos } }))
  }
  if (violations.length > 0) details.push(detail('google.rpc.BadRequest', { fieldViolations: violations }))
  return encode('google.rpc.Status', { code, message, details })
}

/** A backend's `google.rpc.Status`, or undefined when the bytes are none. Details of other kinds are left out. */
export function decodeStatus(bytes: Uint8Array): RpcStatus | undefined {
  return attempt(() => {
    const status = decode('google.rpc.Status', bytes)
    const found: { retryAfterMs?: number; violations?: RpcStatus['violations'] } = {}
    for (const { typeUrl, value } of (status.details ?? []) as { typeUrl?: string; value?: Uint8Array }[]) {
      if (typeUrl === `${TYPE_URL}google.rpc.RetryInfo`) found.retryAfterMs = retryDelayMs(value)
      if (typeUrl === `${TYPE_URL}google.rpc.BadRequest`) found.violations = fieldViolations(value)
    }
    return { code: Number(status.code ?? 0), message: String(status.message ?? ''), ...found }
  })
}

/** The type by its full name; protobufjs' own reflection, for tests and the benchmark. */
export function messageType(fullName: string): protobuf.Type {
  return definitions().lookupType(fullName)
}

/** Full name of the request message of a signal. */
export function requestTypeName(signal: SignalName): string {
  return REQUEST[signal]
}

function detail(type: string, value: object): { typeUrl: string; value: Uint8Array } {
  return { typeUrl: TYPE_URL + type, value: encode(type, value) }
}

function retryDelayMs(value: Uint8Array = new Uint8Array(0)): number {
  const { retryDelay } = decode('google.rpc.RetryInfo', value) as { retryDelay?: { seconds?: string; nanos?: number } }
  return Number(retryDelay?.seconds ?? 0) * 1000 + (retryDelay?.nanos ?? 0) / 1e6
}

function fieldViolations(value: Uint8Array = new Uint8Array(0)): NonNullable<RpcStatus['violations']> {
  const { fieldViolations: all = [] } = decode('google.rpc.BadRequest', value) as {
    fieldViolations?: { field?: string; description?: string }[]
  }
  return all.map(({ field = '', description = '' }) => ({ field, description }))
}

function encode(fullName: string, message: object): Uint8Array {
  const type = definitions().lookupType(fullName)
  return new Uint8Array(type.encode(type.fromObject(forReflection(message) as Record<string, unknown>)).finish())
}

function decode(fullName: string, bytes: Uint8Array): Record<string, unknown> {
  const type = definitions().lookupType(fullName)
  return type.toObject(type.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)), { longs: String })
}

/** protobufjs knows neither bigint nor hex ids: bigints become decimal text, ids bytes. */
function forReflection(value: unknown, field = ''): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'string' && ID_FIELDS.has(field)) return Buffer.from(value, 'hex')
  if (Array.isArray(value)) return value.map((item) => forReflection(item, field))
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, forReflection(item, key)]))
}

/** A backend may answer anything: what does not decode is no answer, not an exception. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

let loaded: protobuf.Root | undefined

function definitions(): protobuf.Root {
  if (loaded !== undefined) return loaded
  const { Root } = createRequire(import.meta.url)('protobufjs') as typeof protobuf
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const root = new Root()
  root.resolvePath = (_origin, target) => join(folder, target)
  root.loadSync([...FILES, 'google/rpc/status.proto'])
  root.resolveAll()
  loaded = root
  return root
}

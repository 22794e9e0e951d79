/**
 * The oracle: whole messages by protobufjs, which the hand walker is compared with and which other tests build their
 * requests from. Objects have the names of OTLP/JSON; ids may be hex text, times bigint.
 */
import { decodeRequest, encodeRequest } from '../../proto/messages.ts'
import type { LogsRequest, MetricsRequest, TracesRequest } from '../../proto/otlp.ts'

/** @example encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: '00…01', name: 'GET /' }] }] }] }) */
export const encodeTraces = (request: TracesRequest): Uint8Array => encodeRequest('traces', request)
export const encodeMetrics = (request: MetricsRequest): Uint8Array => encodeRequest('metrics', request)
export const encodeLogs = (request: LogsRequest): Uint8Array => encodeRequest('logs', request)

/** 64-bit numbers come back as decimal strings, ids as bytes. Throws on malformed bytes. */
export const decodeTraces = (bytes: Uint8Array): TracesRequest => decodeRequest('traces', bytes)
export const decodeMetrics = (bytes: Uint8Array): MetricsRequest => decodeRequest('metrics', bytes)
export const decodeLogs = (bytes: Uint8Array): LogsRequest => decodeRequest('logs', bytes)

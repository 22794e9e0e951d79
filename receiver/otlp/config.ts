import { z } from 'zod'
import { block, notBuiltIn, withoutEffect } from '../../component/block.ts'
import { duration } from '../../component/duration.ts'
import { listenProblem, transportConfig } from '../../component/listen.ts'
import { tlsServerConfig } from '../../component/tls.ts'

const MIB = 1_048_576
const noAuth = notBuiltIn('authenticators are not built in; use mutual TLS (tls.client_ca_file)')
const noMiddlewares = notBuiltIn('there are no middlewares')

/** Life of a gRPC connection; 0 means without limit. Defaults are grpc-go's but for the two that say so. */
const serverParameters = z.strictObject({
  /** Say goodbye to a connection without calls for so long. */
  max_connection_idle: duration().default(0),
  /**
   * Say goodbye to a connection after so long (±10 %), so that clients connect anew and spread over replicas. grpc-go
   * never does; gRPC clients then stick to one replica for ever.
   */
  max_connection_age: duration().default(600_000),
  /** How long calls may go on after the goodbye. grpc-go: without limit. */
  max_connection_age_grace: duration().default(60_000),
  /** Ask a silent client whether it is there after so long. */
  time: duration().default(7_200_000),
  /** Give up a client that has not answered within this. */
  timeout: duration().default(20_000),
})

const enforcementPolicy = z.strictObject({
  /** Clients may ask whether we are there this often. */
  min_time: duration().default(300_000),
  /** … also while no call is under way. */
  permit_without_stream: z.boolean().default(false),
})

const keepalive = z.strictObject({
  server_parameters: block(serverParameters),
  enforcement_policy: block(enforcementPolicy),
})

const grpc = z
  .strictObject({
    endpoint: z.string().default('localhost:4317'),
    transport: transportConfig.default('tcp'),
    tls: tlsServerConfig.nullish(),
    /** 0 means 4. */
    max_recv_msg_size_mib: z.int().min(0).max(1_024).default(4),
    /** Calls under way on one connection; 0 means 1000. */
    max_concurrent_streams: z.int().min(0).default(1_000),
    keepalive: block(keepalive),
    include_metadata: z.boolean().default(false),
    auth: noAuth,
    middlewares: noMiddlewares,
    /** Node sizes its buffers itself. */
    read_buffer_size: withoutEffect(),
    write_buffer_size: withoutEffect(),
  })
  .superRefine(checkEndpoint)

const cors = z.strictObject({
  /** Origins that may send from a browser; `*` stands for any text, `https://*.example.com`. None: no CORS. */
  allowed_origins: z.array(z.string()).default([]),
  allowed_headers: z.array(z.string()).default([]),
  exposed_headers: z.array(z.string()).default([]),
  /** How long a browser may remember the answer, seconds; 0 leaves it to the browser. */
  max_age: z.int().min(0).default(0),
})

const urlPath = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((path) => (path.startsWith('/') ? path : `/${path}`))

/** Content-Encodings that can be read; '' is none. */
const ALGORITHMS = ['', 'gzip', 'zstd', 'zlib', 'deflate'] as const

const http = z
  .strictObject({
    endpoint: z.string().default('localhost:4318'),
    transport: transportConfig.default('tcp'),
    tls: tlsServerConfig.nullish(),
    cors: block(cors),
    /** Bytes, before and after decompression; 0 means 20 MiB. */
    max_request_body_size: z
      .int()
      .min(0)
      .default(20 * MIB),
    include_metadata: z.boolean().default(false),
    response_headers: z.record(z.string(), z.string()).nullish(),
    compression_algorithms: z.array(z.enum(ALGORITHMS)).default([...ALGORITHMS]),
    /**
     * For the whole request, its headers, the answer, and the pause between requests; 0 means without limit. The
     * Collector has no limits here; requests that never end would be held for ever.
     */
    read_timeout: duration().default(300_000),
    read_header_timeout: duration().default(60_000),
    write_timeout: duration().default(0),
    idle_timeout: duration().default(0),
    keep_alives_enabled: z.boolean().default(true),
    traces_url_path: urlPath('/v1/traces'),
    metrics_url_path: urlPath('/v1/metrics'),
    logs_url_path: urlPath('/v1/logs'),
    auth: noAuth,
    middlewares: noMiddlewares,
  })
  .superRefine(checkEndpoint)

interface Listening {
  readonly endpoint: string
  readonly transport: z.infer<typeof transportConfig>
}

function checkEndpoint(config: Listening, context: z.RefinementCtx): void {
  const message = listenProblem(config.endpoint, config.transport)
  if (message !== undefined) context.addIssue({ code: 'custom', path: ['endpoint'], message })
}

const NO_PROTOCOL = 'must specify at least one protocol when using the OTLP receiver'

/** A protocol is on when its key is there, with or without anything under it. */
const protocols = z
  .strictObject({
    grpc: block(grpc).optional(),
    http: block(http).optional(),
  })
  .refine((config) => config.grpc !== undefined || config.http !== undefined, { error: NO_PROTOCOL })

/** `receivers.otlp`, with the Collector's keys. */
export const otlpReceiverConfig = block(
  z.strictObject({
    protocols: block(protocols),
    /**
     * Not in the Collector. Bytes of requests that have come in and are not answered yet, over both protocols. What
     * would exceed this is refused with a retryable answer before it is read.
     */
    max_in_flight_bytes: z
      .int()
      .min(MIB)
      .default(128 * MIB),
  }),
)

/** `receivers.otlp` as parsed; durations in milliseconds. */
export type OtlpReceiverConfig = z.infer<typeof otlpReceiverConfig>
/** `protocols.grpc` as parsed. */
export type GrpcConfig = NonNullable<OtlpReceiverConfig['protocols']['grpc']>
/** `protocols.http` as parsed. */
export type HttpConfig = NonNullable<OtlpReceiverConfig['protocols']['http']>
/** `protocols.grpc.keepalive` as parsed. */
export type KeepaliveConfig = GrpcConfig['keepalive']
/** `protocols.http.cors` as parsed. */
export type CorsConfig = HttpConfig['cors']

import { z } from 'zod'
import { block, notBuiltIn, withoutEffect } from '../../component/block.ts'
import { duration } from '../../component/duration.ts'
import { httpCompressionKeys } from '../../component/pack.ts'
import { sendingKeys } from '../../component/sending_queue/config.ts'
import { tlsClientConfig } from '../../component/tls.ts'

const url = z
  .string()
  .optional()
  .superRefine((text, context) => {
    if (text === undefined || text === '') return
    const parsed = URL.parse(text)
    const isHttp = parsed?.protocol === 'http:' || parsed?.protocol === 'https:'
    if (!isHttp)
      context.addIssue({ code: 'custom', message: 'endpoint must be a valid URL, such as http://backend:4318' })
  })

/** `exporters.otlp_http`, with the Collector's keys and defaults. */
export const otlpHttpConfig = block(
  z
    .strictObject({
      /** The base: `/v1/traces` and so on are added. */
      endpoint: url,
      /** The whole URL for one signal, taken as it is. */
      traces_endpoint: url,
      metrics_endpoint: url,
      logs_endpoint: url,
      encoding: z.enum(['proto', 'json']).default('proto'),
      /** `https://` decides whether there is TLS; `tls.insecure` is accepted and changes nothing. */
      tls: block(tlsClientConfig),
      headers: z.record(z.string(), z.string()).nullish(),
      /** For one attempt; 0 means without limit. */
      timeout: duration().default(30_000),
      ...httpCompressionKeys,
      ...sendingKeys,
      /** Connections that stay open without a request, and for how long. */
      max_idle_conns: z.int().min(0).default(100),
      max_idle_conns_per_host: z.int().min(0).default(0),
      idle_conn_timeout: duration().default(90_000),
      /** 0 means 256. */
      max_conns_per_host: z.int().min(0).default(0),
      disable_keep_alives: z.boolean().default(false),
      proxy_url: z.url().optional(),
      auth: notBuiltIn('authenticators are not built in; write the header under headers'),
      middlewares: notBuiltIn('there are no middlewares'),
      cookies: notBuiltIn('cookies are not kept'),
      profiles_endpoint: notBuiltIn('profiles are not supported'),
      /** Requests go by HTTP/1.1; Node sizes its buffers itself. */
      http2_read_idle_timeout: withoutEffect(),
      http2_ping_timeout: withoutEffect(),
      force_attempt_http2: withoutEffect(),
      read_buffer_size: withoutEffect(),
      write_buffer_size: withoutEffect(),
    })
    .superRefine((config, context) => {
      const { endpoint, traces_endpoint, metrics_endpoint, logs_endpoint } = config
      if (endpoint || traces_endpoint || metrics_endpoint || logs_endpoint) return
      context.addIssue({ code: 'custom', message: 'at least one endpoint must be specified' })
    }),
)

/** `exporters.otlp_http` as parsed; durations in milliseconds. */
export type OtlpHttpConfig = z.infer<typeof otlpHttpConfig>

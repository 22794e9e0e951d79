import { z } from 'zod'
import { block, notBuiltIn, withoutEffect } from '../../component/block.ts'
import { duration } from '../../component/duration.ts'
import { grpcCompressionKeys } from '../../component/pack.ts'
import { sendingKeys } from '../../component/sending_queue/config.ts'
import { tlsClientConfig } from '../../component/tls.ts'
import { parseTarget } from './target.ts'

/** Present: ask a silent server whether it is there. */
const keepalive = z.strictObject({
  /** Ask after so long. */
  time: duration({ min: 1_000 }).default(10_000),
  /** Give the connection up when no answer came within this. */
  timeout: duration({ min: 1 }).default(10_000),
  /** … also while no call is under way. */
  permit_without_stream: z.boolean().default(false),
})

/** `exporters.otlp_grpc`, with the Collector's keys and defaults. */
export const otlpGrpcConfig = block(
  z.strictObject({
    endpoint: z
      .string()
      .default('')
      .superRefine((endpoint, context) => {
        const target = parseTarget(endpoint)
        if (target.kind === 'wrong') context.addIssue({ code: 'custom', message: target.message })
      }),
    tls: block(tlsClientConfig),
    headers: z.record(z.string(), z.string()).nullish(),
    /** For one attempt; 0 means without limit. */
    timeout: duration().default(5_000),
    ...grpcCompressionKeys,
    ...sendingKeys,
    keepalive: block(keepalive).optional(),
    user_agent: z.string().optional(),
    /** The `:authority` to send, instead of the endpoint's. */
    authority: z.string().optional(),
    /** Calls wait for a connection until their timeout, instead of failing while there is none. */
    wait_for_ready: z.boolean().default(false),
    /** `round_robin` over all addresses of the name, or `pick_first`. */
    balancer_name: z.enum(['round_robin', 'pick_first']).default('round_robin'),
    auth: notBuiltIn('authenticators are not built in; write the header under headers'),
    middlewares: notBuiltIn('there are no middlewares'),
    /** Node sizes its buffers itself. */
    read_buffer_size: withoutEffect(),
    write_buffer_size: withoutEffect(),
  }),
)

/** `exporters.otlp_grpc` as parsed; durations in milliseconds. */
export type OtlpGrpcConfig = z.infer<typeof otlpGrpcConfig>

import { z } from 'zod'
import { block, notBuiltIn } from '../../component/block.ts'
import { duration } from '../../component/duration.ts'
import { listenProblem, transportConfig } from '../../component/listen.ts'
import { tlsServerConfig } from '../../component/tls.ts'

/** The Collector's keys, defaults and error texts. */
export const healthCheckConfig = block(
  z
    .strictObject({
      /** Where to listen. In a container say `${env:MY_POD_IP}:13133`: probes do not come from localhost. */
      endpoint: z.string().default('localhost:13133'),
      transport: transportConfig.default('tcp'),
      tls: tlsServerConfig.optional(),
      auth: notBuiltIn('probes cannot authenticate themselves'),
      /** `/` answers on every path, any other only on itself. */
      path: z.string().startsWith('/', 'bad config: path must start with /').default('/'),
      /** Bodies to answer with instead of the usual JSON. */
      response_body: block(
        z.strictObject({ healthy: z.string().default(''), unhealthy: z.string().default('') }),
      ).optional(),
      /** Of the Collector's; it has been without effect there for years, and is only taken when it is off. */
      check_collector_pipeline: block(
        z.strictObject({
          enabled: z
            .literal(false, { error: 'is not supported: watch otelcol_exporter_send_failed_* instead' })
            .default(false),
          interval: duration().default(300_000),
          exporter_failure_threshold: z
            .int()
            .positive('bad config: exporter_failure_threshold expects a positive number')
            .default(5),
        }),
      ).prefault({}),
    })
    .superRefine(({ endpoint, transport }, context) => {
      const message = endpoint === '' ? 'bad config: endpoint must be specified' : listenProblem(endpoint, transport)
      if (message !== undefined) context.addIssue({ code: 'custom', path: ['endpoint'], message })
    }),
)

/** All keys, defaults filled in; times in milliseconds. */
export type HealthCheckConfig = z.output<typeof healthCheckConfig>

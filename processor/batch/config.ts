import { z } from 'zod'
import { block } from '../../component/block.ts'
import { duration } from '../../component/duration.ts'

const uint32 = z.int().min(0).max(4_294_967_295)

/** The Collector's keys, defaults and error texts; `max_held_mib` is our own. */
export const batchConfig = block(
  z
    .strictObject({
      /** A batch goes on when it holds so many items. */
      send_batch_size: uint32.default(8192),
      /** … or when so much time has passed since its first, milliseconds; 0 = do not wait for more. */
      timeout: duration({ min: Number.NEGATIVE_INFINITY }).default(200),
      /** The most items in a batch; requests are cut to keep it; 0 = no most. */
      send_batch_max_size: uint32.default(0),
      /** Requests are batched apart by the values of these headers. */
      metadata_keys: z.array(z.string()).default([]),
      /** The most combinations of such values that are waiting at the same time; 0 = no most. */
      metadata_cardinality_limit: uint32.default(1000),
      /** The most that is held, MiB; beyond it newcomers are refused. */
      max_held_mib: z.number().positive().default(64),
    })
    .superRefine((config, context) => {
      const wrong = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
      if (config.timeout < 0) wrong('timeout', 'timeout must be greater or equal to 0')
      if (config.send_batch_max_size > 0 && config.send_batch_max_size < config.send_batch_size) {
        wrong('send_batch_max_size', 'send_batch_max_size must be greater or equal to send_batch_size')
      }
      const keys = config.metadata_keys.map((key) => key.toLowerCase())
      const twice = keys.find((key, i) => keys.indexOf(key) !== i)
      if (twice !== undefined) {
        wrong('metadata_keys', `duplicate entry in metadata_keys: ${JSON.stringify(twice)} (case-insensitive)`)
      }
    }),
)

/** All keys, defaults filled in; times in milliseconds. */
export type BatchConfig = z.output<typeof batchConfig>

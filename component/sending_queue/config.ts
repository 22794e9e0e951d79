import { z } from 'zod'
import { block, notBuiltIn } from '../block.ts'
import { retryConfig } from '../retry.ts'

const MIB = 1_048_576

/** `sending_queue`, with the Collector's keys and defaults. */
export const queueConfig = z.strictObject({
  /** Without it, senders wait for the backend's answer and get it. */
  enabled: z.boolean().default(true),
  /** Requests under way to the backend at once. */
  num_consumers: z.int().min(1, { error: '`num_consumers` must be positive' }).max(10_000).default(10),
  /** What fits, in units of `sizer`, requests under way included. */
  queue_size: z.int().min(1, { error: '`queue_size` must be positive' }).default(1_000),
  sizer: z
    .enum(['requests', 'items', 'bytes'], { error: 'unsupported sizer: use "requests", "items" or "bytes"' })
    .default('requests'),
  /** Not in the Collector. Bytes that fit whatever the sizer says, so that 1000 large requests cannot fill the memory. */
  max_bytes: z
    .int()
    .min(1)
    .default(512 * MIB),
  /** When full: let the sender wait, instead of refusing. */
  block_on_overflow: z.boolean().default(false),
  /** Tell the sender what the backend said, instead of saying yes as soon as the request is in the queue. */
  wait_for_result: z.boolean().default(false),
  storage: notBuiltIn('there is no storage extension; what is queued lives in memory'),
  batch: notBuiltIn('use the batch processor'),
})

/** `sending_queue` as parsed. */
export type QueueConfig = z.infer<typeof queueConfig>

/** Keys of exporters about how they send. */
export const sendingKeys = {
  sending_queue: block(queueConfig),
  retry_on_failure: block(retryConfig),
}

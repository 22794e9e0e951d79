import { z } from 'zod'
import { block, withoutEffect } from '../../component/block.ts'
import { duration } from '../../component/duration.ts'

const mib = z.int().min(0).max(4_294_967_295)
const percentage = z.int().min(0)

/**
 * The Collector's keys, defaults and error texts. The four `…_gc_interval_…` keys are taken and have no effect: we
 * never force a collection.
 */
export const memoryLimiterConfig = block(
  z
    .strictObject({
      /** How often memory is measured, milliseconds. */
      check_interval: duration({ min: Number.NEGATIVE_INFINITY }).default(0),
      /** The most the process may use, MiB; 0 = look at `limit_percentage`. */
      limit_mib: mib.default(0),
      /** Refusals begin so much below the limit, MiB; 0 = a fifth of the limit. */
      spike_limit_mib: mib.default(0),
      /** The same two, as percent of what the control group or the machine has. */
      limit_percentage: percentage.default(0),
      spike_limit_percentage: percentage.default(0),
      min_gc_interval_when_soft_limited: withoutEffect(),
      min_gc_interval_when_hard_limited: withoutEffect(),
      max_gc_interval_when_soft_limited: withoutEffect(),
      max_gc_interval_when_hard_limited: withoutEffect(),
    })
    .superRefine((config, context) => {
      const wrong = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
      if (config.check_interval <= 0) wrong('check_interval', "'check_interval' must be greater than zero")
      if (config.limit_mib === 0 && config.limit_percentage === 0) {
        wrong('limit_mib', "'limit_mib' or 'limit_percentage' must be greater than zero")
      }
      for (const key of ['limit_percentage', 'spike_limit_percentage'] as const) {
        if (config[key] > 100) wrong(key, OUT_OF_HUNDRED)
      }
      if (config.limit_mib > 0 && config.limit_mib <= config.spike_limit_mib) {
        wrong('spike_limit_mib', "'spike_limit_mib' must be smaller than 'limit_mib'")
      }
      if (config.limit_percentage > 0 && config.limit_percentage <= config.spike_limit_percentage) {
        wrong('spike_limit_percentage', "'spike_limit_percentage' must be smaller than 'limit_percentage'")
      }
    }),
)

const OUT_OF_HUNDRED =
  "'limit_percentage' and 'spike_limit_percentage' must be greater than zero and less than or equal to hundred"

/** All keys, defaults filled in; times in milliseconds. */
export type MemoryLimiterConfig = z.output<typeof memoryLimiterConfig>

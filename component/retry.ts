import { z } from 'zod'
import { duration } from './duration.ts'

/** `retry_on_failure`, with the Collector's keys and defaults. */
export const retryConfig = z.strictObject({
  enabled: z.boolean().default(true),
  /** Wait before the first repetition. */
  initial_interval: duration().default(5_000),
  /** Spread of every wait: 0.5 means between half and one and a half. */
  randomization_factor: z.number().min(0).max(1).default(0.5),
  multiplier: z.number().min(1).default(1.5),
  max_interval: duration().default(30_000),
  /** Give up after this; 0 means never. */
  max_elapsed_time: duration().default(300_000),
})

/** `retry_on_failure` as parsed; durations in milliseconds. */
export type RetryConfig = z.infer<typeof retryConfig>

/** How the repetitions of one request go on. */
export interface Backoff {
  readonly startedMs: number
  /** Middle of the next wait. */
  readonly intervalMs: number
}

/** Before the first attempt. */
export function startBackoff(config: RetryConfig, nowMs: number): Backoff {
  return { startedMs: nowMs, intervalMs: config.initial_interval }
}

/** Wait so long and try again, or leave it. */
export type NextTry =
  | { readonly kind: 'wait'; readonly waitMs: number; readonly backoff: Backoff }
  | { readonly kind: 'give_up' }

/**
 * The wait before the next repetition: exponential, spread by chance so that many senders do not come back at once,
 * and never shorter than the receiver asked for.
 *
 * @param chance uniform in [0, 1).
 * @param retryAfterMs what the receiver asked for, if anything.
 */
export function nextTry(
  config: RetryConfig,
  backoff: Backoff,
  nowMs: number,
  chance: number,
  retryAfterMs: number | undefined,
): NextTry {
  const spread = config.randomization_factor * backoff.intervalMs
  const waitMs = Math.max(retryAfterMs ?? 0, backoff.intervalMs - spread + 2 * spread * chance)
  const elapsedMs = nowMs - backoff.startedMs
  if (config.max_elapsed_time > 0 && elapsedMs + waitMs > config.max_elapsed_time) return { kind: 'give_up' }
  const intervalMs = Math.min(config.max_interval, backoff.intervalMs * config.multiplier)
  return { kind: 'wait', waitMs, backoff: { startedMs: backoff.startedMs, intervalMs } }
}

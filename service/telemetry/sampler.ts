import type { Clock, LogLevel } from '../../component/env.ts'
import type { LogsConfig } from '../config/telemetry_schema.ts'

/** So many different messages are counted within one tick; further ones are written unsampled. */
export const SAMPLED_MESSAGES_MAX = 4_096

/** Whether to write this line. */
export type Sampler = (level: LogLevel, message: string) => boolean

/**
 * Keeps a flood of equal lines from filling the disk: of each level and message the first `initial` lines in a tick are
 * written, then every `thereafter`-th, as zap's sampler does; `thereafter` 0 drops all others.
 */
export function createSampler(config: LogsConfig['sampling'], clock: Clock): Sampler {
  if (!config.enabled) return () => true
  const counts = new Map<string, number>()
  let tickEndMs = Number.NEGATIVE_INFINITY
  return (level, message) => {
    const nowMs = clock.elapsedMs()
    if (nowMs >= tickEndMs) {
      counts.clear()
      tickEndMs = nowMs + config.tick
    }
    const key = `${level} ${message}`
    const seen = counts.get(key)
    if (seen === undefined && counts.size >= SAMPLED_MESSAGES_MAX) return true
    const count = (seen ?? 0) + 1
    counts.set(key, count)
    if (count <= config.initial) return true
    return config.thereafter > 0 && (count - config.initial) % config.thereafter === 0
  }
}

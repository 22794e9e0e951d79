import type { MemoryLimiterConfig } from './config.ts'

const MIB = 1_048_576

/** Both in bytes of resident memory; above `softBytes` we refuse. */
export interface Limits {
  readonly hardBytes: number
  readonly softBytes: number
}

/**
 * `limit_mib` wins over `limit_percentage`, as in the Collector. Without a spike limit the soft limit lies a fifth
 * below the hard one.
 *
 * @param totalBytes what percentages are percentages of.
 * @example limitsOf({ limit_mib: 100, … }, 0) // => { hardBytes: 104_857_600, softBytes: 83_886_080 }
 */
export function limitsOf(config: MemoryLimiterConfig, totalBytes: number): Limits {
  const fixed = config.limit_mib > 0
  const hardBytes = fixed ? config.limit_mib * MIB : Math.floor((config.limit_percentage * totalBytes) / 100)
  const spikeBytes = fixed
    ? config.spike_limit_mib * MIB
    : Math.floor((config.spike_limit_percentage * totalBytes) / 100)
  return { hardBytes, softBytes: hardBytes - (spikeBytes > 0 ? spikeBytes : Math.floor(hardBytes / 5)) }
}

import type { Component, Consumer, ProcessorFactory, Settings } from '../../component/component.ts'
import { itemCounter } from '../../component/item_counter.ts'
import { unavailable } from '../../component/outcome.ts'
import type { Signal } from '../../component/payload.ts'
import { type MemoryLimiterConfig, memoryLimiterConfig } from './config.ts'
import { limitsOf } from './limits.ts'
import { type MemoryProbe, processMemory } from './process_memory.ts'

const MIB = 1_048_576

/**
 * Sends telemetry back while the process uses too much memory, so that senders slow down or go elsewhere before the
 * process is killed. Belongs first in every pipeline.
 */
export const memoryLimiterProcessor: ProcessorFactory<MemoryLimiterConfig> = {
  kind: 'processor',
  type: 'memory_limiter',
  stability: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  config: memoryLimiterConfig,
  create: (settings, signal, config, next) => createMemoryLimiter(settings, signal, config, next, processMemory),
}

/** As the factory makes it, with the measuring of memory as an argument. */
export function createMemoryLimiter(
  settings: Settings,
  signal: Signal,
  config: MemoryLimiterConfig,
  next: Consumer,
  memory: MemoryProbe,
): Component & Consumer {
  const { clock, log, meter } = settings.env
  const attributes = { processor: settings.id }
  const countAccepted = itemCounter(meter, 'otelcol_processor_memory_limiter_accepted', signal, attributes)
  const countRefused = itemCounter(meter, 'otelcol_processor_memory_limiter_refused', signal, attributes)
  let refusing = false
  let softBytes = Number.POSITIVE_INFINITY
  let cancel = () => {}

  function check(): void {
    const usedBytes = memory.usedBytes()
    if (usedBytes > softBytes !== refusing) {
      refusing = !refusing
      const fields = { cur_mem_mib: Math.round(usedBytes / MIB), soft_limit_mib: Math.round(softBytes / MIB) }
      if (refusing) log.warn('Memory usage is above soft limit. Refusing data.', fields)
      else log.info('Memory usage back within limits. Resuming normal operation.', fields)
    }
    cancel = clock.after(config.check_interval, check)
  }

  return {
    async start() {
      const limits = limitsOf(config, await memory.availableBytes())
      softBytes = limits.softBytes
      log.info('Memory limiter configured', {
        limit_mib: Math.round(limits.hardBytes / MIB),
        spike_limit_mib: Math.round((limits.hardBytes - limits.softBytes) / MIB),
        check_interval_ms: config.check_interval,
      })
      check()
    },
    async shutdown() {
      cancel()
    },
    async consume(payload) {
      if (refusing) {
        countRefused(payload.items)
        return unavailable('data refused due to high memory usage')
      }
      countAccepted(payload.items)
      return next.consume(payload)
    },
  }
}

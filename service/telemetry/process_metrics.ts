import type { Meter } from '@opentelemetry/api'
import type { Clock } from '../../component/env.ts'

/** What we ask of the process; a part of Node's own. */
export interface ProcessProbe {
  cpuUsage(): { readonly user: number; readonly system: number }
  memoryUsage(): {
    readonly rss: number
    readonly heapTotal: number
    readonly heapUsed: number
    readonly external: number
  }
}

/**
 * The Collector's metrics of the process, as far as V8 has the like. `otelcol_process_runtime_total_alloc_bytes` is
 * missing: V8 does not count what it has allocated since the start.
 */
export function observeProcess(meter: Meter, probe: ProcessProbe, clock: Clock): void {
  const startMs = clock.elapsedMs()
  meter
    .createObservableCounter('otelcol_process_uptime', { description: 'Uptime of the process', unit: 's' })
    .addCallback((result) => result.observe((clock.elapsedMs() - startMs) / 1_000))
  meter
    .createObservableCounter('otelcol_process_cpu_seconds', {
      description: 'Total CPU user and system time in seconds',
      unit: 's',
    })
    .addCallback((result) => {
      const { user, system } = probe.cpuUsage()
      result.observe((user + system) / 1e6)
    })
  meter
    .createObservableGauge('otelcol_process_memory_rss', {
      description: 'Total physical memory (resident set size)',
      unit: 'By',
    })
    .addCallback((result) => result.observe(probe.memoryUsage().rss))
}

/** The part that each thread has of its own: its heap. */
export function observeHeap(meter: Meter, probe: ProcessProbe): void {
  meter
    .createObservableGauge('otelcol_process_runtime_heap_alloc_bytes', {
      description: 'Bytes of allocated heap objects',
      unit: 'By',
    })
    .addCallback((result) => result.observe(probe.memoryUsage().heapUsed))
  meter
    .createObservableGauge('otelcol_process_runtime_total_sys_memory_bytes', {
      description: 'Total bytes of memory obtained from the OS by the runtime',
      unit: 'By',
    })
    .addCallback((result) => {
      const { heapTotal, external } = probe.memoryUsage()
      result.observe(heapTotal + external)
    })
}

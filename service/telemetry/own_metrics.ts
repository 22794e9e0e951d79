import type { Meter } from '@opentelemetry/api'
import { MeterProvider, MetricReader, type ScopeMetrics } from '@opentelemetry/sdk-metrics'
import { BUILD } from '../build.ts'

/** What one thread counts of itself. */
export interface OwnMetrics {
  readonly meter: Meter
  /** Everything counted since the thread began. */
  collect(): Promise<readonly ScopeMetrics[]>
}

/** Owns nothing but what its base class needs: reads when asked, never of itself. */
class AskedReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** Instruments of a thread, and a reader that reads when asked. */
export function createOwnMetrics(): OwnMetrics {
  const reader = new AskedReader()
  const provider = new MeterProvider({ readers: [reader] })
  return {
    meter: provider.getMeter(BUILD.name, BUILD.version),
    async collect() {
      const { resourceMetrics } = await reader.collect()
      return resourceMetrics.scopeMetrics
    },
  }
}

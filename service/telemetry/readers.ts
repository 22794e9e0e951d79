import { resourceFromAttributes } from '@opentelemetry/resources'
import type { ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics'
import type { Clock, Log } from '../../component/env.ts'
import { BUILD } from '../build.ts'
import type { MetricsConfig, ReaderConfig } from '../config/telemetry_schema.ts'
import { combine } from './combine.ts'
import { toldAt, trimmed } from './level.ts'

/** Readers that are open. */
export interface Readers {
  close(): Promise<void>
}

/** What all threads of the process have counted. */
export type CollectThreads = () => Promise<readonly (readonly ScopeMetrics[])[]>

/** Opens every reader of the configuration. Rejects, with none left open, when one cannot be. */
export async function openReaders(
  config: MetricsConfig,
  resource: Readonly<Record<string, string>>,
  collect: CollectThreads,
  clock: Clock,
  log: Log,
): Promise<Readers> {
  const metrics = async (): Promise<ResourceMetrics> => {
    const trimmedThreads = (await collect()).map((scopes) => scopes.map((scope) => atLevel(config, scope)))
    const scope = { name: BUILD.name, version: BUILD.version }
    const scopeMetrics = [{ scope, metrics: [...combine(trimmedThreads)] }]
    return { resource: resourceFromAttributes({ ...resource }), scopeMetrics }
  }
  const open: Readers[] = []
  const readers: Readers = { close: async () => void (await Promise.all(open.map((one) => one.close()))) }
  try {
    for (const reader of config.level === 'none' ? [] : config.readers)
      open.push(await openReader(reader, metrics, clock, log))
    return readers
  } catch (error) {
    await readers.close()
    throw error
  }
}

function atLevel({ level }: MetricsConfig, scope: ScopeMetrics): ScopeMetrics {
  const metrics = scope.metrics.filter((metric) => toldAt(level, metric.descriptor.name))
  return { ...scope, metrics: metrics.map((metric) => trimmed(level, metric)) }
}

async function openReader(
  { pull, periodic }: ReaderConfig,
  metrics: () => Promise<ResourceMetrics>,
  clock: Clock,
  log: Log,
): Promise<Readers> {
  if (periodic !== undefined) {
    const { startPush } = await import('./otlp_push.ts')
    return startPush(periodic, metrics, clock, log)
  }
  const { prometheus } = pull!.exporter
  const { servePrometheus } = await import('./prometheus_server.ts')
  try {
    const server = await servePrometheus(prometheus.host, prometheus.port, async () => {
      // Whoever is never scraped does not need it, and a start need not wait for it.
      const { prometheusText } = await import('./prometheus_text.ts')
      return prometheusText(await metrics(), prometheus)
    })
    log.info('Serving metrics', { address: `${prometheus.host}:${server.port}` })
    return server
  } catch (error) {
    const address = `${prometheus.host}:${prometheus.port}`
    throw new Error(`binding address ${address} for Prometheus exporter: ${(error as Error).message}`, { cause: error })
  }
}

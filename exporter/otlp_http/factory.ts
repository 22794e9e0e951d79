import type { ExporterFactory } from '../../component/component.ts'
import { createSender } from '../../component/sending_queue/sender.ts'
import { type OtlpHttpConfig, otlpHttpConfig } from './config.ts'
import { createHttpTransport } from './transport.ts'

/** OTLP over HTTP to a backend. */
export const otlpHttpExporter: ExporterFactory<OtlpHttpConfig> = {
  kind: 'exporter',
  type: 'otlp_http',
  deprecatedTypes: ['otlphttp'],
  stability: { traces: 'stable', metrics: 'stable', logs: 'stable' },
  config: otlpHttpConfig,
  create: (settings, signal, config) =>
    createSender(settings, signal, config, createHttpTransport(settings, signal, config)),
}

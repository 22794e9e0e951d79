import type { ExporterFactory } from '../../component/component.ts'
import { createSender } from '../../component/sending_queue/sender.ts'
import { type OtlpGrpcConfig, otlpGrpcConfig } from './config.ts'
import { createGrpcTransport } from './transport.ts'

/** OTLP over gRPC to a backend. */
export const otlpGrpcExporter: ExporterFactory<OtlpGrpcConfig> = {
  kind: 'exporter',
  type: 'otlp_grpc',
  deprecatedTypes: ['otlp'],
  stability: { traces: 'stable', metrics: 'stable', logs: 'stable' },
  config: otlpGrpcConfig,
  create: (settings, signal, config) =>
    createSender(settings, signal, config, createGrpcTransport(settings, signal, config)),
}

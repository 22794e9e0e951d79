import type { Catalogue, CatalogueEntry, FactoryIn, Section } from './config/catalogue.ts'

/**
 * Everything that is built in. The code of a component is loaded when a configuration names it, so that
 * `leakmesh --version` answers at once.
 */
export const REGISTRY: Catalogue = {
  receivers: [entry('otlp', [], async () => (await import('../receiver/otlp/factory.ts')).otlpReceiver)],
  processors: [
    entry('batch', [], async () => (await import('../processor/batch/factory.ts')).batchProcessor),
    entry(
      'memory_limiter',
      [],
      async () => (await import('../processor/memory_limiter/factory.ts')).memoryLimiterProcessor,
    ),
  ],
  exporters: [
    entry('debug', [], async () => (await import('../exporter/debug/factory.ts')).debugExporter),
    entry('file', [], async () => (await import('../exporter/file/factory.ts')).fileExporter),
    entry('nop', [], async () => (await import('../exporter/nop/factory.ts')).nopExporter),
    entry('otlp_grpc', ['otlp'], async () => (await import('../exporter/otlp_grpc/factory.ts')).otlpGrpcExporter),
    entry('otlp_http', ['otlphttp'], async () => (await import('../exporter/otlp_http/factory.ts')).otlpHttpExporter),
  ],
  connectors: [
    entry('forward', [], async () => (await import('../connector/forward/factory.ts')).forwardConnector),
    entry(
      'leak_detector',
      [],
      async () => (await import('../connector/leak_detector/factory.ts')).leakDetectorConnector,
    ),
  ],
  extensions: [
    entry('health_check', [], async () => (await import('../extension/health_check/factory.ts')).healthCheckExtension),
  ],
}

function entry<S extends Section>(
  type: string,
  deprecated: readonly string[],
  load: () => Promise<FactoryIn[S]>,
): CatalogueEntry<S> {
  return { type, deprecated, load }
}

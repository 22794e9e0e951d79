import type { Catalogue, CatalogueEntry, FactoryIn, Section } from './config/catalogue.ts'

/**
 * Everything that is built in. The code of a component is loaded when a configuration names it, so that
 * `leakmesh --version` answers at once.
 */
export const REGISTRY: Catalogue = {
  receivers: [],
  processors: [
    entry(
      'memory_limiter',
      [],
      async () => (await import('../processor/memory_limiter/factory.ts')).memoryLimiterProcessor,
    ),
  ],
  exporters: [entry('nop', [], async () => (await import('../exporter/nop/factory.ts')).nopExporter)],
  connectors: [entry('forward', [], async () => (await import('../connector/forward/factory.ts')).forwardConnector)],
  extensions: [],
}

function entry<S extends Section>(
  type: string,
  deprecated: readonly string[],
  load: () => Promise<FactoryIn[S]>,
): CatalogueEntry<S> {
  return { type, deprecated, load }
}

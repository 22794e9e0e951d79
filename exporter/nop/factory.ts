import type { ExporterFactory } from '../../component/component.ts'
import { itemCounter } from '../../component/item_counter.ts'
import { accepted } from '../../component/outcome.ts'
import { type NopConfig, nopConfig } from './config.ts'

/** Takes everything and keeps nothing: for measuring what stands before it, and for pipelines that only feed a connector. */
export const nopExporter: ExporterFactory<NopConfig> = {
  kind: 'exporter',
  type: 'nop',
  stability: { traces: 'stable', metrics: 'stable', logs: 'stable' },
  config: nopConfig,
  create({ id, env }, signal) {
    const countSent = itemCounter(env.meter, 'otelcol_exporter_sent', signal, { exporter: id })
    return {
      async start() {},
      async shutdown() {},
      async consume(payload) {
        countSent(payload.items)
        return accepted
      },
    }
  },
}

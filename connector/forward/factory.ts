import type { ConnectorFactory } from '../../component/component.ts'
import { type ForwardConfig, forwardConfig } from './config.ts'

/** Ends some pipelines and begins others of the same signal: joins them, or lets one branch. Adds nothing, keeps nothing. */
export const forwardConnector: ConnectorFactory<ForwardConfig> = {
  kind: 'connector',
  type: 'forward',
  stability: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  config: forwardConfig,
  converts: { traces: ['traces'], metrics: ['metrics'], logs: ['logs'] },
  create(_settings, _config, next) {
    return { inputs: next, async start() {}, async shutdown() {} }
  },
}

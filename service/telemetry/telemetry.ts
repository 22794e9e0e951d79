import type { Meter } from '@opentelemetry/api'
import type { Clock } from '../../component/env.ts'
import type { TelemetryConfig } from '../config/telemetry_schema.ts'
import { errorText, type Started } from '../pipelines/life.ts'
import { createLog, type RootLog } from './log.ts'
import { type Output, openOutput } from './output.ts'
import { createOwnMetrics } from './own_metrics.ts'
import { observeHeap, observeProcess, type ProcessProbe } from './process_metrics.ts'
import { type CollectThreads, openReaders, type Readers } from './readers.ts'
import { ownResource } from './resource.ts'

/** What the process tells of itself: its log and its metrics. */
export interface Telemetry {
  readonly log: RootLog
  readonly meter: Meter
  /** Tells by another configuration from now on; when that fails, by the old one. */
  apply(config: TelemetryConfig): Promise<Started>
  /** Further threads whose metrics are to be added to this one's. */
  alsoCollect(threads: CollectThreads): void
  shutdown(): Promise<void>
}

/** What telemetry of oneself needs from outside. */
export interface TelemetryOptions {
  readonly clock: Clock
  readonly probe: ProcessProbe
  /** `service.instance.id` unless configured. */
  readonly instanceId: string
}

interface Applied {
  readonly config: TelemetryConfig
  readonly output: Output
  readonly readers: Readers
}

const NO_READERS: Readers = { close: async () => {} }

/** @param config is not looked at for metrics until `apply`. Throws when a log file cannot be opened. */
export function createTelemetry(config: TelemetryConfig, { clock, probe, instanceId }: TelemetryOptions): Telemetry {
  const own = createOwnMetrics()
  observeProcess(own.meter, probe, clock)
  observeHeap(own.meter, probe)
  let others: CollectThreads = async () => []
  const collect: CollectThreads = async () => [await own.collect(), ...(await others())]
  const firstOutput = openOutput(config.logs.output_paths)
  const log = createLog(rulesOf(config, firstOutput, instanceId), clock)
  const first: Applied = { config, output: firstOutput, readers: NO_READERS }
  let applied = first

  async function open(next: TelemetryConfig): Promise<Applied> {
    const output = openOutput(next.logs.output_paths)
    try {
      const resource = ownResource(next.resource, instanceId)
      const readers = await openReaders(next.metrics, resource, collect, clock, log.child('telemetry', {}))
      log.reconfigure(rulesOf(next, output, instanceId))
      return { config: next, output, readers }
    } catch (error) {
      output.close()
      throw error
    }
  }

  /** What was told by before, unless that cannot be had any more. */
  async function reopen(before: Applied): Promise<Applied> {
    if (before === first) return before
    try {
      const again = await open(before.config)
      before.output.close()
      return again
    } catch {
      return { ...before, readers: NO_READERS }
    }
  }

  return {
    log,
    meter: own.meter,
    async apply(next) {
      const before = applied
      await before.readers.close()
      try {
        applied = await open(next)
        before.output.close()
        return { ok: true }
      } catch (error) {
        const message = `failed to create meter provider: ${errorText(error)}`
        applied = await reopen(before)
        return { ok: false, message }
      }
    },
    alsoCollect(threads) {
      others = threads
    },
    shutdown: () => applied.readers.close(),
  }
}

function rulesOf(config: TelemetryConfig, output: Output, instanceId: string) {
  return { config: config.logs, resource: ownResource(config.resource, instanceId), write: output.write }
}

import { hostname } from 'node:os'
import type { Component, ConnectorFactory, Consumer, Feeder, Gatherer, Settings } from '../../component/component.ts'
import type { Signal } from '../../component/payload.ts'
import { encodeBatch } from '../../processor/leak_detector/batch/codec.ts'
import { createEngine } from '../../processor/leak_detector/engine/engine.ts'
import type { FindingEvent } from '../../processor/leak_detector/finding/finding.ts'
import { engineSettings, type LeakDetectorConfig, leakDetectorConfig } from './config.ts'
import { createIngest, type Ingest } from './ingest.ts'
import { meterEngine, meterIngest } from './own_metrics.ts'
import { createReporter } from './report.ts'

/**
 * Watches the telemetry of the pipelines that end in it for memory leaks; the pipelines that begin with it carry what it
 * finds: logs (a record for each change of a finding), metrics (open findings), traces (one for each episode).
 *
 * Time is that of the data: when no data comes, nothing happens.
 */
export const leakDetectorConnector: ConnectorFactory<LeakDetectorConfig> = {
  kind: 'connector',
  type: 'leak_detector',
  gathers: true,
  stability: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  config: leakDetectorConfig,
  converts: { traces: ['logs', 'metrics', 'traces'], metrics: ['logs', 'metrics', 'traces'] },
  create(settings, config, next) {
    const { sendBatch } = settings.host
    return sendBatch === undefined
      ? createDetector(settings, config, next)
      : createFeeder(settings, config, (bytes) => sendBatch(settings.id, bytes))
  },
}

type Connector = Component & Record<'inputs', Partial<Record<Signal, Consumer>>>

/** How often what was observed is gathered, and steps are closed. */
const TICK_MS = 1_000

/** The part that runs in each ingest thread: reads, and posts batches to the engine's thread when that asks. */
function createFeeder(
  settings: Settings,
  config: LeakDetectorConfig,
  send: (bytes: Uint8Array) => void,
): Connector & Feeder {
  const ingest = createIngest(ingestSettings(settings, config), (batch) => send(encodeBatch(batch)))
  meterIngest(settings.env.meter, ingest, { connector: settings.id })
  const withdraw = offerLooks(settings, ingest)
  return {
    inputs: ingest.inputs,
    handOn: ingest.drain,
    async start() {},
    async shutdown() {
      withdraw()
      ingest.drain()
    },
  }
}

/**
 * The part that holds the engine; in a process of one thread it reads the telemetry as well.
 *
 * Time moves on a tick after it was heard of. Senders that catch up after an outage send minutes of data within
 * milliseconds, each at its own pace, and of several threads one may hand on what is new before another hands on what is
 * older: what comes within a tick of newer data is not late, whatever its age and whichever thread took it.
 */
function createDetector(
  settings: Settings,
  config: LeakDetectorConfig,
  next: Partial<Record<Signal, Consumer>>,
): Connector & Gatherer {
  const { env, id } = settings
  const engine = createEngine(engineSettings(config))
  const reporter = createReporter(settings, engine, next, config.warn_services)
  const events: FindingEvent[] = []
  const backlogMs = (engine.settings.openStepsMax / 2) * config.step
  let heardMs = Number.NEGATIVE_INFINITY

  /** Only so many steps can be open at a time: from a longer backlog the oldest are closed at once. */
  function makeRoom(): void {
    events.push(...engine.advance(engine.heardMs - backlogMs))
  }

  const ingest = createIngest(ingestSettings(settings, config), (batch) => {
    engine.merge(batch)
    makeRoom()
  })
  meterIngest(env.meter, ingest, { connector: id })
  meterEngine(env.meter, engine, reporter, { connector: id })
  const stops = [offerLooks(settings, ingest)]

  async function tell(): Promise<void> {
    await settings.host.gather?.()
    ingest.drain()
    events.push(...engine.advance(heardMs))
    heardMs = engine.heardMs
    await reporter.tell(events.splice(0))
  }

  return {
    inputs: ingest.inputs,
    merge(bytes) {
      if (!engine.merge(bytes)) env.log.warn('a batch of an ingest thread could not be read')
      makeRoom()
    },
    async start() {
      stops.push(
        every(settings, tell),
        every(settings, () => reporter.measure(), config.report_interval),
      )
    },
    async shutdown() {
      for (const stop of stops.splice(0)) stop()
      await tell()
      await reporter.tell(engine.advance())
      await reporter.measure()
    },
  }
}

function ingestSettings({ env, host }: Settings, config: LeakDetectorConfig): Parameters<typeof createIngest>[0] {
  const origin = { node: hostname(), thread: host.thread, incarnation: env.clock.nowMs() }
  return { origin, stepMs: config.step }
}

function offerLooks({ host }: Settings, { looks }: Ingest): () => void {
  const withdrawals = (['traces', 'metrics'] as const).map((signal) => host.firstLook.offer(signal, looks[signal]))
  return () => {
    for (const withdraw of withdrawals) withdraw()
  }
}

/** Runs `task` again and again, the next time once it has ended. Returns what stops it. */
function every({ env }: Settings, task: () => Promise<void>, everyMs = TICK_MS): () => void {
  let cancel = () => {}
  let isStopped = false
  const arm = () => {
    cancel = env.clock.after(everyMs, () => {
      task().finally(() => {
        if (!isStopped) arm()
      })
    })
  }
  arm()
  return () => {
    isStopped = true
    cancel()
  }
}

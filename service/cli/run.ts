/** `leakmesh --config FILE`: the process, from its first line of log to its last. */

import { availableParallelism } from 'node:os'
import { systemClock, systemRandom } from '../../component/env.ts'
import { BUILD } from '../build.ts'
import type { Configuration } from '../config/configuration.ts'
import { type Notice, renderIssue, renderPlace } from '../config/issue.ts'
import { load } from '../config/load.ts'
import { machine } from '../config/machine.ts'
import type { Sources } from '../config/sources.ts'
import { DEFAULT_CONFIG } from '../default_config.ts'
import { errorText } from '../pipelines/life.ts'
import { REGISTRY } from '../registry.ts'
import { createService, type Service } from '../service.ts'
import type { RootLog } from '../telemetry/log.ts'
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts'
import { createIngest } from '../workers/pool.ts'
import { issuesText, type Streams } from './print.ts'

/** What a run needs of the process besides its streams. */
export interface Machine {
  /** A name that no other run has. */
  readonly instanceId: string
  /** Keeps the process from ending for want of something to do, until the function that it gives is called. */
  keepAlive(): () => void
}

/** Runs until the process is told to end. Resolves with the exit code. */
export async function run(sources: Sources, streams: Streams, { instanceId, keepAlive }: Machine): Promise<number> {
  const asked = sources.configs.length > 0 ? sources : { ...sources, configs: [`yaml:${DEFAULT_CONFIG}`] }
  const loaded = await load(asked, machine, REGISTRY)
  if (!loaded.ok) {
    streams.err(issuesText(loaded.issues))
    return 1
  }
  const { configuration, notices } = loaded
  let telemetry: Telemetry
  try {
    telemetry = createTelemetry(configuration.service.telemetry, {
      clock: systemClock,
      probe: process,
      instanceId,
    })
  } catch (error) {
    streams.err(`Error: failed to build the logger: ${errorText(error)}\n`)
    return 1
  }
  tellNotices(telemetry.log, notices)
  // Timers of ours do not keep a process alive, and a configuration without a listener has nothing else.
  const letGo = keepAlive()
  try {
    return await live(asked, configuration, telemetry, streams)
  } finally {
    letGo()
  }
}

async function live(
  sources: Sources,
  configuration: Configuration,
  telemetry: Telemetry,
  streams: Streams,
): Promise<number> {
  const { log } = telemetry
  const end = Promise.withResolvers<number>()
  const service = createService(configuration, {
    telemetry,
    clock: systemClock,
    random: systemRandom,
    cores: availableParallelism(),
    createIngest,
    onLost: (message) => {
      log.error(message)
      end.resolve(1)
    },
  })
  log.info(`Starting ${BUILD.name}...`, { Version: BUILD.version, NumCPU: availableParallelism() })
  const starting = service.start()
  const stopListening = listenToSignals(starting, service, sources, log, end.resolve)
  const started = await starting
  if (!started.ok) {
    await telemetry.shutdown()
    streams.err(`Error: ${started.message}\n`)
    return 1
  }
  log.info('Everything is ready. Begin running and processing data.')
  const code = await end.promise
  log.info('Starting shutdown...')
  await service.shutdown()
  log.info('Shutdown complete.')
  stopListening()
  return code
}

/** SIGTERM and SIGINT end the process, a second one at once; SIGHUP reads the configuration again. One at a time. */
function listenToSignals(
  starting: Promise<unknown>,
  service: Service,
  sources: Sources,
  log: RootLog,
  end: (code: number) => void,
): () => void {
  let ending = false
  let reloading: Promise<unknown> = starting
  const onEnd = (signal: NodeJS.Signals, number: number) => {
    if (ending) process.exit(128 + number)
    ending = true
    log.info('Received signal from OS', { signal })
    void reloading.then(() => end(0))
  }
  const onHangup = () => {
    if (ending) return
    log.info('Received signal from OS', { signal: 'SIGHUP' })
    reloading = reloading.then(() => reload(service, sources, log, end))
  }
  process.on('SIGTERM', onEnd).on('SIGINT', onEnd).on('SIGHUP', onHangup)
  return () => void process.off('SIGTERM', onEnd).off('SIGINT', onEnd).off('SIGHUP', onHangup)
}

async function reload(service: Service, sources: Sources, log: RootLog, end: (code: number) => void): Promise<void> {
  const loaded = await load(sources, machine, REGISTRY)
  tellNotices(log, loaded.notices)
  if (!loaded.ok) {
    for (const issue of loaded.issues) log.error(`Configuration error: ${renderIssue(issue)}`)
    log.error('The new configuration is not valid; the old one keeps running', { errors: loaded.issues.length })
    return
  }
  const outcome = await service.reload(loaded.configuration)
  switch (outcome.kind) {
    case 'unchanged':
      log.info('Configuration is unchanged, nothing to do')
      return
    case 'changed':
      log.warn('Config updated, pipelines changed')
      return
    case 'refused':
      log.error('The new configuration did not start; the old one keeps running', { error: outcome.message })
      return
    case 'broken':
      log.error('Neither the new nor the old configuration runs', { error: outcome.message })
      end(1)
  }
}

function tellNotices(log: RootLog, notices: readonly Notice[]): void {
  for (const { message, place, fields } of notices) {
    log.warn(message, { ...fields, ...(place !== undefined && { at: renderPlace(place) }) })
  }
}

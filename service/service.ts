/**
 * The whole process in one object: what it tells of itself, its pipelines, its ingest threads. Starts, changes to
 * another configuration while running, ends.
 */

import { type Advice, createAdvice } from '../component/advice.ts'
import type { Host } from '../component/component.ts'
import type { Clock, Random } from '../component/env.ts'
import { createFirstLook } from '../component/first_look.ts'
import { BUILD } from './build.ts'
import type { Configuration } from './config/configuration.ts'
import { canonical, nodeAt } from './config/tree.ts'
import { createGraph, type Graph } from './pipelines/graph.ts'
import type { Started } from './pipelines/life.ts'
import { settingsFor } from './settings.ts'
import type { Telemetry } from './telemetry/telemetry.ts'
import type { Ingest, IngestOptions } from './workers/ingest.ts'

/** A process that can be started, changed and ended. */
export interface Service {
  start(): Promise<Started>
  /** Runs another configuration from now on, or goes on as before and says why. */
  reload(next: Configuration): Promise<Reloaded>
  /** Ends what listens, delivers what is under way, within `service.shutdown_timeout`. */
  shutdown(): Promise<void>
}

/** What came of a reload. */
export type Reloaded =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused'; readonly message: string }
  /** Neither the new nor the old configuration runs. */
  | { readonly kind: 'broken'; readonly message: string }

/** What a service needs from outside. */
export interface ServiceOptions {
  readonly telemetry: Telemetry
  readonly clock: Clock
  readonly random: Random
  /** How many threads `workers: auto` means. */
  readonly cores: number
  /** Called once when an ingest thread keeps crashing. */
  readonly onLost: (message: string) => void
  createIngest(options: IngestOptions): Ingest
}

/** @param first what `start` makes run. Nothing happens before `start`. */
export function createService(first: Configuration, options: ServiceOptions): Service {
  const { telemetry, clock } = options
  const parts = assemble(options)
  const { graph, ingest } = parts
  let current = first
  return {
    async start() {
      const telling = await telemetry.apply(first.service.telemetry)
      if (!telling.ok) return telling
      const started = await apply(parts, first, options.cores)
      if (started.ok) {
        tell(graph, 'ready')
        return started
      }
      await ingest.shutdown(0)
      await graph.shutdown(0)
      return started
    },
    async reload(next) {
      if (canonical(next.tree) === canonical(current.tree)) return { kind: 'unchanged' }
      const telling = await tellBy(telemetry, next, current)
      if (!telling.ok) return { kind: 'refused', message: telling.message }
      const started = await apply(parts, next, options.cores)
      if (!started.ok) {
        const back = await apply(parts, current, options.cores)
        await tellBy(telemetry, current, next)
        if (!back.ok) return { kind: 'broken', message: `${started.message}; ${back.message}` }
      } else {
        current = next
      }
      tell(graph, 'ready')
      return started.ok ? { kind: 'changed' } : { kind: 'refused', message: started.message }
    },
    async shutdown() {
      const endMs = clock.elapsedMs() + current.service.shutdown_timeout
      tell(graph, 'notReady')
      await ingest.shutdown(current.service.shutdown_timeout)
      await graph.shutdown(Math.max(0, endMs - clock.elapsedMs()))
      await telemetry.shutdown()
    },
  }
}

/** What a service is made of: the pipelines of the main thread, and the threads beside it. */
interface Parts {
  readonly graph: Graph
  readonly ingest: Ingest
}

function assemble({ telemetry, clock, random, onLost, createIngest }: ServiceOptions): Parts {
  const advice = createAdvice()
  const shared: Advice = {
    get size() {
      return advice.size
    },
    ask: advice.ask,
    set(warnings) {
      advice.set(warnings)
      ingest.advise(warnings)
    },
  }
  const host: Host = {
    build: BUILD,
    advice: shared,
    thread: 0,
    gather: () => ingest.gather(),
    firstLook: createFirstLook(),
    reusePort: false,
  }
  const env = { clock, random, meter: telemetry.meter, host, logFor: telemetry.log.child }
  const log = telemetry.log.child('service', {})
  const graph = createGraph({ clock, log, settingsFor: (node) => settingsFor(env, node) })
  const onBatch = (connector: string, bytes: Uint8Array) => mergeInto(graph, connector, bytes)
  const ingest = createIngest({ log: telemetry.log, clock, onBatch, onLost })
  telemetry.alsoCollect(ingest.collect)
  return { graph, ingest }
}

async function apply({ graph, ingest }: Parts, configuration: Configuration, cores: number): Promise<Started> {
  const threads = threadsOf(configuration, cores)
  if (threads === 0) await ingest.shutdown(configuration.service.shutdown_timeout)
  const applied = await graph.apply(configuration, threads === 0 ? 'all' : 'engine')
  if (!applied.ok) return applied
  return threads === 0 ? { ok: true } : ingest.apply(configuration, threads)
}

/** Ports of metrics stay open when nothing is said anew about telemetry. */
async function tellBy(telemetry: Telemetry, next: Configuration, before: Configuration): Promise<Started> {
  const [one, other] = [next, before].map(({ tree }) => nodeAt(tree, ['service', 'telemetry']))
  if ((one && canonical(one)) === (other && canonical(other))) return { ok: true }
  return telemetry.apply(next.service.telemetry)
}

/** 0: everything happens in the main thread. */
function threadsOf({ service }: Configuration, cores: number): number {
  const workers = service.workers === 'auto' ? cores : service.workers
  return workers === 1 ? 0 : workers
}

function tell(graph: Graph, what: 'ready' | 'notReady'): void {
  for (const { component } of graph.instances()) component[what]?.()
}

function mergeInto(graph: Graph, connector: string, bytes: Uint8Array): void {
  const gatherer = graph.instances().find(({ node }) => node.kind === 'connector' && node.id === connector)
  gatherer?.component.merge?.(bytes)
}

/**
 * Ingest threads as the main thread sees them: started, told what to run, asked what they counted, replaced when they
 * crash.
 *
 * A crash is a bug, but one that costs a thread its requests under way, not the process its memory of leaks: the
 * thread is started again after a pause that doubles. Too many crashes in a while and the process ends, so that
 * whatever watches it notices.
 */

import type { ScopeMetrics } from '@opentelemetry/sdk-metrics'
import type { Warning } from '../../component/advice.ts'
import type { MapNode } from '../config/tree.ts'
import { combine } from '../telemetry/combine.ts'
import type { RootLog } from '../telemetry/log.ts'
import { CRASH_WINDOW_MS, createCrashCount } from './crash_count.ts'
import type { Ingest, IngestOptions } from './ingest.ts'
import { lasting } from './lasting.ts'
import { startThread, type Thread } from './worker_thread.ts'

/** @param startOne another way to start a thread, for tests. */
export function createIngest(options: IngestOptions, startOne: typeof startThread = startThread): Ingest {
  const threads = new Map<number, Thread>()
  const crashes = createCrashCount(options.clock)
  let tree: MapNode | undefined
  let wanted = 0
  let warnings: readonly Warning[] = []
  let departed: readonly ScopeMetrics[] = []

  function start(index: number): Thread {
    const thread: Thread = startOne(index, {
      onBatch: options.onBatch,
      onLog: ({ level, caller, message, fields }) => options.log.child(caller, {})[level](message, fields),
      onCrash: (reason) => crashed(index, thread, reason),
    })
    threads.set(index, thread)
    thread.send({ kind: 'advise', warnings })
    return thread
  }

  function crashed(index: number, thread: Thread, reason: string): void {
    departed = withDeparted(departed, thread)
    if (threads.get(index) !== thread) return
    threads.delete(index)
    const { count, pauseMs } = crashes.note()
    options.log.error('Ingest thread crashed', { thread: index + 1, error: reason, crashes: count })
    const startAgain = () => {
      if (index < wanted && !threads.has(index) && tree !== undefined)
        void runAgain(start(index), index, tree, options.log)
    }
    if (pauseMs === undefined) options.onLost(tooMany(count))
    else options.clock.after(pauseMs, startAgain)
  }

  async function end([index, thread]: readonly [number, Thread], deadlineMs: number): Promise<void> {
    await thread.collect(options.clock)
    await thread.end(deadlineMs, options.clock)
    departed = withDeparted(departed, thread)
    threads.delete(index)
  }

  return {
    async apply(configuration, count) {
      tree = configuration.tree
      wanted = count
      const surplus = [...threads].filter(([index]) => index >= count)
      await Promise.all(surplus.map((one) => end(one, configuration.service.shutdown_timeout)))
      const running = Array.from({ length: count }, (_, index) => threads.get(index) ?? start(index))
      const outcomes = await Promise.all(running.map((thread) => thread.apply(configuration.tree)))
      return outcomes.find((outcome) => !outcome.ok) ?? { ok: true }
    },
    async collect() {
      const living = await Promise.all([...threads.values()].map((thread) => thread.collect(options.clock)))
      return [departed, ...living]
    },
    async gather() {
      await Promise.all([...threads.values()].map((thread) => thread.gather(options.clock)))
    },
    advise(next) {
      warnings = next
      for (const thread of threads.values()) thread.send({ kind: 'advise', warnings })
    },
    async shutdown(deadlineMs) {
      wanted = 0
      await Promise.all([...threads].map((one) => end(one, deadlineMs)))
    },
  }
}

async function runAgain(thread: Thread, index: number, tree: MapNode, log: RootLog): Promise<void> {
  const outcome = await thread.apply(tree)
  if (!outcome.ok) log.error('Ingest thread could not be started again', { thread: index + 1, error: outcome.message })
}

function withDeparted(departed: readonly ScopeMetrics[], thread: Thread): readonly ScopeMetrics[] {
  return [{ scope: { name: 'departed' }, metrics: [...combine([departed, lasting(thread.counted())])] }]
}

function tooMany(crashes: number): string {
  return `Ingest threads crashed ${crashes} times within ${CRASH_WINDOW_MS / 60_000} minutes`
}

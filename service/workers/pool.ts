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
import type { Started } from '../pipelines/life.ts'
import { combine } from '../telemetry/combine.ts'
import type { Ingest, IngestOptions } from './ingest.ts'
import { lasting } from './lasting.ts'
import { startThread, type Thread } from './worker_thread.ts'

/** So many crashes within `CRASH_WINDOW_MS` are one too many. */
export const CRASHES_MAX = 5
export const CRASH_WINDOW_MS = 300_000
const PAUSE_FIRST_MS = 1_000
const PAUSE_MAX_MS = 30_000

/** @param startOne another way to start a thread, for tests. */
export function createIngest(options: IngestOptions, startOne = startThread): Ingest {
  const threads = new Map<number, Thread>()
  const crashesMs: number[] = []
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
    remember(thread)
    if (threads.get(index) !== thread) return
    threads.delete(index)
    const nowMs = options.clock.elapsedMs()
    crashesMs.push(nowMs)
    while (crashesMs.length > 0 && nowMs - crashesMs[0]! > CRASH_WINDOW_MS) crashesMs.shift()
    options.log.error('Ingest thread crashed', { thread: index, error: reason, crashes: crashesMs.length })
    if (crashesMs.length > CRASHES_MAX) {
      options.onLost(`Ingest threads crashed ${crashesMs.length} times within ${CRASH_WINDOW_MS / 60_000} minutes`)
      return
    }
    const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** (crashesMs.length - 1))
    options.clock.after(pauseMs, () => {
      if (index < wanted && !threads.has(index) && tree !== undefined) void again(index, tree)
    })
  }

  async function again(index: number, running: MapNode): Promise<void> {
    const outcome = await start(index).apply(running)
    if (!outcome.ok)
      options.log.error('Ingest thread could not be started again', { thread: index, error: outcome.message })
  }

  function remember(thread: Thread): void {
    departed = [{ scope: { name: 'departed' }, metrics: [...combine([departed, lasting(thread.counted())])] }]
  }

  async function end(index: number, deadlineMs: number): Promise<void> {
    const thread = threads.get(index)
    if (thread === undefined) return
    await thread.collect(options.clock)
    await thread.end(deadlineMs, options.clock)
    remember(thread)
    threads.delete(index)
  }

  return {
    async apply(configuration, count) {
      tree = configuration.tree
      wanted = count
      const surplus = [...threads.keys()].filter((index) => index >= count)
      await Promise.all(surplus.map((index) => end(index, configuration.service.shutdown_timeout)))
      const running = Array.from({ length: count }, (_, index) => threads.get(index) ?? start(index))
      const outcomes = await Promise.all(running.map((thread) => thread.apply(configuration.tree)))
      return outcomes.find((outcome): outcome is Extract<Started, { ok: false }> => !outcome.ok) ?? { ok: true }
    },
    async collect() {
      const living = await Promise.all([...threads.values()].map((thread) => thread.collect(options.clock)))
      return [departed, ...living]
    },
    advise(next) {
      warnings = next
      for (const thread of threads.values()) thread.send({ kind: 'advise', warnings })
    },
    async shutdown(deadlineMs) {
      wanted = 0
      await Promise.all([...threads.keys()].map((index) => end(index, deadlineMs)))
    },
  }
}

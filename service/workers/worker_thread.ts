/** One ingest thread, its messages as calls and promises. */

import { Worker } from 'node:worker_threads'
import type { ScopeMetrics } from '@opentelemetry/sdk-metrics'
import type { Clock } from '../../component/env.ts'
import type { MapNode } from '../config/tree.ts'
import { errorText, type Started } from '../pipelines/life.ts'
import type { FromThread, ThreadData, ToThread } from './messages.ts'

/** A thread as the pool sees it. */
export interface Thread {
  send(message: ToThread): void
  /** Never rejects: a crash on the way is an outcome too. */
  apply(tree: MapNode): Promise<Started>
  /** What it has counted; what it said last when it does not answer in time. */
  collect(clock: Clock): Promise<readonly ScopeMetrics[]>
  /** Has it hand on what its connectors hold; resolves when that has come, when it ended, or after `GATHER_MS`. */
  gather(clock: Clock): Promise<void>
  /** What it said last. */
  counted(): readonly ScopeMetrics[]
  /** Lets it hand on what it has; a thread that does not end a little after the deadline is made to. */
  end(deadlineMs: number, clock: Clock): Promise<void>
}

/** What comes from a thread unasked. */
export interface ThreadEvents {
  onBatch(connector: string, bytes: Uint8Array): void
  onLog(line: Extract<FromThread, { kind: 'log' }>): void
  /** It ended without being told to. Nothing comes from it afterwards. */
  onCrash(reason: string): void
}

/** A thread that does not answer in this time is busy; its last figures stand. */
const COLLECT_MS = 2_000
const GRACE_MS = 2_000
/** A thread that does not hand on in this time is waited for no longer; what it has then may come too late. */
const GATHER_MS = 10_000

const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url)

/** @param index from 0; the thread itself counts from 1, because the main thread is 0. @param entry what it runs. */
export function startThread(index: number, events: ThreadEvents, entry = ENTRY): Thread {
  const workerData: ThreadData = { thread: index + 1 }
  // V8's flags, the size of the young generation among them, hold for every thread of the process.
  const worker = new Worker(entry, { workerData, name: `ingest-${index + 1}` })
  const applying: ((outcome: Started) => void)[] = []
  const asked = new Map<number, () => void>()
  const gone = Promise.withResolvers<void>()
  let counted: readonly ScopeMetrics[] = []
  let told = false
  let reason = 'ended of itself'
  let asks = 0

  worker.on('message', (message: FromThread) => {
    if (message.kind === 'batch') events.onBatch(message.connector, message.bytes)
    else if (message.kind === 'log') events.onLog(message)
    else if (message.kind === 'applied') applying.shift()?.(message.outcome)
    else if (message.kind === 'gathered') asked.get(message.id)?.()
    else if (message.kind === 'metrics') {
      counted = message.scopes
      asked.get(message.id)?.()
    }
  })
  worker.on('error', (error) => {
    reason = error instanceof Error ? (error.stack ?? error.message) : errorText(error)
  })
  worker.on('exit', () => {
    gone.resolve()
    for (const settle of applying.splice(0))
      settle({ ok: false, message: `ingest thread ${index + 1} crashed: ${reason}` })
    for (const settle of asked.values()) settle()
    if (!told) events.onCrash(reason)
  })

  /** Resolves with the answer, with the end of the thread, or when it takes too long. */
  async function ask(kind: 'collect' | 'gather', clock: Clock, patienceMs: number): Promise<void> {
    const id = asks++
    const { promise, resolve } = Promise.withResolvers<void>()
    asked.set(id, resolve)
    const cancel = clock.after(patienceMs, resolve)
    worker.postMessage({ kind, id } satisfies ToThread)
    await promise
    cancel()
    asked.delete(id)
  }

  return {
    send: (message) => worker.postMessage(message),
    counted: () => counted,
    apply(tree) {
      const { promise, resolve } = Promise.withResolvers<Started>()
      applying.push(resolve)
      worker.postMessage({ kind: 'apply', tree } satisfies ToThread)
      return promise
    },
    async collect(clock) {
      await ask('collect', clock, COLLECT_MS)
      return counted
    },
    gather: (clock) => ask('gather', clock, GATHER_MS),
    async end(deadlineMs, clock) {
      told = true
      worker.postMessage({ kind: 'shutdown', deadlineMs } satisfies ToThread)
      const cancel = clock.after(deadlineMs + GRACE_MS, () => void worker.terminate())
      await gone.promise
      cancel()
    },
  }
}

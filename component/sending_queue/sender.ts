/**
 * What every exporter to a backend has in common: the queue, the repetitions, the counting, the end. How one request is
 * sent once is the transport's business.
 */

import type { Component, Consumer, Settings } from '../component.ts'
import { accepted, type Outcome, type Refusal, unavailable } from '../outcome.ts'
import type { Payload, Signal } from '../payload.ts'
import { nextTry, type RetryConfig, startBackoff } from '../retry.ts'
import { seldom } from '../seldom.ts'
import type { QueueConfig } from './config.ts'
import { createSenderMeasure, type QueueView } from './measure.ts'
import { createSendingQueue } from './queue.ts'

/** What one attempt came to. `rejected`: items that the backend took notice of and threw away. */
export type Attempt =
  | Refusal
  | { readonly ok: true; readonly rejected?: { readonly items: number; readonly message: string } }

/** Sends one request once. `Ready` is a payload made ready for the wire, so that repetitions need not do it again. */
export interface Transport<Ready> {
  /** Resolves without waiting for the backend: it may well come later than we do. */
  start(): Promise<void>
  /** The payload without what `prepare` does not need: this is what waits in the queue. */
  lean(payload: Payload): Payload
  prepare(payload: Payload): Promise<Ready | Refusal>
  /** Never rejects, and comes back within the exporter's timeout. */
  attempt(ready: Ready): Promise<Attempt>
  /** Ends everything at once: attempts under way come back as refusals. */
  stop(): Promise<void>
}

interface SendingConfig {
  readonly sending_queue: QueueConfig
  readonly retry_on_failure: RetryConfig
}

/** One line about repetitions and one about losses in this time, with what was left out added up. */
const LOG_EVERY_MS = 10_000

export function createSender<Ready extends object>(
  settings: Settings,
  signal: Signal,
  config: SendingConfig,
  transport: Transport<Ready>,
): Component & Consumer {
  const { clock, random, log } = settings.env
  const queue = config.sending_queue.enabled ? createSendingQueue(config.sending_queue, deliver, refused) : undefined
  const underWay = new Set<Promise<Outcome>>()
  const sleepers = new Set<() => void>()
  const retryLine = seldom(clock, LOG_EVERY_MS)
  const refusedLine = seldom(clock, LOG_EVERY_MS)
  const lossLine = seldom(clock, LOG_EVERY_MS)
  let stopping = false
  let stopped: Promise<void> | undefined
  const view: QueueView = queue ?? {
    size: 0,
    capacity: 0,
    get inFlight() {
      return underWay.size
    },
  }
  const measure = createSenderMeasure(settings, signal, view)

  /** Sends to the end: until the backend takes it, refuses it for good, or patience is over. */
  async function deliver(payload: Payload): Promise<Outcome> {
    const ready = await transport.prepare(payload)
    if (isRefusal(ready)) return lose(payload.items, ready)
    const retry = config.retry_on_failure
    let backoff = startBackoff(retry, clock.elapsedMs())
    for (;;) {
      const attempt = await transport.attempt(ready)
      if (attempt.ok) return deliveredOf(payload, attempt.rejected)
      if (!attempt.retryable || !retry.enabled) return lose(payload.items, attempt)
      if (stopping) return lose(payload.items, because('interrupted due to shutdown', attempt))
      const next = nextTry(retry, backoff, clock.elapsedMs(), random.next(), attempt.retryAfterMs)
      if (next.kind === 'give_up') return lose(payload.items, because('no more retries left', attempt))
      backoff = next.backoff
      logRetry(attempt, next.waitMs)
      await sleep(next.waitMs)
    }
  }

  function deliveredOf(payload: Payload, rejected: { items: number; message: string } | undefined): Outcome {
    const lost = Math.min(payload.items, Math.max(0, rejected?.items ?? 0))
    measure.sent(payload.items - lost)
    measure.sendFailed(lost)
    if (rejected !== undefined) {
      log.warn('Partial success response', { message: rejected.message, [DROPPED[signal]]: lost })
    }
    return accepted
  }

  function lose(items: number, refusal: Refusal): Refusal {
    measure.sendFailed(items)
    const dropped = lossLine(items)
    if (dropped === undefined) return refusal
    const kept = queue === undefined
    log.error(kept ? REJECTING : DROPPING, {
      error: refusal.message,
      [kept ? 'rejected_items' : 'dropped_items']: dropped,
    })
    return refusal
  }

  function refused(payload: Payload, refusal: Refusal): void {
    measure.enqueueFailed(payload.items)
    const items = refusedLine(payload.items)
    if (items === undefined) return
    log.error('Exporting failed. Rejecting data.', { error: refusal.message, rejected_items: items })
  }

  function logRetry(refusal: Refusal, waitMs: number): void {
    const requests = retryLine(1)
    if (requests === undefined) return
    log.info('Exporting failed. Will retry the request after interval.', {
      error: refusal.message,
      interval: `${(waitMs / 1_000).toFixed(3)}s`,
      ...(requests > 1 && { requests }),
    })
  }

  /** Ends early when the exporter is shut down. */
  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel()
        sleepers.delete(wake)
        resolve()
      }
      const cancel = clock.after(ms, wake)
      sleepers.add(wake)
    })
  }

  async function consume(payload: Payload): Promise<Outcome> {
    if (stopping) return unavailable('exporter is shut down')
    if (queue !== undefined) return queue.offer(transport.lean(payload))
    const delivery = deliver(payload)
    underWay.add(delivery)
    const outcome = await delivery
    underWay.delete(delivery)
    return outcome
  }

  async function stop(deadlineMs: number): Promise<void> {
    stopping = true
    for (const wake of [...sleepers]) wake()
    const drained = queue?.close() ?? Promise.all(underWay).then(() => {})
    const cancel = clock.after(deadlineMs, () => {
      const left = (queue?.abandon() ?? []).reduce((sum, payload) => sum + payload.items, 0)
      measure.sendFailed(left)
      if (left > 0) log.error('Shutdown deadline passed. Dropping data.', { dropped_items: left })
      void transport.stop()
    })
    await drained
    cancel()
    await transport.stop()
    measure.stop()
  }

  return {
    start: () => transport.start(),
    consume,
    shutdown(deadlineMs) {
      stopped ??= stop(deadlineMs)
      return stopped
    },
  }
}

/** How the Collector's log line calls what a backend threw away. */
const DROPPED: Readonly<Record<Signal, string>> = {
  traces: 'dropped_spans',
  metrics: 'dropped_data_points',
  logs: 'dropped_log_records',
}
const DROPPING = 'Exporting failed. Dropping data.'
const REJECTING = 'Exporting failed. Rejecting data. Try enabling sending_queue to survive temporary failures.'

function isRefusal(value: object): value is Refusal {
  return 'ok' in value && value.ok === false
}

function because(why: string, refusal: Refusal): Refusal {
  return { ...refusal, message: `${why}: ${refusal.message}` }
}

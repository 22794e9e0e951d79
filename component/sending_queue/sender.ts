/**
 * What every exporter to a backend has in common: the queue, the repetitions, the counting, the end. How one request is
 * sent once is the transport's business.
 */

import type { Component, Consumer, Settings } from '../component.ts'
import { formatDuration } from '../duration.ts'
import type { Env } from '../env.ts'
import { accepted, type Outcome, type Refusal, unavailable } from '../outcome.ts'
import type { Payload, Signal } from '../payload.ts'
import { nextTry, type RetryConfig, startBackoff } from '../retry.ts'
import { seldom } from '../seldom.ts'
import type { QueueConfig } from './config.ts'
import { createSenderMeasure, type QueueView, type SenderMeasure } from './measure.ts'
import { SendingQueue } from './queue.ts'

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

/**
 * An exporter out of a transport.
 *
 * @example createSender(settings, 'traces', config, createGrpcTransport(settings, 'traces', config))
 */
export function createSender<Ready extends object>(
  settings: Settings,
  signal: Signal,
  config: SendingConfig,
  transport: Transport<Ready>,
): Component & Consumer {
  return new Sender(settings, signal, config, transport)
}

/** Owns the queue and every delivery under way: each ends in exactly one of sent, failed, or refused. */
class Sender<Ready extends object> implements Component, Consumer {
  readonly #env: Env
  readonly #signal: Signal
  readonly #config: SendingConfig
  readonly #transport: Transport<Ready>
  readonly #queue: SendingQueue | undefined
  readonly #measure: SenderMeasure
  /** Deliveries under way without a queue. */
  readonly #underWay = new Set<Promise<Outcome>>()
  readonly #sleepers = new Set<() => void>()
  readonly #due: Readonly<Record<'retry' | 'refused' | 'loss', (amount: number) => number | undefined>>
  #stopping = false
  #stopped: Promise<void> | undefined

  constructor(settings: Settings, signal: Signal, config: SendingConfig, transport: Transport<Ready>) {
    this.#env = settings.env
    this.#signal = signal
    this.#config = config
    this.#transport = transport
    if (config.sending_queue.enabled) {
      const deliver = (payload: Payload) => this.#deliver(payload)
      this.#queue = new SendingQueue(config.sending_queue, deliver, (payload, why) => this.#refused(payload, why))
    }
    const underWay = this.#underWay
    const noQueue: QueueView = {
      size: 0,
      capacity: 0,
      get inFlight() {
        return underWay.size
      },
    }
    this.#measure = createSenderMeasure(settings, signal, this.#queue ?? noQueue)
    const due = () => seldom(settings.env.clock, LOG_EVERY_MS)
    this.#due = { retry: due(), refused: due(), loss: due() }
  }

  start(): Promise<void> {
    return this.#transport.start()
  }

  async consume(payload: Payload): Promise<Outcome> {
    if (this.#stopping) return unavailable('exporter is shut down')
    if (this.#queue !== undefined) return this.#queue.offer(this.#transport.lean(payload))
    const delivery = this.#deliver(payload)
    this.#underWay.add(delivery)
    const outcome = await delivery
    this.#underWay.delete(delivery)
    return outcome
  }

  shutdown(deadlineMs: number): Promise<void> {
    this.#stopped ??= this.#stop(deadlineMs)
    return this.#stopped
  }

  async #stop(deadlineMs: number): Promise<void> {
    this.#stopping = true
    for (const wake of [...this.#sleepers]) wake()
    const drained = this.#queue?.close() ?? Promise.all(this.#underWay)
    const cancel = this.#env.clock.after(deadlineMs, () => {
      const left = (this.#queue?.abandon() ?? []).reduce((sum, payload) => sum + payload.items, 0)
      this.#measure.sendFailed(left)
      if (left > 0) this.#env.log.error('Shutdown deadline passed. Dropping data.', { dropped_items: left })
      void this.#transport.stop()
    })
    await drained
    cancel()
    await this.#transport.stop()
    this.#measure.stop()
  }

  /** Sends to the end: until the backend takes it, refuses it for good, or patience is over. */
  async #deliver(payload: Payload): Promise<Outcome> {
    const ready = await this.#transport.prepare(payload)
    if (isRefusal(ready)) return this.#lose(payload.items, ready)
    const { clock, random } = this.#env
    const retry = this.#config.retry_on_failure
    let backoff = startBackoff(retry, clock.elapsedMs())
    for (;;) {
      const attempt = await this.#transport.attempt(ready)
      if (attempt.ok) return this.#delivered(payload.items, attempt.rejected)
      if (!attempt.retryable || !retry.enabled) return this.#lose(payload.items, attempt)
      if (this.#stopping) return this.#lose(payload.items, because('interrupted due to shutdown', attempt))
      const next = nextTry(retry, backoff, clock.elapsedMs(), random.next(), attempt.retryAfterMs)
      if (next.kind === 'give_up') return this.#lose(payload.items, because('no more retries left', attempt))
      backoff = next.backoff
      this.#logRetry(attempt, next.waitMs)
      await this.#sleep(next.waitMs)
    }
  }

  #delivered(items: number, rejected: { items: number; message: string } | undefined): Outcome {
    const lost = Math.min(items, Math.max(0, rejected?.items ?? 0))
    this.#measure.sent(items - lost)
    this.#measure.sendFailed(lost)
    if (rejected !== undefined) {
      const fields = { message: rejected.message, [DROPPED[this.#signal]]: lost }
      this.#env.log.warn('Partial success response', fields)
    }
    return accepted
  }

  #lose(items: number, refusal: Refusal): Refusal {
    this.#measure.sendFailed(items)
    const lost = this.#due.loss(items)
    if (lost === undefined) return refusal
    if (this.#queue === undefined) this.#env.log.error(REJECTING, { error: refusal.message, rejected_items: lost })
    else this.#env.log.error(DROPPING, { error: refusal.message, dropped_items: lost })
    return refusal
  }

  #refused(payload: Payload, refusal: Refusal): void {
    this.#measure.enqueueFailed(payload.items)
    const items = this.#due.refused(payload.items)
    if (items === undefined) return
    this.#env.log.error('Exporting failed. Rejecting data.', { error: refusal.message, rejected_items: items })
  }

  #logRetry(refusal: Refusal, waitMs: number): void {
    const requests = this.#due.retry(1)
    if (requests === undefined) return
    this.#env.log.info('Exporting failed. Will retry the request after interval.', {
      error: refusal.message,
      interval: formatDuration(Math.round(waitMs)),
      ...(requests > 1 && { requests }),
    })
  }

  /** Ends early when the exporter is shut down. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel()
        this.#sleepers.delete(wake)
        resolve()
      }
      const cancel = this.#env.clock.after(ms, wake)
      this.#sleepers.add(wake)
    })
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

/**
 * One pile and the one sender that empties it.
 *
 * Whoever handed telemetry in has been told that it is taken, so nothing that is in here may be lost for a reason that
 * passes: when the next in line refuses and says that trying again can help, the sender waits and tries again, and as
 * long as it does, newcomers are refused. Loss becomes back-pressure.
 */

import type { Consumer } from '../../component/component.ts'
import type { Env } from '../../component/env.ts'
import type { Refusal } from '../../component/outcome.ts'
import type { Payload } from '../../component/payload.ts'
import type { BatchConfig } from './config.ts'
import { createPile } from './pile.ts'

/** First and longest wait before a refused batch is handed on again, milliseconds; doubled in between. */
export const BACKOFF_FIRST_MS = 100
export const BACKOFF_MAX_MS = 5_000
/** The longest wait that a refusal itself can ask for, milliseconds. */
export const RETRY_AFTER_MAX_MS = 30_000

/** What the shard tells the one who counts. */
export interface ShardEvents {
  sent(batch: Payload, trigger: 'size' | 'timeout'): void
  /** @param attempt how often this batch has been refused, from 1. */
  refused(refusal: Refusal, attempt: number): void
  dropped(items: number, reason: 'permanent' | 'shutdown', message: string): void
  /** The shard holds nothing any more. */
  empty(): void
}

export interface Shard {
  /** The refusal that the sender is waiting out; newcomers get it too. */
  readonly refusal: Refusal | undefined
  readonly heldBytes: number
  add(payload: Payload): void
  /** Hands on what waits, without waiting for more. */
  flush(): void
  /** Gives up on what is still here. */
  abandon(): void
}

export function createShard(
  { clock, random }: Env,
  config: BatchConfig,
  next: Consumer,
  events: ShardEvents,
  metadata: Payload['metadata'],
): Shard {
  const pile = createPile(metadata)
  const measure = { enoughItems: config.send_batch_size, maxItems: config.send_batch_max_size }
  const impatient = config.timeout === 0 || config.send_batch_size === 0
  /** The batch on its way, until it is known what became of it. */
  let travelling: Payload | undefined
  let refusal: Refusal | undefined
  let due = impatient
  let abandoned = false
  let cancelTimer = () => {}
  let wake = () => {}

  function startTimer(): void {
    if (impatient) return
    cancelTimer()
    due = false
    cancelTimer = clock.after(config.timeout, flush)
  }

  function flush(): void {
    due = true
    void send()
  }

  /** Sends batch after batch as long as one is ready. Only one call at a time does; the others return at once. */
  async function send(): Promise<void> {
    if (travelling !== undefined) return
    while (pile.items > 0 && !abandoned && (due || pile.items >= measure.enoughItems)) {
      const trigger = pile.items >= measure.enoughItems ? 'size' : 'timeout'
      travelling = pile.take(measure)
      if (pile.items > 0 && !due) startTimer()
      await deliver(travelling, trigger)
      travelling = undefined
    }
    if (pile.items > 0 || abandoned) return
    cancelTimer()
    due = impatient
    events.empty()
  }

  async function deliver(batch: Payload, trigger: 'size' | 'timeout'): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await next.consume(batch)
      if (abandoned) return
      if (outcome.ok) {
        refusal = undefined
        return events.sent(batch, trigger)
      }
      if (!outcome.retryable) {
        refusal = undefined
        return events.dropped(batch.items, 'permanent', outcome.message)
      }
      refusal = outcome
      events.refused(outcome, attempt)
      await sleep(waitMs(outcome, attempt))
      if (abandoned) return
    }
  }

  function waitMs(refused: Refusal, attempt: number): number {
    if (refused.retryAfterMs !== undefined) return Math.min(refused.retryAfterMs, RETRY_AFTER_MAX_MS)
    return Math.min(BACKOFF_FIRST_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS) * (0.5 + random.next() / 2)
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, resolve)
      wake = () => {
        cancel()
        resolve()
      }
    })
  }

  return {
    get refusal() {
      return refusal
    },
    get heldBytes() {
      return pile.sizeBytes + (travelling?.sizeBytes ?? 0)
    },
    add(payload) {
      const first = pile.items === 0
      pile.add(payload)
      if (first) startTimer()
      if (due || pile.items >= measure.enoughItems) void send()
    },
    flush,
    abandon() {
      abandoned = true
      cancelTimer()
      const items = pile.items + (travelling?.items ?? 0)
      if (items > 0) events.dropped(items, 'shutdown', refusal?.message ?? 'not handed on in time')
      wake()
    },
  }
}

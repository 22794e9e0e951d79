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
import { createPile, type Measure, memoryOf, type Pile } from './pile.ts'

/** First and longest wait before a refused batch is handed on again, milliseconds; doubled in between. */
export const BACKOFF_FIRST_MS = 100
export const BACKOFF_MAX_MS = 5_000
/** The longest wait that a refusal itself can ask for, milliseconds. */
export const RETRY_AFTER_MAX_MS = 30_000

/** Why a batch went on. */
type Trigger = 'size' | 'timeout'

/** What the shard tells the one who counts. */
export interface ShardEvents {
  sent(batch: Payload, trigger: Trigger): void
  /** @param attempt how often this batch has been refused, from 1. */
  refused(refusal: Refusal, attempt: number): void
  dropped(items: number, reason: 'permanent' | 'shutdown', message: string): void
  /** The shard holds nothing any more. */
  empty(): void
}

/** Where batches go, and by which rules. */
export interface ShardSettings {
  readonly env: Pick<Env, 'clock' | 'random'>
  readonly config: BatchConfig
  readonly next: Consumer
  readonly events: ShardEvents
  /** Headers that every batch carries. */
  readonly metadata: Payload['metadata']
}

/** Owner of one pile. Its private state keeps this true: at most one batch travels, and every item is in one place. */
export class Shard {
  readonly #settings: ShardSettings
  readonly #pile: Pile
  readonly #measure: Measure
  /** Nothing waits for more to come. */
  readonly #impatient: boolean
  /** The batch on its way, until it is known what became of it. */
  #travelling: Payload | undefined
  #refusal: Refusal | undefined
  #due: boolean
  #abandoned = false
  #cancelTimer = () => {}
  #wake = () => {}

  constructor(settings: ShardSettings) {
    const { send_batch_size, send_batch_max_size, timeout } = settings.config
    this.#settings = settings
    this.#pile = createPile(settings.metadata)
    this.#measure = { enoughItems: send_batch_size, maxItems: send_batch_max_size }
    this.#impatient = timeout === 0 || send_batch_size === 0
    this.#due = this.#impatient
  }

  /** The refusal that the sender is waiting out; newcomers get it too. */
  get refusal(): Refusal | undefined {
    return this.#refusal
  }

  /** Bytes of memory that are kept from being freed. */
  get heldBytes(): number {
    return this.#pile.heldBytes + (this.#travelling === undefined ? 0 : memoryOf(this.#travelling))
  }

  add(payload: Payload): void {
    const isFirst = this.#pile.items === 0
    this.#pile.add(payload)
    if (isFirst) this.#startTimer()
    if (this.#isReady()) void this.#send()
  }

  /** Hands on what waits, without waiting for more. */
  flush(): void {
    this.#due = true
    void this.#send()
  }

  /** Gives up on what is still here. */
  abandon(): void {
    this.#abandoned = true
    this.#cancelTimer()
    const items = this.#pile.items + (this.#travelling?.items ?? 0)
    const message = this.#refusal?.message ?? 'not handed on in time'
    if (items > 0) this.#settings.events.dropped(items, 'shutdown', message)
    this.#wake()
  }

  #isReady(): boolean {
    return this.#due || this.#pile.items >= this.#measure.enoughItems
  }

  #startTimer(): void {
    if (this.#impatient) return
    const { env, config } = this.#settings
    this.#cancelTimer()
    this.#due = false
    this.#cancelTimer = env.clock.after(config.timeout, () => this.flush())
  }

  /** Sends batch after batch as long as one is ready. Only one call at a time does; the others return at once. */
  async #send(): Promise<void> {
    if (this.#travelling !== undefined) return
    const pile = this.#pile
    while (pile.items > 0 && !this.#abandoned && this.#isReady()) {
      const trigger = pile.items >= this.#measure.enoughItems ? 'size' : 'timeout'
      this.#travelling = pile.take(this.#measure)
      if (pile.items > 0 && !this.#due) this.#startTimer()
      await this.#deliver(this.#travelling, trigger)
      this.#travelling = undefined
    }
    if (pile.items > 0 || this.#abandoned) return
    this.#cancelTimer()
    this.#due = this.#impatient
    this.#settings.events.empty()
  }

  /** Resolves when the batch is taken, refused for good or abandoned. */
  async #deliver(batch: Payload, trigger: Trigger): Promise<void> {
    const { next, events } = this.#settings
    for (let attempt = 1; !this.#abandoned; attempt++) {
      const outcome = await next.consume(batch)
      if (this.#abandoned) return
      this.#refusal = !outcome.ok && outcome.retryable ? outcome : undefined
      if (outcome.ok) return events.sent(batch, trigger)
      if (!outcome.retryable) return events.dropped(batch.items, 'permanent', outcome.message)
      events.refused(outcome, attempt)
      await this.#sleep(waitMs(outcome, attempt, this.#settings.env.random.next()))
    }
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#settings.env.clock.after(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }
}

/** What the refusal asks for, or twice as long at each attempt, spread so that many do not come back at once. */
function waitMs({ retryAfterMs }: Refusal, attempt: number, chance: number): number {
  if (retryAfterMs !== undefined) return Math.min(retryAfterMs, RETRY_AFTER_MAX_MS)
  return Math.min(BACKOFF_FIRST_MS * 2 ** (attempt - 1), BACKOFF_MAX_MS) * (0.5 + chance / 2)
}

/**
 * The queue between the pipelines and a backend: bounded, with so many consumers at once. What it has said yes to is
 * either delivered or counted as failed; what it cannot hold it refuses, so that the sender keeps it.
 */

import { createFifo } from '../fifo.ts'
import { accepted, type Outcome, permanent, type Refusal, unavailable } from '../outcome.ts'
import type { Payload } from '../payload.ts'
import type { QueueConfig } from './config.ts'
import type { QueueView } from './measure.ts'

interface Entry {
  readonly payload: Payload
  readonly cost: number
  readonly tell: ((outcome: Outcome) => void) | undefined
}

interface Blocked {
  readonly payload: Payload
  readonly admit: () => void
  readonly refuse: () => void
}

const FULL = unavailable('sending queue is full')
const TOO_LARGE = permanent('element size too large for the sending queue')
const CLOSED = unavailable('exporter is shut down')

/**
 * Owns the payloads between the yes to the sender and the end of their delivery. `size` and `#bytes` are the sums over
 * what waits and what is under way; neither exceeds its limit.
 */
export class SendingQueue implements QueueView {
  readonly #config: QueueConfig
  readonly #deliver: (payload: Payload) => Promise<Outcome>
  readonly #refused: (payload: Payload, why: Refusal) => void
  readonly #entries = createFifo<Entry>()
  readonly #blocked = createFifo<Blocked>()
  #size = 0
  #bytes = 0
  #inFlight = 0
  #closed = false
  #whenEmpty = () => {}

  /**
   * @param deliver sends one payload to the end, retries included; never rejects.
   * @param refused told of each payload that is not taken in.
   */
  constructor(
    config: QueueConfig,
    deliver: (payload: Payload) => Promise<Outcome>,
    refused: (payload: Payload, why: Refusal) => void,
  ) {
    this.#config = config
    this.#deliver = deliver
    this.#refused = refused
  }

  get size(): number {
    return this.#size
  }

  get capacity(): number {
    return this.#config.queue_size
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Takes a payload in, or says why not; with `wait_for_result`, says what became of it. */
  offer(payload: Payload): Promise<Outcome> {
    const { queue_size, max_bytes, block_on_overflow } = this.#config
    if (this.#closed) return this.#refuse(payload, CLOSED)
    if (this.#costOf(payload) > queue_size || heldBytes(payload) > max_bytes) return this.#refuse(payload, TOO_LARGE)
    // Those who wait were first.
    if (this.#blocked.length === 0 && this.#fits(payload)) return this.#enter(payload)
    if (!block_on_overflow) return this.#refuse(payload, FULL)
    return new Promise((resolve) => {
      this.#blocked.push({
        payload,
        admit: () => resolve(this.#enter(payload)),
        refuse: () => resolve(this.#refuse(payload, CLOSED)),
      })
    })
  }

  /** Refuses everything from now on. Resolves when everything that is in it has been dealt with. */
  close(): Promise<void> {
    this.#closed = true
    for (let first = this.#blocked.shift(); first !== undefined; first = this.#blocked.shift()) first.refuse()
    if (this.#isEmpty()) return Promise.resolve()
    return new Promise((resolve) => {
      this.#whenEmpty = resolve
    })
  }

  /** Takes out what no consumer has begun with, oldest first. */
  abandon(): readonly Payload[] {
    const left: Payload[] = []
    for (let entry = this.#entries.shift(); entry !== undefined; entry = this.#entries.shift()) {
      left.push(entry.payload)
      this.#leave(entry, CLOSED)
    }
    return left
  }

  #isEmpty(): boolean {
    return this.#inFlight === 0 && this.#entries.length === 0
  }

  #costOf(payload: Payload): number {
    const { sizer } = this.#config
    return sizer === 'requests' ? 1 : sizer === 'items' ? payload.items : payload.sizeBytes
  }

  #fits(payload: Payload): boolean {
    const { queue_size, max_bytes } = this.#config
    return this.#size + this.#costOf(payload) <= queue_size && this.#bytes + heldBytes(payload) <= max_bytes
  }

  #refuse(payload: Payload, refusal: Refusal): Promise<Refusal> {
    this.#refused(payload, refusal)
    return Promise.resolve(refusal)
  }

  #enter(payload: Payload): Promise<Outcome> {
    const cost = this.#costOf(payload)
    this.#size += cost
    this.#bytes += heldBytes(payload)
    if (this.#config.wait_for_result) {
      return new Promise((tell) => {
        this.#entries.push({ payload, cost, tell })
        this.#consume()
      })
    }
    this.#entries.push({ payload, cost, tell: undefined })
    this.#consume()
    return ACCEPTED
  }

  #consume(): void {
    while (this.#inFlight < this.#config.num_consumers) {
      const entry = this.#entries.shift()
      if (entry === undefined) return
      this.#inFlight += 1
      void this.#deliver(entry.payload).then((outcome) => {
        this.#inFlight -= 1
        this.#leave(entry, outcome)
        this.#consume()
      })
    }
  }

  #leave(entry: Entry, outcome: Outcome): void {
    this.#size -= entry.cost
    this.#bytes -= heldBytes(entry.payload)
    entry.tell?.(outcome)
    for (
      let first = this.#blocked.peek();
      first !== undefined && this.#fits(first.payload);
      first = this.#blocked.peek()
    ) {
      this.#blocked.shift()
      first.admit()
    }
    if (this.#isEmpty()) this.#whenEmpty()
  }
}

const ACCEPTED: Promise<Outcome> = Promise.resolve(accepted)

/** Memory that a payload keeps alive. */
function heldBytes({ parts, compressed }: Payload): number {
  let bytes = compressed?.bytes.length ?? 0
  for (const part of parts) bytes += part.length
  return bytes
}

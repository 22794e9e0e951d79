/**
 * The queue between the pipelines and a backend: bounded, with so many consumers at once. What it has said yes to is
 * either delivered or counted as failed; what it cannot hold it refuses, so that the sender keeps it.
 */

import { createFifo } from '../fifo.ts'
import { accepted, type Outcome, permanent, type Refusal, unavailable } from '../outcome.ts'
import type { Payload } from '../payload.ts'
import type { QueueConfig } from './config.ts'
import type { QueueView } from './measure.ts'

export interface SendingQueue extends QueueView {
  /** Takes a payload in, or says why not; with `wait_for_result`, says what became of it. */
  offer(payload: Payload): Promise<Outcome>
  /** Refuses everything from now on. Resolves when everything that is in it has been dealt with. */
  close(): Promise<void>
  /** Takes out what no consumer has begun with, oldest first. */
  abandon(): readonly Payload[]
}

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
 * @param deliver sends one payload to the end, retries included; never rejects.
 * @param refused told of each payload that is not taken in.
 */
export function createSendingQueue(
  config: QueueConfig,
  deliver: (payload: Payload) => Promise<Outcome>,
  refused: (payload: Payload, why: Refusal) => void,
): SendingQueue {
  const entries = createFifo<Entry>()
  const blocked = createFifo<Blocked>()
  let size = 0
  let bytes = 0
  let inFlight = 0
  let closed = false
  let whenEmpty: (() => void) | undefined

  const costOf = (payload: Payload) =>
    config.sizer === 'requests' ? 1 : config.sizer === 'items' ? payload.items : payload.sizeBytes
  const fits = (payload: Payload) =>
    size + costOf(payload) <= config.queue_size && bytes + heldBytes(payload) <= config.max_bytes

  function offer(payload: Payload): Promise<Outcome> {
    if (closed) return refuse(payload, CLOSED)
    if (costOf(payload) > config.queue_size || heldBytes(payload) > config.max_bytes) return refuse(payload, TOO_LARGE)
    // Those who wait were first.
    if (blocked.length === 0 && fits(payload)) return enter(payload)
    if (!config.block_on_overflow) return refuse(payload, FULL)
    return new Promise((resolve) => {
      blocked.push({
        payload,
        admit: () => resolve(enter(payload)),
        refuse: () => resolve(refuse(payload, CLOSED)),
      })
    })
  }

  function refuse(payload: Payload, refusal: Refusal): Promise<Refusal> {
    refused(payload, refusal)
    return Promise.resolve(refusal)
  }

  function enter(payload: Payload): Promise<Outcome> {
    const cost = costOf(payload)
    size += cost
    bytes += heldBytes(payload)
    if (config.wait_for_result) {
      return new Promise((tell) => {
        entries.push({ payload, cost, tell })
        consume()
      })
    }
    entries.push({ payload, cost, tell: undefined })
    consume()
    return ACCEPTED
  }

  function consume(): void {
    while (inFlight < config.num_consumers) {
      const entry = entries.shift()
      if (entry === undefined) return
      inFlight += 1
      void deliver(entry.payload).then((outcome) => {
        inFlight -= 1
        leave(entry, outcome)
        consume()
      })
    }
  }

  function leave(entry: Entry, outcome: Outcome): void {
    size -= entry.cost
    bytes -= heldBytes(entry.payload)
    entry.tell?.(outcome)
    for (let first = blocked.peek(); first !== undefined && fits(first.payload); first = blocked.peek()) {
      blocked.shift()
      first.admit()
    }
    if (inFlight === 0 && entries.length === 0) whenEmpty?.()
  }

  return {
    offer,
    close() {
      closed = true
      for (let first = blocked.shift(); first !== undefined; first = blocked.shift()) first.refuse()
      if (inFlight === 0 && entries.length === 0) return Promise.resolve()
      return new Promise((resolve) => {
        whenEmpty = resolve
      })
    },
    abandon() {
      const left: Payload[] = []
      for (let entry = entries.shift(); entry !== undefined; entry = entries.shift()) {
        left.push(entry.payload)
        leave(entry, CLOSED)
      }
      return left
    },
    get size() {
      return size
    },
    get inFlight() {
      return inFlight
    },
    capacity: config.queue_size,
  }
}

const ACCEPTED: Promise<Outcome> = Promise.resolve(accepted)

/** Memory that a payload keeps alive. */
function heldBytes({ parts, compressed }: Payload): number {
  let bytes = compressed?.bytes.length ?? 0
  for (const part of parts) bytes += part.length
  return bytes
}

import type { Consumer } from '../../component/component.ts'
import { accepted, type Outcome } from '../../component/outcome.ts'
import type { Payload, Signal } from '../../component/payload.ts'

/** The end of a pipeline, for tests: remembers what came and answers as told. */
export interface FakeConsumer extends Consumer {
  readonly payloads: readonly Payload[]
  /** Sum of `items` over the payloads that were accepted. */
  readonly acceptedItems: number
  /** From now on answers so; a function is asked for each payload. */
  answer(outcome: Outcome | ((payload: Payload) => Outcome | Promise<Outcome>)): void
}

export function fakeConsumer(): FakeConsumer {
  const payloads: Payload[] = []
  let acceptedItems = 0
  let decide: (payload: Payload) => Outcome | Promise<Outcome> = () => accepted
  return {
    payloads,
    get acceptedItems() {
      return acceptedItems
    },
    answer(outcome) {
      decide = typeof outcome === 'function' ? outcome : () => outcome
    },
    async consume(payload) {
      payloads.push(payload)
      const outcome = await decide(payload)
      if (outcome.ok) acceptedItems += payload.items
      return outcome
    },
  }
}

/** A payload of these parts. Where the content does not matter, so many bytes of zero are parts enough. */
export function fakePayload(
  signal: Signal,
  items: number,
  parts: readonly Uint8Array[] = [new Uint8Array(items)],
): Payload {
  return { signal, items, parts, sizeBytes: parts.reduce((sum, part) => sum + part.length, 0) }
}

import assert from 'node:assert/strict'
import type { Consumer } from '../../component/component.ts'

/**
 * A consumer whose other end can be put elsewhere. Every `next` is one, so that a reload can keep a component, with
 * all it remembers and has queued, while what stands behind it is replaced.
 */
export interface Link extends Consumer {
  lead(to: Consumer): void
}

/** A link that leads nowhere yet: telemetry before `lead` is a bug. */
export function createLink(): Link {
  let target: Consumer | undefined
  return {
    lead(to) {
      target = to
    },
    consume(payload) {
      assert(target !== undefined, 'telemetry before the pipelines were joined')
      return target.consume(payload)
    },
  }
}

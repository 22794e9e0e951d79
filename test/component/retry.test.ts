import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Backoff, nextTry, retryConfig, startBackoff } from '../../component/retry.ts'

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('waits grow to the maximum, within their spread', () => {
  const config = retryConfig.parse({ max_elapsed_time: '0' })
  fc.assert(
    fc.property(fc.array(chance, { minLength: 1, maxLength: 20 }), (chances) => {
      let backoff: Backoff = startBackoff(config, 0)
      for (const [at, each] of chances.entries()) {
        const middleMs = Math.min(30_000, 5_000 * 1.5 ** at)
        const next = nextTry(config, backoff, 0, each, undefined)
        assert.ok(next.kind === 'wait')
        assert.ok(next.waitMs >= middleMs * 0.5 - 1e-6 && next.waitMs <= middleMs * 1.5 + 1e-6)
        backoff = next.backoff
      }
    }),
  )
})

test('never sooner than asked for, never later than patience', () => {
  const config = retryConfig.parse({})
  fc.assert(
    fc.property(fc.nat(400_000), chance, fc.option(fc.nat(600_000), { nil: undefined }), (elapsedMs, each, askedMs) => {
      const next = nextTry(config, startBackoff(config, 0), elapsedMs, each, askedMs)
      if (next.kind === 'wait') {
        assert.ok(next.waitMs >= (askedMs ?? 0))
        assert.ok(elapsedMs + next.waitMs <= 300_000)
      } else {
        assert.ok(elapsedMs + Math.max(askedMs ?? 0, 7_500) > 300_000)
      }
    }),
  )
})

test('max_elapsed_time: 0 never gives up', () => {
  const config = retryConfig.parse({ max_elapsed_time: '0' })
  assert.equal(nextTry(config, startBackoff(config, 0), 1e12, 0.5, undefined).kind, 'wait')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { accepted, type Outcome, permanent, unavailable } from '../../../component/outcome.ts'
import { combined, fanOut } from '../../../service/pipelines/fan_out.ts'
import { payload } from '../small_service.ts'

const outcome = fc.oneof(
  fc.constant<Outcome>(accepted),
  fc.constantFrom('full', 'away').map((message): Outcome => unavailable(message)),
  fc.nat(1_000).map((ms): Outcome => unavailable('later', ms)),
  fc.constantFrom('bad', 'worse').map((message): Outcome => permanent(message, 3)),
)

test('[P3] all accept, some retryable, any permanent', () => {
  fc.assert(
    fc.property(fc.array(outcome, { minLength: 1, maxLength: 6 }), (outcomes) => {
      const result = combined(outcomes)
      const refused = outcomes.filter((one) => !one.ok)
      assert.equal(result.ok, refused.length === 0)
      if (result.ok) return
      assert.equal(
        result.retryable,
        refused.every((one) => !one.ok && one.retryable),
      )
      for (const one of refused) assert.ok(!one.ok && result.message.includes(one.message), 'every reason is told')
      const waits = refused.map((one) => (one.ok ? 0 : (one.retryAfterMs ?? 0)))
      if (result.retryable) assert.equal(result.retryAfterMs ?? 0, Math.max(...waits))
      assert.deepEqual(combined(outcomes), result)
    }),
  )
})

test('[P3] the codes and words of what refused', () => {
  assert.deepEqual(combined([permanent('bad', 3)]), permanent('bad', 3))
  assert.deepEqual(combined([unavailable('full'), permanent('bad', 3)]), permanent('full; bad', 3))
  assert.deepEqual(combined([unavailable('full', 5), accepted, unavailable('full', 9)]), unavailable('full', 9))
})

test('[P3] every branch gets the same payload, also after another refused', async () => {
  const got: unknown[] = []
  const branch = (answer: Outcome) => ({
    async consume(one: unknown) {
      got.push(one)
      return answer
    },
  })
  const sent = payload('traces', 3)
  const result = await fanOut([branch(unavailable('full')), branch(accepted)]).consume(sent)
  assert.deepEqual(result, unavailable('full'))
  assert.deepEqual(got, [sent, sent])
  assert.equal(got[0], sent)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Blocks } from '../../../../processor/leak_detector/detect/blocks.ts'
import { callDayOf, secondsToServe } from '../../../../processor/leak_detector/detect/call_day.ts'

const HOUR_MS = 3_600_000

function viewOf(calls: readonly number[]): Blocks {
  const none = new Float64Array(calls.length)
  return {
    instance: 'a',
    blockMs: HOUR_MS,
    startMs: 0,
    lifeStartMs: 0,
    floor: none,
    lowAfterMs: none,
    mean: none,
    calls: Float64Array.from(calls),
  }
}

test('[D21] the last day counts, hours that were not seen have the mean of the others', () => {
  const day = callDayOf(viewOf([...new Array(24).fill(36_000), 3_600, 7_200]))!
  assert.deepEqual([...day], [1, 2, ...new Array(22).fill(10)])
  const six = callDayOf(viewOf([3_600, 3_600, 3_600, 3_600, 7_200, 7_200]))!
  assert.equal(six[5], 2)
  assert.equal(six[20], (4 + 4) / 6)
})

test('[D21] three hours are no day', () => {
  assert.equal(callDayOf(viewOf([1, 2, 3])), undefined)
})

test('[D21] busy hours use up what is left sooner', () => {
  const day = new Float64Array(24).fill(1)
  day[1] = 10
  assert.equal(secondsToServe(day, 3_600, 0), 3_600)
  assert.equal(secondsToServe(day, 3_600 + 18_000, 0), 5_400)
  // Whole days: 23 hours at 1 and one at 10.
  assert.equal(secondsToServe(day, 3 * (23 * 3_600 + 36_000) + 1_800, 0), 3 * 86_400 + 1_800)
})

test('[D21] what is served in the forecast time is what was to be served', () => {
  const rates = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 24, maxLength: 24 })
  const ask = fc.double({ min: 1, max: 1e7, noNaN: true })
  fc.assert(
    fc.property(rates, ask, fc.integer({ min: 0, max: 86_400_000 }), (perSecond, calls, nowMs) => {
      const day = Float64Array.from(perSecond)
      const seconds = secondsToServe(day, calls, nowMs)
      let served = 0
      const endMs = nowMs + seconds * 1000
      for (let atMs = nowMs; atMs < endMs; ) {
        const until = Math.min(endMs, (Math.floor(atMs / HOUR_MS) + 1) * HOUR_MS)
        served += (day[Math.floor(atMs / HOUR_MS) % 24]! * (until - atMs)) / 1000
        atMs = until
      }
      assert.ok(Math.abs(served / calls - 1) < 1e-4, `${served} of ${calls}`)
    }),
    { numRuns: 300 },
  )
})

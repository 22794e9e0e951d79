import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bootstrap, eventRate, quantile, share } from './interval.ts'

function near(actual: number | undefined, expected: number, within: number): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= within, `${actual} instead of ${expected}`)
}

/** Newcombe, Statistics in Medicine 17 (1998), table I, method 3. */
const NEWCOMBE = [
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
] as const

for (const [hits, n, low, high] of NEWCOMBE) {
  test(`[S13] Wilson's interval of ${hits} in ${n} is the published one`, () => {
    const measured = share(hits, n)
    near(measured?.low, low, 5e-5)
    near(measured?.high, high, 5e-5)
  })
}

test('[S13] a share lies within its interval, which lies within 0 and 1', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, part) => {
      const { value, low, high } = share(Math.round(part * n), n)!
      assert.ok(low >= 0 && low <= value && value <= high && high <= 1)
    }),
  )
  assert.equal(share(0, 0), undefined)
})

/** The exact 95 % bounds of a Poisson mean (Garwood, Biometrika 28, 1936). */
const GARWOOD = [
  [0, 0, 3.689],
  [1, 0.0253, 5.572],
  [5, 1.623, 11.668],
  [10, 4.795, 18.39],
  [50, 37.11, 65.92],
] as const

for (const [events, low, high] of GARWOOD) {
  test(`[S13] the interval of ${events} rare events is near the exact one`, () => {
    const rate = eventRate(events, 1)
    near(rate?.low, low, 0.03)
    near(rate?.high, high, 0.03)
  })
}

test('[S13] a rate is told for its exposure, and not at all without one', () => {
  near(eventRate(5, 100)?.value, 0.05, 1e-12)
  near(eventRate(5, 100)?.high, 0.11668, 3e-4)
  assert.equal(eventRate(0, 0), undefined)
})

test('quantiles lie between neighbours', () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2)
  assert.equal(quantile([4, 1, 2, 3], 0.5), 2.5)
  near(quantile([0, 10], 0.9), 9, 1e-12)
  assert.equal(quantile([], 0.5), undefined)
})

const mean = (drawn: readonly (readonly number[])[]) => {
  const values = drawn.flat()
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}

test('[S14] the same seed draws the same interval, another seed another', () => {
  const cases = [Array.from({ length: 40 }, (_, at) => (at * 37) % 101)]
  const draw = (seed: number) => bootstrap(cases, mean, 40, { rounds: 500, seed })
  assert.deepEqual(draw(1), draw(1))
  assert.notDeepEqual(draw(1), draw(2))
})

test('[S14] the interval of a mean is about twice its standard error each way', () => {
  const values = Array.from({ length: 100 }, (_, at) => at)
  const measured = bootstrap([values], mean, 100, { rounds: 4_000, seed: 7 })!
  const standardError = Math.sqrt((100 ** 2 - 1) / 12) / 10
  assert.equal(measured.value, 49.5)
  near(measured.low, 49.5 - 1.96 * standardError, 0.4)
  near(measured.high, 49.5 + 1.96 * standardError, 0.4)
})

test('[S14] strata keep their number of cases: what is the same within each has no spread', () => {
  const measured = bootstrap([[1, 1, 1], [5]], mean, 4, { rounds: 50, seed: 1 })
  assert.deepEqual(measured, { value: 2, low: 2, high: 2, n: 4 })
  assert.equal(bootstrap([[], []], mean, 0, { rounds: 5, seed: 1 }), undefined)
})

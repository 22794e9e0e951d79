import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { linearRegression, rSquared } from 'simple-statistics'
import { chanceAt } from './fake_case.ts'
import { lineOf, medianOf, valueAt } from './line.ts'
import { autocorrelations, hamedRao, hamedRaoFactor, mannKendall, ranksOf, senSlope } from './trend.ts'

const near = (actual: number, expected: number, tolerance = 1e-6) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

test('[R4] Mann–Kendall and Sen give the values of the worked example 10, 15, 14, 20 (Gilbert 1987)', () => {
  // Pairs: +5 +4 +10 −1 +5 +6, so S = 5 − 1; variance 4·3·13/18; slopes 5, 2, 10/3, −1, 5/2, 6.
  const { s, variance, z, p } = mannKendall([10, 15, 14, 20])
  assert.equal(s, 4)
  near(variance, 156 / 18)
  near(z, 3 / Math.sqrt(156 / 18))
  near(p, 0.15409, 1e-5)
  near(senSlope([10, 15, 14, 20]), (5 / 2 + 10 / 3) / 2)
})

test('[R4] ties take their share off the variance', () => {
  // One pair: 2·1·9/18; one of three: 3·2·11/18.
  near(mannKendall([1, 1, 2, 3]).variance, (156 - 18) / 18)
  near(mannKendall([1, 2, 2, 2, 3]).variance, (5 * 4 * 15 - 66) / 18)
  near(mannKendall([7, 7, 7]).p, 0.5)
})

test('[R4] ranks share the mean of equal values, and autocorrelation is the usual one', () => {
  assert.deepEqual(ranksOf([5, 1, 5, 9]), [2.5, 1, 2.5, 4])
  // Deviations −1.5 −0.5 0.5 1.5: whole 5; lag 1: 0.75 − 0.25 + 0.75; lag 2: −1.5; lag 3: −2.25.
  assert.deepEqual(autocorrelations([1, 2, 3, 4]), [0.25, -0.3, -0.45])
})

test('[R4] the factor of Hamed and Rao by hand: 20 ranks in two blocks, and in strict turns', () => {
  const blocks = Array.from({ length: 20 }, (_, at) => (at < 10 ? 1 : 2))
  // ρ(k) = (20 − 3k)/20 to lag 10, −(20 − k)/20 after. Over 1.96/√20 = 0.438: lags 1, 2, 3, 10 and 11.
  const sum = 0.85 * 5814 + 0.7 * 4896 + 0.55 * 4080 - 0.5 * 720 - 0.45 * 504
  near(hamedRaoFactor(blocks), 1 + (2 * sum) / 6840)
  const turns = Array.from({ length: 20 }, (_, at) => at % 2)
  // ρ(k) = ±(20 − k)/20: lags 1 to 11.
  near(hamedRaoFactor(turns), 1 - (2 * 3150.3) / 6840)
})

test('[R4] least squares agrees with simple-statistics', () => {
  const values = fc.array(fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }), { minLength: 3, maxLength: 40 })
  fc.assert(
    fc.property(values, fc.nat(20), (told, shift) => {
      const line = lineOf(Float64Array.from([...Array(shift).fill(Number.NaN), ...told]), 0, 100)!
      const points = told.map((value, at) => [at + shift, value])
      const expected = linearRegression(points)
      const scale = Math.max(1, ...told.map(Math.abs))
      near(line.slope, expected.m, 1e-8 * scale)
      near(valueAt(line, shift), expected.m * shift + expected.b, 1e-8 * scale)
      const r2 = rSquared(points, (at) => expected.m * at + expected.b)
      if (Number.isFinite(r2) && new Set(told).size > 2) near(line.r2, r2, 1e-6)
    }),
  )
})

test('[R4] a line needs two values, and the median none', () => {
  assert.equal(lineOf(Float64Array.of(Number.NaN, 4), 0, 2), undefined)
  assert.ok(Number.isNaN(medianOf(Float64Array.of())))
  assert.equal(medianOf(Float64Array.of(9, 1, 4, 2)), 3)
})

test('[R4] in white noise Mann–Kendall is wrong one time in a hundred; in a random walk much more, corrected less', () => {
  let drawn = 0
  const noise = () => chanceAt(drawn++, 1) + chanceAt(drawn++, 2)
  const white = Array.from({ length: 3000 }, () => Array.from({ length: 24 }, noise))
  const share = white.filter((values) => mannKendall(values).p < 0.01).length / white.length
  assert.ok(share > 0.003 && share < 0.02, `${share}`)
  const walks = white.map((steps) => {
    let level = 0
    return steps.map((step) => {
      level = 0.8 * level + step
      return level
    })
  })
  const raw = walks.filter((values) => mannKendall(values).p < 0.01).length
  const corrected = walks.filter((values) => hamedRao(values).p < 0.01).length
  assert.ok(raw > 0.05 * walks.length && corrected < 0.8 * raw, `${raw} ${corrected}`)
})

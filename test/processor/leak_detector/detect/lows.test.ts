import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countLows, log10POrder, log10PWalk } from '../../../../processor/leak_detector/detect/lows.ts'
import { chance } from './shapes.ts'

test('[D4] counts lows below everything after them, the newest always, gaps left out', () => {
  assert.equal(countLows(Float64Array.of(1, 2, 3, 2.5), 0).records, 3)
  assert.equal(countLows(Float64Array.of(1, 2, 3, 2.5), 1).records, 2)
  assert.equal(countLows(Float64Array.of(4, 3, 2, 1), 0).records, 1)
  assert.equal(countLows(Float64Array.of(5, 5, 5, 5), 0).records, 1)
  const gaps = countLows(Float64Array.of(1, Number.NaN, 2, Number.NaN, 3), 0)
  assert.equal(gaps.records, 3)
  assert.equal(gaps.blocks, 3)
  assert.equal(countLows(new Float64Array(0), 0).records, 0)
})

test('[D4] the chance in exchangeable order is that of counting all orders', () => {
  for (const n of [1, 2, 3, 4, 5, 6, 7]) {
    const counts = new Array<number>(n + 1).fill(0)
    const orders = permutations(n)
    for (const order of orders) counts[countLows(Float64Array.from(order), 0).records]! += 1
    for (let r = 1; r <= n; r++) {
      const atLeast = counts.slice(r).reduce((sum, count) => sum + count, 0) / orders.length
      assert.ok(Math.abs(10 ** log10POrder(n, r) - atLeast) < 1e-9, `${r} of ${n}`)
    }
  }
})

test('[D4] the chance under a random walk is the one that walks show', () => {
  const seed = 20_261_124
  const random = chance(seed)
  for (const n of [4, 16, 48]) {
    const walks = 4000
    const counts = new Array<number>(n + 1).fill(0)
    for (let k = 0; k < walks; k++) {
      let at = 0
      const walk = Float64Array.from({ length: n }, () => {
        at += random.even() < 0.5 ? -random.even() : random.even()
        return at
      })
      counts[countLows(walk, 0).records]! += 1
    }
    for (let r = 2; r <= n; r++) {
      const seen = counts.slice(r).reduce((sum, count) => sum + count, 0) / walks
      const said = 10 ** log10PWalk(n, r)
      const error = 4 * Math.sqrt((said * (1 - said)) / walks) + 1e-3
      assert.ok(Math.abs(seen - said) < error, `seed ${seed}: ${r} of ${n}: seen ${seen}, said ${said}`)
    }
  }
})

test('[D4] more lows are never likelier, and many are likelier in a walk than in no order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 96 }), fc.integer({ min: 2, max: 96 }), (blocks, records) => {
      fc.pre(records <= blocks)
      assert.ok(log10POrder(blocks, records) <= log10POrder(blocks, records - 1))
      assert.ok(log10PWalk(blocks, records) <= log10PWalk(blocks, records - 1))
      if (2 * records > blocks && blocks >= 8) assert.ok(log10POrder(blocks, records) < log10PWalk(blocks, records))
    }),
  )
})

test('[D4] shifting, stretching and any rising map leave the count alone', () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(values, (raw) => {
      const count = (map: (value: number) => number): number => countLows(Float64Array.from(raw, map), 0).records
      const plain = count((value) => value)
      assert.equal(
        count((value) => value + 5e9),
        plain,
      )
      assert.equal(
        count((value) => value * 1024),
        plain,
      )
      assert.equal(
        count((value) => Math.exp(value / 100)),
        plain,
      )
    }),
  )
})

function permutations(n: number): number[][] {
  if (n === 0) return [[]]
  return permutations(n - 1).flatMap((rest) =>
    Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n, ...rest.slice(at)]),
  )
}

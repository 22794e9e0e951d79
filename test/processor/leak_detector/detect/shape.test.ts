import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Points } from '../../../../processor/leak_detector/detect/points.ts'
import { jumpShare, levelling, levelsOff } from '../../../../processor/leak_detector/detect/shape.ts'
import { chance } from './shapes.ts'

function points(n: number, level: (hours: number) => number, noise: number, seed: number): Points {
  const random = chance(seed)
  const x = Float64Array.from({ length: n }, (_, i) => (i + 1) * 1800)
  const y = x.map((seconds) => level(seconds / 3600) + noise * random.normal())
  return { x, y, mean: y }
}

const seeds = Array.from({ length: 20 }, (_, i) => i + 1)
const levelled = (level: (hours: number) => number): number =>
  seeds.filter((seed) => levelsOff(levelling(points(60, level, 2, seed), 0))).length

test('[D8] caches of any pace and the logarithm of age level off; lines and accelerating curves do not', () => {
  assert.ok(levelled((h) => 100 * (1 - Math.exp(-h / 10))) >= 19)
  assert.ok(levelled((h) => 100 * (1 - Math.exp(-h / 25))) >= 16)
  assert.ok(levelled((h) => 30 * Math.log(h)) >= 19)
  assert.ok(levelled((h) => 3 * h) <= 1)
  assert.ok(levelled((h) => 2 ** (h / 6)) <= 1)
})

test('[D8] a leak beside a cache that has filled does not level off', () => {
  assert.ok(levelled((h) => 40 * (1 - Math.exp(-h / 2)) + 4 * h) <= 2)
})

test('[D8] a leak that slows down because calls do is straight on the clock of calls', () => {
  const slowing = points(60, (h) => 60 * Math.log(1 + h), 1, 3)
  assert.ok(levelsOff(levelling(slowing, 0)))
  const work = slowing.x.map((seconds) => 1000 * Math.log(1 + seconds / 3600))
  assert.ok(!levelsOff(levelling({ ...slowing, work }, 0)))
})

test('[D8] too few points bend nothing', () => {
  assert.ok(
    !levelsOff(
      levelling(
        points(7, (h) => Math.log(h), 0, 1),
        0,
      ),
    ),
  )
  assert.ok(
    !levelsOff(
      levelling(
        points(20, (h) => h, 0, 1),
        1e9,
      ),
    ),
  )
})

test('[D9] a step has its growth in one jump, a climb in many', () => {
  const step = Float64Array.from({ length: 40 }, (_, i) => (i < 20 ? 100 : 200) + (i % 3))
  assert.ok(jumpShare(step) > 0.9)
  assert.ok(jumpShare(Float64Array.from({ length: 40 }, (_, i) => i)) < 0.1)
  assert.equal(jumpShare(Float64Array.of(3, 2, 1)), 0)
})

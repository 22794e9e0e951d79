import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bendsUp } from '../../../../processor/leak_detector/detect/faster.ts'
import { chance } from './shapes.ts'

const HOURS = 24
const x = Float64Array.from({ length: HOURS }, (_, hour) => hour * 3600)
const climb = (levelAt: (hour: number) => number) => {
  const y = Float64Array.from({ length: HOURS }, (_, hour) => levelAt(hour))
  return { x, y, mean: y, work: x.map((seconds) => seconds / 10) }
}
/** Of 200 climbs, those that bend upwards from an hour on. */
const bent = (levelAt: (hour: number) => number, noise: number, sinceHour = 0) => {
  let count = 0
  for (let seed = 1; seed <= 200; seed++) {
    const random = chance(seed)
    const noisy = climb((hour) => levelAt(hour) + noise * random.normal())
    if (bendsUp(noisy, sinceHour * 3600)) count += 1
  }
  return count
}

test('[D12] noise about a straight climb seldom looks bent, however much of it there is', () => {
  for (const noise of [1, 4, 16]) assert(bent((hour) => 2 * hour, noise) <= 6, `noise ${noise}`)
})

test('[D12] what doubles every six hours is nearly always seen to bend, under noise of half of what it first keeps', () => {
  const seen = bent((hour) => 10 * 2 ** (hour / 6), 5)
  assert(seen >= 190, `${seen} of 200`)
})

test('[D12] what slows down, hardly speeds up, first falls, or has hardly begun does not bend upwards', () => {
  const slowing = (hour: number) => 100 * Math.log1p(hour)
  const hardly = (hour: number) => 2 * hour + 0.02 * hour ** 2
  assert.equal(bent(slowing, 1), 0)
  const falling = (hour: number) => (hour - 14) ** 2
  assert.equal(bent(hardly, 0.1), 0)
  assert.equal(bent(falling, 5), 0)
  const doubling = (hour: number) => 10 * 2 ** (hour / 6)
  assert(bent(doubling, 5, 7) > 150)
  assert.equal(bent(doubling, 5, 9), 0)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assessByAge } from '../../../../processor/leak_detector/detect/by_age.ts'
import type { SeriesWindow } from '../../../../processor/leak_detector/detect/evidence.ts'
import { seededRandom } from '../../../component/fake_env.ts'
import { contextWith } from './context.ts'

const STEP_MS = 60_000
const MIB = 2 ** 20
const START_MS = STEP_MS * 1_000_000

/** Lives of about forty minutes, one after the other in three places; `shape` is what a life holds at an age. */
function lives(count: number, seed: number, shape: (minutes: number) => number): SeriesWindow[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, n) => {
    const length = 38 + Math.floor(random.next() * 6)
    const born = Math.floor(n / 3) * 42 + (n % 3) * 13
    const floor = new Float64Array(length + 20).fill(Number.NaN)
    for (let age = 0; age < length; age++) floor[age] = 100 * MIB + shape(age) + random.next() * 4 * MIB
    const startMs = START_MS + born * STEP_MS
    return {
      instance: `pod-${n}`,
      stepMs: STEP_MS,
      startMs,
      bornMs: startMs,
      floor,
      mean: floor,
      cuts: [],
      deploys: [],
    }
  })
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const leak = (minutes: number) => minutes * 0.7 * MIB
const slowCache = (minutes: number) => 150 * MIB * (1 - Math.exp(-minutes / 36))
const cache = (minutes: number) => 40 * MIB * (1 - Math.exp(-minutes / 12))

test('[D22] a leak that no life is long enough to show is seen in all of them', () => {
  for (const seed of SEEDS) {
    const verdict = assessByAge(lives(18, seed, leak), contextWith())
    assert(verdict?.kind === 'growing', `seed ${seed}`)
    const { rate, affectedInstances } = verdict.growth
    assert(rate.low <= (0.7 * MIB) / 60 && (0.7 * MIB) / 60 <= rate.high, `seed ${seed}: ${rate.low}–${rate.high}`)
    assert(
      affectedInstances.length >= 9,
      `seed ${seed}: ${affectedInstances.length} lives are as long as the middle one`,
    )
  }
})

test('[D22] caches that fill in every life, and lives that hold nothing, say nothing', () => {
  for (const seed of SEEDS) {
    assert.equal(assessByAge(lives(60, seed, slowCache), contextWith()), undefined, `slow cache, seed ${seed}`)
    assert.equal(assessByAge(lives(30, seed, cache), contextWith()), undefined, `cache, seed ${seed}`)
    assert.equal(
      assessByAge(
        lives(30, seed, () => 0),
        contextWith(),
      ),
      undefined,
      `flat, seed ${seed}`,
    )
  }
})

test('[D22] five lives are too few', () => {
  const alike = lives(90, 1, (minutes) => minutes * 5 * MIB)
    .filter(({ floor }) => !Number.isNaN(floor[40]!) && Number.isNaN(floor[41]!))
    .slice(0, 6)
  assert.equal(assessByAge(alike, contextWith())?.kind, 'growing')
  assert.equal(assessByAge(alike.slice(0, 5), contextWith()), undefined)
})

test('[D22] a last step that was not told leaves every number finite', () => {
  const gappy = lives(18, 1, leak).map((window) => {
    const floor = window.floor.slice()
    for (const step of [37, 38, 39, 40, 41]) if (step % 2 === 0) floor[step] = Number.NaN
    return { ...window, floor }
  })
  const verdict = assessByAge(gappy, contextWith())
  assert(verdict?.kind === 'growing')
  assert(Number.isFinite(verdict.growth.level))
})

test('[D22] lives whose beginning was not seen are left out', () => {
  const unseen = lives(18, 1, leak).map((window) => ({ ...window, bornMs: window.startMs - 3_600_000 }))
  assert.equal(assessByAge(unseen, contextWith()), undefined)
})

test('[D22] lives between cuts of one place count as those of many', () => {
  const apart = lives(18, 3, leak)
  const floors = apart.map(({ floor }) => floor.subarray(0, 44))
  const floor = new Float64Array(44 * floors.length)
  for (const [at, one] of floors.entries()) floor.set(one, at * 44)
  const cuts = floors.map((_, at) => at * 44).slice(1)
  const verdict = assessByAge([{ ...apart[0]!, floor, mean: floor, cuts }], contextWith())
  assert.equal(verdict?.kind, 'growing')
})

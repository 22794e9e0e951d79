import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  accelerating,
  type Chance,
  cache,
  calm,
  chance,
  diurnal,
  leak,
  restarts,
  type Shape,
  sawtooth,
  squareWave,
  staircase,
  step,
  trendThenStable,
  walk,
  warmUp,
} from './shapes.ts'
import { walkThrough } from './walk_through.ts'

const DAY = 1440
const SEEDS = Array.from({ length: 20 }, (_, i) => 7919 * (i + 1))
const LOOK_MINUTES = 180

interface Story {
  readonly name: string
  readonly make: (random: Chance) => Shape
  readonly collected?: boolean
}

interface Harmless extends Story {
  /** Of 20 lives, so many may be called a leak at some look. */
  readonly alarmsMax: number
}

const HARMLESS: readonly Harmless[] = [
  { name: 'noise without memory', make: (r) => calm(3 * DAY, 0, r), alarmsMax: 0 },
  { name: 'noise that hangs together for half an hour', make: (r) => calm(3 * DAY, 30, r), alarmsMax: 0 },
  { name: 'noise that hangs together for three hours', make: (r) => calm(3 * DAY, 180, r), alarmsMax: 1 },
  { name: 'noise that hangs together for twelve hours', make: (r) => calm(3 * DAY, 720, r), alarmsMax: 3 },
  { name: 'random walk', make: (r) => walk(3 * DAY, r), alarmsMax: 4 },
  { name: 'cache that fills in hours', make: (r) => cache(2 * DAY, 200, 60, r), alarmsMax: 1 },
  { name: 'cache that fills in a day', make: (r) => cache(2 * DAY, 200, 360, r), alarmsMax: 1 },
  { name: 'cache that fills in days', make: (r) => cache(4 * DAY, 200, DAY, r), alarmsMax: 16 },
  { name: 'warm-up with the logarithm of age', make: (r) => warmUp(2 * DAY, 8, r), alarmsMax: 4 },
  { name: 'step', make: (r) => step(2 * DAY, DAY, 80, r), alarmsMax: 0 },
  { name: 'day and night, load known', make: (r) => diurnal(3 * DAY, true, DAY * r.even(), r), alarmsMax: 0 },
  { name: 'day and night, load not known', make: (r) => diurnal(3 * DAY, false, DAY * r.even(), r), alarmsMax: 1 },
  { name: 'sawtooth of minutes', make: (r) => sawtooth(2 * DAY, 5, 0, r), collected: true, alarmsMax: 0 },
  { name: 'sawtooth of an hour', make: (r) => sawtooth(2 * DAY, 60, 0, r), collected: true, alarmsMax: 0 },
  { name: 'sawtooth of six hours', make: (r) => sawtooth(3 * DAY, 360, 0, r), collected: true, alarmsMax: 3 },
  { name: 'restarts, each with a start', make: (r) => restarts(2 * DAY, 300, r), alarmsMax: 0 },
  { name: 'rise that then stays', make: (r) => trendThenStable(2 * DAY, 180, r), alarmsMax: 0 },
  { name: 'batch job', make: (r) => squareWave(2 * DAY, 240, r), alarmsMax: 0 },
]

interface Leaking extends Story {
  /** Of 20 leaks, so many may be missed. */
  readonly missedMax: number
  /** Share of the life by which half of those found are found. */
  readonly foundBy: number
  /** Minutes from the start to the leak; 0 when absent. */
  readonly onset?: number
  readonly mbPerHour?: number
}

const LEAKS: readonly Leaking[] = [
  // A process that young may be filling its caches, and no limit says that it is urgent.
  { name: 'fast', make: (r) => leak(DAY, 50, 30, 0, r), missedMax: 0, foundBy: 0.75, mbPerHour: 50 },
  { name: 'slow', make: (r) => leak(4 * DAY, 10, 30, 0, r), missedMax: 0, foundBy: 0.25, mbPerHour: 10 },
  { name: 'below the noise', make: (r) => leak(4 * DAY, 4, 180, 0, r), missedMax: 1, foundBy: 0.5, mbPerHour: 4 },
  {
    name: 'begins after a day',
    make: (r) => leak(3 * DAY, 10, 30, DAY, r),
    missedMax: 0,
    foundBy: 0.8,
    onset: DAY,
    mbPerHour: 10,
  },
  { name: 'staircase of traffic', make: (r) => staircase(4 * DAY, 150, r), missedMax: 0, foundBy: 0.3 },
  { name: 'under a sawtooth', make: (r) => sawtooth(DAY, 5, 20, r), missedMax: 0, foundBy: 0.4, mbPerHour: 20 },
  { name: 'under a sawtooth of an hour', make: (r) => sawtooth(2 * DAY, 60, 20, r), missedMax: 0, foundBy: 0.4 },
  { name: 'feeds on itself', make: (r) => accelerating(2 * DAY, 360, r), missedMax: 0, foundBy: 0.7 },
]

for (const { name, make, collected = false, alarmsMax } of HARMLESS) {
  test(`[D14] harmless: ${name}`, () => {
    const alarmed = SEEDS.filter((seed) => {
      const course = walkThrough([make(chance(seed))], LOOK_MINUTES, {
        kind: { items: false, heap: collected, collected },
      })
      return course.firstMinute !== undefined
    })
    assert.ok(alarmed.length <= alarmsMax, `alarms on ${alarmed.length} of ${SEEDS.length}: seeds ${alarmed.join()}`)
  })
}

for (const { name, make, missedMax, foundBy, onset = 0, mbPerHour } of LEAKS) {
  test(`[D14] leak: ${name}`, () => {
    const shares: number[] = []
    let held = 0
    let said = 0
    for (const seed of SEEDS) {
      const shape = make(chance(seed))
      const course = walkThrough([shape], LOOK_MINUTES, {})
      if (course.firstMinute !== undefined) shares.push(course.firstMinute / shape.floor.length)
      for (const { minute, growth } of course.growths) {
        if (mbPerHour === undefined || minute < onset) continue
        said += 1
        const truth = (mbPerHour * 1e6) / 3600
        if (growth.rate.low <= truth && truth <= growth.rate.high) held += 1
      }
    }
    const missed = SEEDS.length - shares.length
    assert.ok(missed <= missedMax, `${missed} of ${SEEDS.length} missed`)
    const middle = shares.toSorted((a, b) => a - b)[Math.floor(shares.length / 2)]!
    assert.ok(middle <= foundBy, `half are found by ${middle} of the life`)
    if (said > 0) assert.ok(held / said >= 0.85, `the rate's interval holds ${held} of ${said}`)
  })
}

test('[D13] one replica of ten that leaks is found, and named', () => {
  let found = 0
  for (const seed of SEEDS.slice(0, 6)) {
    const shapes = Array.from({ length: 10 }, (_, i) => {
      const random = chance(seed + i)
      return i === 3 ? leak(2 * DAY, 20, 30, 0, random) : calm(2 * DAY, 30, random)
    })
    const last = walkThrough(shapes, 2 * DAY, {}).growths.at(-1)
    if (last === undefined) continue
    found += 1
    assert.deepEqual(last.growth.affectedInstances, ['i3'], `seed ${seed}`)
    assert.equal(last.growth.totalInstances, 10)
  }
  assert.equal(found, 6)
})

test('[D9] what is suppressed says why', () => {
  const said = (shape: Shape, collected = false): string[] => [
    ...walkThrough([shape], 60, { kind: { items: false, heap: collected, collected } }).reasons,
  ]
  assert.ok(said(cache(DAY, 200, 360, chance(1))).includes('cache_plateau'))
  assert.ok(said(diurnal(2 * DAY, true, 0, chance(1))).includes('load_growth'))
  assert.ok(said(sawtooth(2 * DAY, 360, 0, chance(1)), true).includes('collection_cycle'))
  assert.ok(said(restarts(DAY, 300, chance(1))).includes('warmup'))
})

test('[D13] a leak too slow for one replica shows in the mean of ten', () => {
  const alone: number[] = []
  const together: number[] = []
  let held = 0
  for (const seed of SEEDS.slice(0, 5)) {
    const shapes = Array.from({ length: 10 }, (_, i) => leak(2 * DAY, 3, 180, 0, chance(seed + 17 * i)))
    const last = (some: readonly Shape[]) => walkThrough(some, 2 * DAY, {}).growths.at(-1)?.growth
    if (last(shapes.slice(0, 1)) !== undefined) alone.push(seed)
    const pooled = last(shapes)
    if (pooled === undefined) continue
    together.push(seed)
    const truth = 3e6 / 3600
    if (pooled.rate.low <= truth && truth <= pooled.rate.high) held += 1
  }
  assert.ok(held >= 4, `${held} of 5 intervals hold`)
  assert.equal(together.length, 5)
  assert.ok(alone.length < together.length, `alone: ${alone.join()}`)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../processor/leak_detector/detect/assess.ts'
import { contextWith, windowOf } from './context.ts'
import { chance } from './shapes.ts'

const MIB = 2 ** 20
const MINUTES = 30 * 60
const LIMIT_MIB = 1_000
const minutes = Array.from({ length: MINUTES }, (_, minute) => minute)

/** What is said of an old process at the end of `mib`, when it serves `calls` a minute. */
function growthOf(mib: readonly number[], calls?: readonly number[]) {
  const window = windowOf(
    Float64Array.from(mib, (value) => value * MIB),
    { bornMs: 0, ...(calls && { calls: Float64Array.from(calls) }) },
  )
  const verdict = assess([window], contextWith({ limits: new Map([['a', LIMIT_MIB * MIB]]) }))
  assert(verdict.kind === 'growing', verdict.kind)
  return verdict.growth
}

function running(perMinute: readonly number[]): number[] {
  let sum = 0
  return perMinute.map((value) => {
    sum += value
    return sum
  })
}

test('[D12] a climb in waves is as fast as all of it, not as its newest wave', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = chance(seed)
    const wave = running(minutes.map((minute) => 0.2 * (1 + 0.8 * Math.sin((2 * Math.PI * minute) / 360 + seed))))
    const { rate } = growthOf(wave.map((kept) => 100 + kept + random.normal()))
    const perHour = (rate.value * 3600) / MIB
    assert(Math.abs(perHour - 12) < 2.5, `seed ${seed}: ${perHour} MiB/h where 12 are right`)
  }
})

test('[D12] a pace that has surely changed, and long ago, is the pace of now', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const random = chance(seed)
    const slowThenFast = running(minutes.map((minute) => (minute < MINUTES / 2 ? 0.1 : 0.4)))
    const { rate } = growthOf(slowThenFast.map((kept) => 100 + kept + random.normal()))
    const perHour = (rate.value * 3600) / MIB
    assert(Math.abs(perHour - 24) < 3, `seed ${seed}: ${perHour} MiB/h where 24 are right`)
  }
})

test('[D12] what speeds up is told as sooner full than straight on; not where its calls speed up as much', () => {
  const doubling = minutes.map((minute) => 10 * 2 ** (minute / 400))
  const random = chance(7)
  const level = doubling.map((kept) => 100 + kept + random.normal())
  const room = LIMIT_MIB - level.at(-1)!
  const straight = (growth: ReturnType<typeof growthOf>) => room / ((growth.rate.value * 60) / MIB) / 60
  const alone = growthOf(
    level,
    minutes.map(() => 100),
  )
  assert(alone.exhaustionSeconds!.value / 3600 < 0.75 * straight(alone))
  const byCalls = growthOf(
    level,
    minutes.map((minute) => 100 * 2 ** (minute / 400)),
  )
  assert(byCalls.exhaustionSeconds!.value / 3600 > 0.75 * straight(byCalls))
})

test('[D12] what feeds on itself is told as full at much the same time from look to look, noise or not', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = chance(seed)
    const doubling = minutes.map((minute) => 100 + 10 * 2 ** (minute / 450) + 8 * random.normal())
    for (const looked of [1_500, 1_600, 1_700]) {
      const growth = growthOf(
        doubling.slice(0, looked),
        minutes.slice(0, looked).map(() => 100),
      )
      const right = (450 * Math.log2((LIMIT_MIB - 100) / 10) - looked) / 60
      const told = growth.exhaustionSeconds!.value / 3600
      assert(Math.abs(told - right) < 0.3 * right, `seed ${seed}: ${told} h where ${right} are right`)
    }
  }
})

test('[D12] a mere bend does not hasten a leak of the calls, nor one whose calls nobody knows', () => {
  const random = chance(3)
  const morning = minutes.map((minute) => 100 * (1 + (1.5 * minute) / MINUTES))
  const level = running(morning.map((count) => 0.001 * count)).map((kept) => 100 + kept + random.normal())
  const straight = (growth: ReturnType<typeof growthOf>) =>
    (LIMIT_MIB - level.at(-1)!) / ((growth.rate.value * 3600) / MIB)
  for (const growth of [growthOf(level, morning), growthOf(level)]) {
    assert(Math.abs(growth.exhaustionSeconds!.value / 3600 / straight(growth) - 1) < 0.2)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../processor/leak_detector/detect/assess.ts'
import { seededRandom } from '../../../component/fake_env.ts'
import { contextWith, WHOLE_BLOCKS_MS as START_MS, windowOf } from './context.ts'

const MIB = 2 ** 20
const MINUTES = 20 * 60

/** Flat around 100 MiB, and climbing for the last `minutes`. */
function climbing(minutes: number, mibAMinute: number, seed = 1): Float64Array {
  const random = seededRandom(seed)
  const flat = MINUTES - minutes
  return Float64Array.from(
    { length: MINUTES },
    (_, at) => (100 + Math.max(0, at - flat) * mibAMinute + random.next() * 2) * MIB,
  )
}

/** Of a process that is a month old and serves ten calls a minute. */
const served = (perMinute: number) => new Float64Array(MINUTES).fill(perMinute)
const old = { bornMs: START_MS - 30 * 86_400_000, calls: served(10), concurrency: served(10 / 60) }
const said = (floor: Float64Array, limitMib?: number, changes: object = old) => {
  const limits = new Map(limitMib === undefined ? [] : [['a', limitMib * MIB]])
  const verdict = assess([windowOf(floor, { startMs: START_MS, ...changes })], contextWith({ limits }))
  return verdict.kind === 'explained' ? verdict.reasons.join() : verdict.kind
}

test('[D23] growth of an hour waits, unless its limit is near for that time', () => {
  assert.equal(said(climbing(60, 1), 2_000), 'warmup')
  assert.equal(said(climbing(60, 1), 330), 'growing')
  assert.equal(said(climbing(60, 1), 160 + 60 * 4), 'growing')
  assert.equal(said(climbing(60, 1), 160 + 60 * 6), 'warmup')
})

test('[D11] a climb of an hour is seen to begin to a few minutes, however long the process was watched before', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const window = windowOf(climbing(60, 1, seed), { startMs: START_MS, ...old })
    const verdict = assess([window], contextWith({ limits: new Map([['a', 330 * MIB]]) }))
    assert(verdict.kind === 'growing')
    const minutesAgo = (ms: number) => MINUTES - (ms - START_MS) / 60_000
    const { value, low, high } = verdict.growth.onsetMs
    assert(Math.abs(minutesAgo(value) - 60) < 6, `seed ${seed}: ${minutesAgo(value)} minutes ago`)
    assert(minutesAgo(low) < 70 && minutesAgo(high) > 50, `seed ${seed}: ${minutesAgo(low)} to ${minutesAgo(high)}`)
  }
})

test('[D23] how near the limit is goes by the calls that are still to come: at night a leak of the day is urgent', () => {
  const quiet = MINUTES - 240
  const perMinute = (at: number) => (at < quiet ? 100 : Math.floor(at / 20) % 2 === 0 ? 5 : 15)
  const calls = Float64Array.from({ length: MINUTES }, (_, at) => perMinute(at))
  let kept = 0
  const ofCalls = climbing(0, 0).map((low, at) => {
    if (at >= quiet) kept += perMinute(at) * 0.04 * MIB
    return low + kept
  })
  const concurrency = calls.map((count) => count / 60)
  assert.equal(said(ofCalls, 2_000, { ...old, calls, concurrency }), 'growing')
  assert.equal(said(ofCalls, 2_000), 'warmup', 'as calls came that never change')
})

test('[D23] where calls come so evenly that they say no more than time does, the forecast goes straight on', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = seededRandom(seed)
    const calls = Float64Array.from({ length: MINUTES }, (_, at) => (at < MINUTES - 240 ? 100 : 9 + random.next() * 2))
    const concurrency = calls.map((count) => count / 60)
    assert.equal(said(climbing(240, 0.4, seed), 2_000, { ...old, calls, concurrency }), 'warmup', `seed ${seed}`)
  }
})

test('[D23] growth of an hour waits where no limit is known, unless the level has doubled', () => {
  assert.equal(said(climbing(60, 1)), 'warmup')
  assert.equal(said(climbing(60, 3)), 'growing')
})

test('[D23] what is around a heap counts like a limit of its own, the nearer of the two', () => {
  const beside = (ceilingMib: number, limitMib?: number) => {
    const of = (mib: number | undefined) => new Map(mib === undefined ? [] : [['a', mib * MIB]])
    const window = windowOf(climbing(60, 3), { startMs: START_MS, ...old })
    const verdict = assess([window], contextWith({ limits: of(limitMib), ceilings: of(ceilingMib) }))
    if (verdict.kind === 'growing') assert.equal(verdict.growth.exhaustionSeconds === undefined, limitMib === undefined)
    return verdict.kind
  }
  assert.equal(beside(5_000), 'explained', 'doubled, and far from full')
  assert.equal(beside(280 + 60 * 3 * 4), 'growing')
  assert.equal(beside(280 + 60 * 3 * 4, 50_000), 'growing')
  assert.equal(beside(50_000, 280 + 60 * 3 * 4), 'growing')
  assert.equal(beside(5_000, 5_000), 'explained')
})

test('[D23] growth in an old process is told after eight hours, and while it has time not before', () => {
  assert.equal(said(climbing(780, 0.4), 20_000), 'growing')
  assert.equal(said(climbing(420, 0.4), 20_000), 'warmup')
})

test('[D23] what grows ever faster is told sooner', () => {
  const faster = (minutes: number) =>
    climbing(minutes, 0).map((low, at) => low + 8 * MIB * (2 ** (Math.max(0, at - MINUTES + minutes) / 120) - 1))
  assert.equal(said(faster(460), 20_000), 'growing')
  assert.equal(said(climbing(460, 0.25), 20_000), 'warmup')
})

test('[D25] who was climbing when first seen, and is much older than such a climb, has to wait as if it were new', () => {
  const seen = 15 * 60
  const calls = old.calls.subarray(0, seen)
  const concurrency = old.concurrency.subarray(0, seen)
  const bornBefore = (days: number, limitMib = 20_000) => {
    const bornMs = START_MS - days * 86_400_000
    return said(climbing(MINUTES, 0.4).subarray(0, seen), limitMib, { bornMs, calls, concurrency })
  }
  assert.match(bornBefore(30), /warmup/)
  assert.equal(bornBefore(0.5), 'growing')
  assert.equal(bornBefore(30, 100 + seen * 0.4 * 2.3), 'growing', 'unless it is full within 1.5 times that time')
  assert.match(bornBefore(30, 100 + seen * 0.4 * 2.7), /warmup/)
})

test('[D26] what climbed and has stopped is told no more', () => {
  const floor = climbing(780, 0.4)
  const stopped = floor.map((low) => Math.min(low, floor[MINUTES - 300]!))
  assert.match(said(stopped, 20_000), /cache_plateau/)
})

test('[D23] a process that does not say when it was started is as old as what was seen of it', () => {
  const { bornMs: _notSaid, ...unsaid } = old
  assert.match(said(climbing(240, 0.4), 20_000, unsaid), /warmup/)
})

/** Calls of 10 a minute that take a second, and three times as long since `minutes` ago. */
function slowed(minutes: number) {
  const concurrency = served(10 / 60).map((inFlight, at) => inFlight * (at >= MINUTES - minutes ? 3 : 1))
  return { ...old, concurrency }
}

test('[D24] growth that began when calls became slow is a backlog; growth of slow calls that always were is none', () => {
  const floor = climbing(780, 0.4)
  assert.match(said(floor, 20_000, slowed(780)), /backlog/)
  assert.equal(said(floor, 20_000, slowed(MINUTES)), 'growing')
  assert.equal(said(floor, 20_000, slowed(100)), 'growing')
  assert.equal(said(climbing(500, 0.4), 20_000, slowed(800)), 'growing')
  assert.equal(said(floor, 20_000, { ...slowed(780), stepMs: 120_000 }), 'growing')
})

test('[D23] a process that says it is a day old is no young one, however short it was seen', () => {
  const seen = (floor: Float64Array, bornMs: number) => {
    const whole = floor.subarray(MINUTES - 780)
    const calls = served(10).subarray(MINUTES - 780)
    const concurrency = served(10 / 60).subarray(MINUTES - 780)
    return said(whole, 20_000, { bornMs, calls, concurrency })
  }
  const floor = climbing(720, 0.4)
  assert.equal(seen(floor, START_MS - 86_400_000), 'growing')
  assert.match(seen(floor, START_MS), /warmup/)
})

test('[D23] a pace that grows a little hastens nobody: the forecast may go by it, urgency does not', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const flat = MINUTES - 240
    const bent = climbing(0, 0, seed).map((low, at) => {
      const minutes = Math.max(0, at - flat)
      return low + 0.4 * minutes * (1 + (0.55 * minutes) / 240) * MIB
    })
    assert.equal(said(bent, 1_650), 'warmup', `seed ${seed}`)
  }
})

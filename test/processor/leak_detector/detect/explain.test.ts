import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeLeft } from '../../../../processor/leak_detector/detect/forecast.ts'
import { loadExplains, loadShare } from '../../../../processor/leak_detector/detect/load.ts'
import { findOnset } from '../../../../processor/leak_detector/detect/onset.ts'
import { chance } from './shapes.ts'

const n = 48
const hours = Float64Array.from({ length: n }, (_, i) => i / 4)
const x = hours.map((value) => value * 3600)

test('[D10] memory that follows the work in flight is explained, memory that follows the work done is not', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = chance(seed)
    const load = hours.map((h) => 50 + 40 * Math.sin(h / 4) + random.normal())
    const work = load.map((_, i) => load.subarray(0, i + 1).reduce((sum, value) => sum + value, 0))
    const follows = load.map((value) => 300 + value + random.normal())
    const kept = work.map((value) => 300 + value / 10 + random.normal())
    const morning = { x: x.subarray(0, 24), load: load.subarray(0, 24), work: work.subarray(0, 24) }
    const explained = loadShare({ ...morning, y: follows.subarray(0, 24), mean: follows })
    assert.ok(explained !== undefined && loadExplains(explained), `seed ${seed}`)
    const leak = loadShare({ x, load, work, y: kept, mean: kept })
    assert.ok(leak !== undefined && !loadExplains(leak), `seed ${seed}`)
  }
  assert.equal(loadShare({ x, y: x, mean: x }), undefined)
})

test('[D11] the onset is found within its interval', () => {
  let held = 0
  for (let seed = 1; seed <= 40; seed++) {
    const random = chance(seed)
    const y = hours.map((h) => 100 + 8 * Math.max(0, h - 5) + 2 * random.normal())
    const onset = findOnset({ x, y, mean: y })
    assert.ok(onset.low <= onset.seconds && onset.seconds <= onset.high)
    assert.ok(Math.abs(onset.seconds - 5 * 3600) < 2 * 3600, `seed ${seed}: ${onset.seconds / 3600} h`)
    if (onset.low <= 5 * 3600 && 5 * 3600 <= onset.high) held += 1
  }
  assert.ok(held >= 36, `${held} of 40 hold`)
})

test('[D11] a climb that was under way from the first point may have begun with the life', () => {
  assert.equal(findOnset({ x, y: hours, mean: hours }).low, 0)
})

test('[D12] the time left is the room over the rate, in an interval that widens with what is not known', () => {
  const clock = { secondsFor: (room: number) => room / 2, relativeError: 0, spread: 0 }
  const climb = { ...clock, room: 600, noise: 0, watchedSeconds: 1000 }
  const sure = timeLeft(climb)
  assert.equal(sure.value, 300)
  assert.ok(sure.low > 180 && sure.high < 500)
  const vague = timeLeft({ ...climb, relativeError: 0.5 })
  assert.equal(vague.value, 300)
  assert.ok(vague.low < sure.low && vague.low > 0 && vague.high > sure.high)
  assert.deepEqual(timeLeft({ ...climb, room: -200 }), { value: 0, low: 0, high: 0 })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../processor/leak_detector/detect/assess.ts'
import { seededRandom } from '../../../component/fake_env.ts'
import { contextWith, windowOf } from './context.ts'

const MIB = 2 ** 20
const HOUR = 60
const START_MS = 60_000 * 64 * 100_000
const settled = { startMs: START_MS, bornMs: START_MS - 30 * 86_400_000 }

/** MiB at the end of each leg, and minutes to get there; what falls, falls at once. */
type Leg = readonly [toMib: number, minutes: number]

function levels(fromMib: number, legs: readonly Leg[], seed = 1): Float64Array {
  const random = seededRandom(seed)
  let at = fromMib
  return Float64Array.from(
    legs.flatMap(([toMib, minutes]) => {
      const begun = at
      at = toMib
      return Array.from({ length: minutes }, (_, minute) => begun + ((toMib - begun) * (minute + 1)) / minutes)
    }),
    (mib) => (mib + random.next()) * MIB,
  )
}

/** What is said of the climb of the last copy; work in flight does not change. */
function said(copies: readonly Float64Array[], kind = {}): string {
  const windows = copies.map((floor, at) => {
    const calls = new Float64Array(floor.length).fill(10)
    return windowOf(floor, { ...settled, instance: `i${at}`, calls, concurrency: calls })
  })
  const context = contextWith({ kind: { items: false, heap: true, collected: false, ...kind } })
  const verdict = assess(windows, context)
  return verdict.kind === 'explained' ? verdict.reasons.join() : verdict.kind
}

const FLAT: Leg = [100, 10 * HOUR]
const climb = (toMib: number, hours: number): Leg => [toMib, hours * HOUR]
const drop = (toMib: number): Leg => [toMib, 1]

test('[D27] a climb no higher than the one before, which was undone, is one of several', () => {
  assert.equal(said([levels(100, [FLAT, climb(200, 12)])]), 'growing')
  assert.equal(said([levels(100, [climb(200, 12), drop(140), climb(240, 12)])]), 'collection_cycle')
})

test('[D27] a small climb that was undone says nothing of a much higher one', () => {
  assert.equal(said([levels(100, [climb(140, 12), drop(110), climb(240, 14)])]), 'growing')
})

test('[D27] a level that was there before, and left, may be left again', () => {
  const busy: Leg = [200, 4 * HOUR]
  assert.match(said([levels(200, [busy, drop(100), FLAT, climb(195, 10)])]), /collection_cycle/)
})

test('[D27] a climb much faster than those that were undone is none of them', () => {
  assert.equal(said([levels(100, [climb(200, 30), drop(150), climb(270, 10)])]), 'growing')
})

test('[D27] what another copy lost again, this one will', () => {
  const undone = levels(100, [climb(200, 12), drop(100), FLAT], 2)
  const steady = levels(100, [[100, 22 * HOUR + 1]], 2)
  const rising = levels(100, [FLAT, [200, 12 * HOUR + 1]])
  assert.equal(said([steady, rising]), 'growing')
  assert.equal(said([undone, rising]), 'collection_cycle')
})

test('[D27] a fall that takes two blocks is one collection, and of an old generation two have to be seen', () => {
  const collected = { collected: true }
  const fall: readonly Leg[] = [
    [150, 20],
    [120, 20],
  ]
  const seen = (legs: readonly Leg[]) => said([levels(100, legs)], collected)
  assert.match(seen([climb(200, 1), ...fall, climb(330, 14)]), /collection_cycle/)
  assert.equal(seen([climb(200, 1), ...fall, climb(200, 1), ...fall, climb(330, 14)]), 'growing')
})

test('[D9] a heap must grow by a twentieth of its level, other memory by less', () => {
  const little = [levels(100, [FLAT, climb(104, 14)])]
  assert.match(said(little), /negligible/)
  assert.equal(said(little, { heap: false }), 'growing')
  assert.equal(said([levels(100, [FLAT, climb(110, 14)])]), 'growing')
})

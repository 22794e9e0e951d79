import assert from 'node:assert/strict'
import { test } from 'node:test'
import { climb, drop, FLAT, HOUR, type Leg, levels, said } from './legs.ts'

test('[D27] a climb no higher than the one before, which was undone, is one of several', () => {
  assert.equal(said([levels(100, [FLAT, climb(200, 12)])]), 'growing')
  assert.equal(said([levels(100, [climb(200, 12), drop(140), climb(240, 12)])]), 'collection_cycle')
})

test('[D27] a climb half as high again as one that was undone is still one of several', () => {
  assert.equal(said([levels(100, [climb(200, 12), drop(140), climb(290, 12)])]), 'collection_cycle')
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

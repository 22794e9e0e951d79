import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Crowd, createCrowd } from '../../proto/crowd.ts'

/** Adds so many who are known by hashes that lie apart. */
function add(crowd: Crowd, from: number, count: number): void {
  for (let who = from; who < from + count; who++) crowd.add(Math.imul(who, 0x9e3779b1))
}

test('[D6] strangers beyond the limit crowd a dictionary; when it was emptied they do no longer', () => {
  const crowd = createCrowd(1_000)
  add(crowd, 0, 1_000)
  assert.equal(crowd.isCrowded, false)
  add(crowd, 1_000, 1)
  assert.equal(crowd.isCrowded, true)
  crowd.clear()
  assert.equal(crowd.isCrowded, false)
})

test('[D6] those who come again never crowd it, however many they are', () => {
  const crowd = createCrowd(1_000)
  for (let first = 0; first < 100_000; first += 5_000) {
    add(crowd, first, 5_000)
    assert.equal(crowd.isCrowded, true)
    crowd.clear()
  }
  for (let first = 0; first < 100_000; first += 5_000) add(crowd, first, 5_000)
  assert.equal(crowd.isCrowded, false)
  add(crowd, 200_000, 50_000)
  assert.equal(crowd.isCrowded, false, 'fewer strangers than others')
  add(crowd, 300_000, 150_000)
  assert.equal(crowd.isCrowded, true)
})

test('[D6] a flood of strangers does not make strangers look known', () => {
  const crowd = createCrowd(1_000)
  for (let first = 0; first < 2_000_000; first += 2_000) {
    add(crowd, first, 2_000)
    assert.equal(crowd.isCrowded, true, `after ${first}`)
    crowd.clear()
  }
})

test('[D6] one who comes all the time does not wear out the memory of the others', () => {
  const crowd = createCrowd(1_000)
  add(crowd, 0, 1_500)
  crowd.clear()
  for (let times = 0; times < 300_000; times++) crowd.add(7)
  crowd.clear()
  add(crowd, 0, 1_500)
  assert.equal(crowd.isCrowded, false)
})

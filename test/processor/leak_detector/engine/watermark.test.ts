import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWatermark } from '../../../../processor/leak_detector/engine/watermark.ts'

const STEP = 60_000
const YEARS = 200_000_000_000
const T0 = 1_661_140_000_000

test('[E12] a sender whose clock is years ahead does not move time, and is counted', () => {
  const watermark = createWatermark(STEP)
  for (let minute = 0; minute < 30; minute++) {
    const now = T0 + minute * STEP
    watermark.hear(
      new Map([
        [1, now],
        [2, now + 500],
        [3, now + YEARS],
      ]),
    )
    assert.equal(watermark.ms, now + 500)
  }
  assert(watermark.isSettled)
  assert.equal(watermark.ahead, 30)
})

test('[E13] the same, when the wrong clock is heard first and each sender comes in a batch of its own', () => {
  const watermark = createWatermark(STEP)
  for (let minute = 0; minute < 30; minute++) {
    const now = T0 + minute * STEP
    for (const sender of [
      [3, now + YEARS],
      [1, now],
      [2, now + 500],
    ] as const)
      watermark.hear(new Map([sender]))
  }
  assert.equal(watermark.ms, T0 + 29 * STEP + 500)
  assert(watermark.isSettled)
})

test('[E14] a gap in everything moves time over it', () => {
  const watermark = createWatermark(STEP)
  for (let minute = 0; minute < 5; minute++)
    watermark.hear(
      new Map([
        [1, T0 + minute * STEP],
        [2, T0 + minute * STEP],
      ]),
    )
  const later = T0 + 7_200_000
  for (const sender of [1, 2]) watermark.hear(new Map([[sender, later]]))
  assert.equal(watermark.ms, later)
})

test('[E15] a single sender moves time alone, over gaps too', () => {
  const watermark = createWatermark(STEP)
  for (const at of [0, 1, 2, 3, 4, 90, 91]) watermark.hear(new Map([[1, T0 + at * STEP]]))
  assert.equal(watermark.ms, T0 + 91 * STEP)
  assert(watermark.isSettled)
})

test('[E16] once settled time never goes back', () => {
  const watermark = createWatermark(STEP)
  for (let minute = 0; minute < 5; minute++) watermark.hear(new Map([[1, T0 + minute * STEP]]))
  for (let old = 0; old < 100; old++) watermark.hear(new Map([[2 + old, T0 - 86_400_000]]))
  assert.equal(watermark.ms, T0 + 4 * STEP)
})

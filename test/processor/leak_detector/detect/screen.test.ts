import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../processor/leak_detector/detect/assess.ts'
import { mayGrow } from '../../../../processor/leak_detector/detect/screen.ts'
import { contextWith } from './context.ts'
import { windowsAt } from './rings.ts'
import { accelerating, calm, chance, leak, sawtooth, staircase } from './shapes.ts'

test('[D19] whatever is judged to grow passes the screen', () => {
  let growing = 0
  for (let seed = 1; seed <= 8; seed++) {
    const random = chance(seed * 31)
    for (const shape of [
      leak(2880, 4, 30, 0, random),
      leak(2880, 20, 30, 1000, random),
      staircase(2880, 150, random),
      sawtooth(2880, 5, 20, random),
      accelerating(2880, 360, random),
    ]) {
      for (const minute of [400, 1200, 2000, 2880]) {
        const windows = windowsAt(shape, minute)
        if (assess(windows, contextWith()).kind !== 'growing') continue
        growing += 1
        const passes = windows.some(({ floor }) => mayGrow(floor, floor.length - 1, floor.length))
        assert.ok(passes, `seed ${seed * 31}, minute ${minute}`)
      }
    }
  }
  assert.ok(growing > 40, `${growing} looks judged to grow`)
})

test('[D19] few series of noise pass', () => {
  let passed = 0
  for (let seed = 1; seed <= 200; seed++) {
    const { floor } = calm(240, 0, chance(seed))
    if (mayGrow(floor, 239, 240)) passed += 1
  }
  assert.ok(passed <= 6, `${passed} of 200 pass`)
})

test('[D19] a ring is read from its newest value back, round its end, and no further than the life', () => {
  const rising = Float32Array.from({ length: 64 }, (_, i) => i)
  const ring = Float32Array.from({ length: 64 }, (_, at) => rising[(at + 40) % 64]!)
  assert.ok(mayGrow(rising, 63, 64))
  assert.ok(mayGrow(ring, 23, 64))
  assert.ok(!mayGrow(rising, 63, 10))
  assert.ok(!mayGrow(rising.toReversed(), 63, 64))
  assert.ok(!mayGrow(new Float32Array(64).fill(Number.NaN), 63, 64))
})

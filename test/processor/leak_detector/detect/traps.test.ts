import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assess } from '../../../../processor/leak_detector/detect/assess.ts'
import type { SeriesWindow, Verdict } from '../../../../processor/leak_detector/detect/evidence.ts'
import { contextWith, windowOf } from './context.ts'
import { windowsAt } from './rings.ts'
import { chance, leak } from './shapes.ts'

const kindOf = (...windows: SeriesWindow[]): Verdict['kind'] => assess(windows, contextWith()).kind

test('[D15] too little is said to be too little', () => {
  assert.equal(kindOf(), 'warming')
  assert.equal(kindOf(windowOf(new Float64Array(0))), 'warming')
  assert.equal(kindOf(windowOf(Float64Array.of(1, 2))), 'warming')
  assert.equal(kindOf(windowOf(new Float64Array(500).fill(Number.NaN))), 'warming')
  const verdict = assess([windowOf(Float64Array.of(1, 2, Number.NaN))], contextWith())
  assert.deepEqual(verdict, { kind: 'warming', stepsSeen: 2, stepsNeeded: 22 })
})

test('[D15] constants, zeros and huge numbers are quiet', () => {
  for (const value of [0, 5, -3, 2 ** 53, 1e300]) {
    assert.equal(kindOf(windowOf(new Float64Array(300).fill(value))), 'quiet', `${value}`)
  }
})

test('[D15] odd values give a verdict with finite numbers, or none', () => {
  const odd = fc.oneof(
    { weight: 6, arbitrary: fc.double({ min: 0, max: 1e9, noNaN: true }) },
    fc.constantFrom(Number.NaN, 0, 2 ** 53, 1e-300, -1),
  )
  fc.assert(
    fc.property(fc.array(odd, { maxLength: 200 }), fc.boolean(), (raw, rising) => {
      const floor = Float64Array.from(raw, (value, i) => (rising ? value + i * 1e8 : value))
      const verdict = assess([windowOf(floor)], contextWith({ limits: new Map([['a', 1e12]]) }))
      if (verdict.kind !== 'growing') return
      const { rate, onsetMs, exhaustionSeconds, confidence, facts } = verdict.growth
      for (const estimate of [rate, onsetMs, exhaustionSeconds!]) {
        assert.ok(estimate.low <= estimate.value && estimate.value <= estimate.high)
        assert.ok(Number.isFinite(estimate.low) && Number.isFinite(estimate.high))
      }
      assert.ok(confidence > 0 && confidence < 1)
      for (const fact of facts) assert.ok(Number.isFinite(fact.value), fact.type)
    }),
    { numRuns: 60 },
  )
})

const grown = leak(2000, 30, 30, 0, chance(5))

test('[D16] the unit does not matter: a thousand times the bytes is a thousand times the rate', () => {
  const plain = assess(windowsAt(grown, 2000), contextWith())
  const scale = (values: Float64Array): Float64Array => values.map((value) => value * 1024)
  const scaled = assess(
    windowsAt({ ...grown, floor: scale(grown.floor), mean: scale(grown.mean) }, 2000),
    contextWith(),
  )
  assert.ok(plain.kind === 'growing' && scaled.kind === 'growing')
  assert.ok(Math.abs(scaled.growth.rate.value / plain.growth.rate.value / 1024 - 1) < 1e-6)
  assert.equal(scaled.growth.onsetMs.value, plain.growth.onsetMs.value)
})

test('[D16] the origin of time does not matter, nor the order in which windows are given', () => {
  const windows = windowsAt(grown, 2000)
  const plain = assess(windows, contextWith())
  const weeksMs = 3 * 7 * 86_400_000
  const moved = assess(
    windows.map((window) => ({ ...window, startMs: window.startMs + weeksMs })).toReversed(),
    contextWith(),
  )
  assert.ok(plain.kind === 'growing' && moved.kind === 'growing')
  assert.deepEqual(moved.growth.rate, plain.growth.rate)
  assert.equal(moved.growth.onsetMs.value - plain.growth.onsetMs.value, weeksMs)
})

test('[D16] asking twice gives the same answer and changes nothing', () => {
  const windows = windowsAt(grown, 2000)
  const before = structuredClone(windows)
  assert.deepEqual(assess(windows, contextWith()), assess(windows, contextWith()))
  assert.deepEqual(windows, before)
})

test('[D1] a restart in the middle: what was before is not compared with', () => {
  const floor = Float64Array.from({ length: 240 }, (_, i) => 1e8 + (i < 120 ? i * 2e6 : 0) + (i % 7) * 1e4)
  assert.equal(kindOf(windowOf(floor, { cuts: [120] })), 'quiet')
})

test('[D17] an open finding is held by weaker evidence than it took to open', () => {
  const slow = leak(1400, 5, 60, 0, chance(8))
  const looks = Array.from({ length: 40 }, (_, k) => windowsAt(slow, 1000 + 10 * k))
  const growing = (open: boolean): number =>
    looks.filter((windows) => assess(windows, contextWith({ open })).kind === 'growing').length
  assert.ok(growing(true) > growing(false), `${growing(true)} held, ${growing(false)} opened`)
})

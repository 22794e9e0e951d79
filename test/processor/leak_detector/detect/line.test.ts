import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  drawIn,
  fitLine,
  log10NormalTail,
  log10PDrift,
  middleSlope,
} from '../../../../processor/leak_detector/detect/line.ts'
import { chance } from './shapes.ts'

const ramp = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i)

test('[D6] one wild value does not move the slope', () => {
  assert.equal(middleSlope(ramp(5), Float64Array.of(0, 1, 2, 900, 4)), 1)
  assert.equal(middleSlope(Float64Array.of(3), Float64Array.of(7)), 0)
})

test('[D6] shift, scale and time origin of the data are those of the line', () => {
  const rows = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 8, maxLength: 40 })
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 1024 }), fc.integer({ min: -1e9, max: 1e9 }), (raw, scale, shift) => {
      const x = ramp(raw.length)
      const plain = fitLine(x, Float64Array.from(raw))
      const moved = fitLine(
        x.map((value) => value + 1e6),
        Float64Array.from(raw, (value) => value * scale + shift),
      )
      const tolerance = 1e-6 * (1 + Math.abs(plain.slope * scale)) + 1e-3
      assert.ok(Math.abs(moved.slope - scale * plain.slope) < tolerance)
      assert.ok(Math.abs(moved.slopeError - scale * plain.slopeError) < tolerance + 1e-6 * scale * plain.slopeError)
    }),
  )
})

test('[D6] its interval holds the truth about as often as it says, even where neighbours hang together', () => {
  for (const { keep, least } of [
    { keep: 0, least: 0.92 },
    { keep: 0.5, least: 0.9 },
    { keep: 0.8, least: 0.85 },
  ]) {
    const seed = 11 + keep
    const random = chance(seed)
    let held = 0
    const rounds = 300
    for (let k = 0; k < rounds; k++) {
      let wander = random.normal()
      const y = Float64Array.from({ length: 60 }, (_, i) => {
        wander = keep * wander + Math.sqrt(1 - keep * keep) * random.normal()
        return 0.1 * i + wander
      })
      const line = fitLine(ramp(60), y)
      if (Math.abs(line.slope - 0.1) <= 2.1 * line.slopeError) held += 1
    }
    assert.ok(held / rounds >= least, `seed ${seed}: ${held} of ${rounds} hold at ${keep}`)
  }
})

test('[D5] a drift is surely one when each step goes up, and is nothing when steps cancel', () => {
  const smooth = Float64Array.from({ length: 24 }, (_, i) => i + 0.1 * Math.sin(i))
  assert.ok(log10PDrift(smooth) < -8)
  assert.ok(log10PDrift(smooth.map((value, i) => value + (i % 2) * 1e3)) > -1)
  assert.equal(log10PDrift(smooth.map((value) => -value)), 0)
  assert.equal(log10PDrift(Float64Array.of(1, 2, 3)), 0)
})

test('[D5] the normal tail agrees with the printed table', () => {
  for (const [z, p] of [
    [0, 0.5],
    [1.6449, 0.05],
    [3.0902, 0.001],
    [4.7534, 1e-6],
  ] as const) {
    assert.ok(Math.abs(log10NormalTail(z) - Math.log10(p)) < 0.01, `z = ${z}`)
  }
})

test('[D6] outliers are drawn in to three robust deviations', () => {
  const drawn = drawIn(Float64Array.of(-1, 0, 1, 0, -1, 1, 100))
  assert.ok(drawn[6]! < 6 && drawn[6]! > 1)
  assert.deepEqual([...drawn.subarray(0, 6)], [-1, 0, 1, 0, -1, 1])
})

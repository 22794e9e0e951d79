import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createTensor, NEVER } from '../../../../processor/leak_detector/tensor/tensor.ts'

const RINGS = [
  { stepMs: 1000, steps: 30 },
  { stepMs: 10_000, steps: 12 },
  { stepMs: 60_000, steps: 8 },
]
const row = (value: number) => ({ floor: value, mean: value + 1, max: value + 4, last: value + 2 })

test('[T1] what was written is read, step by step, NaN where nothing was', () => {
  const tensor = createTensor(RINGS)
  tensor.begin(0, 'level')
  assert.equal(tensor.lastStep(0), NEVER)
  for (const step of [100, 101, 104]) tensor.writeLevel(0, step, row(step * 10))
  assert.deepEqual([...tensor.read(0, 0, 105, 7, 'floor')], [NaN, 1000, 1010, NaN, NaN, 1040, NaN])
  assert.deepEqual([...tensor.read(0, 0, 105, 2, 'max')], [1044, NaN])
  assert(Math.abs(tensor.read(0, 0, 104, 1, 'mean')[0]! - 1041) < 0.01)
  assert(Math.abs(tensor.read(0, 0, 104, 1, 'last')[0]! - 1042) < 0.01)
  assert.equal(tensor.writeLevel(0, 103, row(1)), false)
})

test('[T2] coarse steps hold least floor, mean of means, greatest max and newest last of any steps in them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer({ min: 0, max: 1_000_000 })), { minLength: 20, maxLength: 200 }),
      (values) => {
        const tensor = createTensor(RINGS)
        tensor.begin(0, 'level')
        values.forEach((value, step) => {
          if (value !== null) tensor.writeLevel(0, step, { floor: value, mean: value, max: value + 8, last: value })
        })
        const closed = values.length - 1
        const coarse = tensor.read(0, 1, closed, RINGS[1]!.steps, 'floor')
        const means = tensor.read(0, 1, closed, RINGS[1]!.steps, 'mean')
        const newest = Math.floor((closed + 1) / 10) - 1
        for (let back = 0; back < RINGS[1]!.steps; back++) {
          const step = newest - back
          const within = step < 0 ? [] : values.slice(step * 10, step * 10 + 10).filter((value) => value !== null)
          const at = RINGS[1]!.steps - 1 - back
          if (within.length === 0) assert(Number.isNaN(coarse[at]))
          else {
            assert.equal(coarse[at], Math.fround(Math.min(...within)))
            const mean = within.reduce((sum, value) => sum + value, 0) / within.length
            assert(Math.abs(means[at]! - mean) <= 1 + mean * 1e-4, `${means[at]} for ${mean}`)
          }
        }
      },
    ),
  )
})

test('[T3] counts add up in coarse steps and stay exact in fine ones', () => {
  const tensor = createTensor(RINGS)
  tensor.begin(0, 'count')
  for (let step = 0; step < 60; step++) tensor.writeCount(0, step, 16_000_000 + step)
  assert.equal(tensor.read(0, 0, 59, 1, 'mean')[0], 16_000_059)
  assert.equal(tensor.read(0, 2, 59, 1, 'mean')[0], Math.fround(60 * 16_000_000 + (59 * 60) / 2))
})

test('[T4] an unfinished coarse step is not read', () => {
  const tensor = createTensor(RINGS)
  tensor.begin(0, 'level')
  for (let step = 0; step < 15; step++) tensor.writeLevel(0, step, row(step))
  assert.deepEqual([...tensor.read(0, 1, 14, 2, 'floor')], [NaN, 0])
})

test('[T5] a number given back and begun anew holds nothing of before, and memory does not grow', () => {
  const tensor = createTensor(RINGS)
  for (let life = 0; life < 500; life++) {
    tensor.begin(7, 'level')
    for (let step = 0; step < 70; step++) tensor.writeLevel(7, step, row(life))
    assert.equal(tensor.read(7, 0, 69, 1, 'floor')[0], life)
    tensor.end(7)
  }
  tensor.begin(7, 'level')
  assert(tensor.read(7, 0, 69, 30, 'floor').every(Number.isNaN))
  assert.equal(tensor.bytes, 64 * 12 * (30 + 12 + 8))
})

test('[T6] the floors of a ring are seen without copying, oldest to newest', () => {
  const tensor = createTensor(RINGS)
  tensor.begin(0, 'level')
  for (let step = 0; step < 47; step++) tensor.writeLevel(0, step, row(step))
  const { values, newest, count } = tensor.floors(0, 0, 46)
  assert.equal(count, 30)
  assert.deepEqual(
    Array.from({ length: count }, (_, back) => values[(newest - back + 30) % 30]),
    Array.from({ length: count }, (_, back) => 46 - back),
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { denseTensor, sliceOf, unfold } from '../../../../processor/leak_detector/tensor/slice.ts'
import { createTensor } from '../../../../processor/leak_detector/tensor/tensor.ts'

const tensor = createTensor([{ stepMs: 1000, steps: 10 }])
for (let series = 0; series < 5; series++) {
  tensor.begin(series, 'level')
  for (let step = 0; step < 3; step++) {
    const value = 100 * series + step
    tensor.writeLevel(series, step, { floor: value, mean: value, max: value, last: value })
  }
}
const SPAN = { ring: 0, closedStep: 2, steps: 3, stat: 'floor' as const }

test('[T14] a slice is series by steps', () => {
  assert.deepEqual(sliceOf(tensor, [1, 3], SPAN).to2DArray(), [
    [100, 101, 102],
    [300, 301, 302],
  ])
})

test('[T14] unfoldings hold every cell once, the components of a cell summed', () => {
  const dense = denseTensor(
    tensor,
    [
      [[0], [1, 2]],
      [[3], []],
    ],
    SPAN,
  )
  assert.deepEqual(unfold(dense, 'service').to2DArray(), [
    [0, 1, 2, 300, 302, 304],
    [300, 301, 302, NaN, NaN, NaN],
  ])
  assert.deepEqual(unfold(dense, 'time').getRow(1), [1, 301, 302, NaN])
  assert.deepEqual(unfold(dense, 'resource').getRow(0), [0, 300, 1, 301, 2, 302])
})

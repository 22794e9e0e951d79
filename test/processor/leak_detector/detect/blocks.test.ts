import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blocksOf, currentLife, viewsOf } from '../../../../processor/leak_detector/detect/blocks.ts'
import { BLOCKS_MAX, BLOCKS_MIN } from '../../../../processor/leak_detector/detect/settings.ts'
import { windowOf } from './context.ts'

const count = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i)

test('[D1] the last life begins after the last cut or roll-out, at the first step with data', () => {
  assert.deepEqual(currentLife(windowOf(count(100), { cuts: [20, 60], deploys: [40] }), 0), {
    firstStep: 60,
    settledStep: 60,
  })
  const late = count(100)
  late.fill(Number.NaN, 60, 65)
  assert.equal(currentLife(windowOf(late, { deploys: [60] }), 0).firstStep, 65)
  assert.equal(currentLife(windowOf(count(100), { cuts: [100] }), 0).firstStep, 0)
})

test('[D2] the warm-up is left out, in time and not in steps', () => {
  assert.equal(currentLife(windowOf(count(100)), 360_000).settledStep, 6)
  assert.equal(currentLife(windowOf(count(100), { stepMs: 3_600_000 }), 360_000).settledStep, 1)
})

test('[D3] a block is its low, at the moment of its low; with too little data it is missing', () => {
  const floor = Float64Array.of(9, 5, 7, 8, Number.NaN, Number.NaN, Number.NaN, Number.NaN)
  const life = { firstStep: 0, settledStep: 0 }
  const startMs = 60_000 * 4 * 1000
  const blocks = blocksOf(windowOf(floor, { startMs }), life, 4, BLOCKS_MAX)
  assert.equal(blocks.floor[0], 5)
  assert.equal(blocks.lowAfterMs[0], 90_000)
  assert.ok(Number.isNaN(blocks.floor[1]))
})

test('[D3] blocks do not slide: a later look cuts the past in the same places', () => {
  const floor = count(200)
  const early = blocksOf(windowOf(floor.subarray(0, 150)), { firstStep: 0, settledStep: 7 }, 8, BLOCKS_MAX)
  const late = blocksOf(windowOf(floor), { firstStep: 0, settledStep: 7 }, 8, BLOCKS_MAX)
  assert.equal(early.startMs % (8 * 60_000), 0)
  assert.equal(early.startMs, late.startMs)
  assert.deepEqual([...late.floor.subarray(0, early.floor.length)], [...early.floor])
})

test('[D3] views double their blocks and keep between the fewest and the most of them', () => {
  const views = viewsOf(windowOf(count(720)), 0)
  assert.deepEqual(
    views.map((view) => view.blockMs / 60_000),
    [1, 2, 4, 8],
  )
  for (const view of views) assert.ok(view.floor.length >= BLOCKS_MIN && view.floor.length <= BLOCKS_MAX)
  assert.deepEqual(viewsOf(windowOf(count(BLOCKS_MIN - 1)), 0), [])
})

test('[D3] calls of steps that were not seen count like those that were', () => {
  const calls = Float64Array.of(10, Number.NaN, 10, Number.NaN)
  const blocks = blocksOf(
    windowOf(count(4), { startMs: 0, calls, concurrency: calls }),
    { firstStep: 0, settledStep: 0 },
    4,
    BLOCKS_MAX,
  )
  assert.equal(blocks.calls?.[0], 40)
  assert.equal(blocks.concurrency?.[0], 10)
})

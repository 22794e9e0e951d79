import assert from 'node:assert/strict'
import { test } from 'node:test'
import { viewsOf } from '../../../../processor/leak_detector/detect/blocks.ts'
import { hasStopped } from '../../../../processor/leak_detector/detect/stopped.ts'
import { windowOf } from './context.ts'
import { START_MS } from './rings.ts'
import { chance } from './shapes.ts'

const MINUTES = 720
const CLIMB_FROM = 120
const onsetMs = START_MS + CLIMB_FROM * 60_000

/** Flat, then climbing a unit a minute until `until`, then flat again. */
function climbed(until: number, noise: number, seed = 1) {
  const random = chance(seed)
  const floor = Float64Array.from(
    { length: MINUTES },
    (_, minute) => 100 + Math.min(Math.max(0, minute - CLIMB_FROM), until - CLIMB_FROM) + noise * random.normal(),
  )
  return viewsOf(windowOf(floor), 0)
}

test('[D26] a climb that ended two hours ago has stopped, one that goes on has not', () => {
  for (let seed = 1; seed <= 10; seed++) {
    assert.equal(hasStopped(climbed(MINUTES - 170, 2, seed), onsetMs), true, `seed ${seed}`)
    assert.equal(hasStopped(climbed(MINUTES, 2, seed), onsetMs), false, `seed ${seed}`)
  }
})

test('[D26] where noise hides the end nothing has stopped', () => {
  assert.equal(hasStopped(climbed(MINUTES - 170, 2_000), onsetMs), false)
})

test('[D26] a climb that pauses with its calls has not stopped', () => {
  const calls = Float64Array.from({ length: MINUTES }, (_, minute) => (minute < MINUTES - 170 ? 10 : 0.01))
  const { floor } = windowOf(Float64Array.from({ length: MINUTES }))
  const level = floor.map((_, minute) => 100 + Math.min(Math.max(0, minute - CLIMB_FROM), MINUTES - 170 - CLIMB_FROM))
  assert.equal(hasStopped(viewsOf(windowOf(level), 0), onsetMs), true)
  assert.equal(hasStopped(viewsOf(windowOf(level, { calls }), 0), onsetMs), false)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engineDefaults } from '../../../../processor/leak_detector/engine/settings.ts'
import { createState } from '../../../../processor/leak_detector/engine/state.ts'
import { openStep } from '../../../../processor/leak_detector/engine/steps.ts'

const STEP_MS = 60_000
const NOW = 27_000_000

function busy() {
  const state = createState({ ...engineDefaults(STEP_MS), openStepsMax: 2 })
  state.watermark.hear(new Map([[1, NOW * STEP_MS]]))
  return state
}

test('[E20] a step of a far future gives way to one that is nearer, its cells counted; never the other way round', () => {
  const state = busy()
  openStep(state, NOW)
  const future = openStep(state, NOW + 500_000)!
  future.count = 3
  assert.equal(openStep(state, NOW + 900_000), undefined, 'further still')
  assert.equal(state.counts.overflow, 1, 'the cell that asked')
  assert.notEqual(openStep(state, NOW + 1), undefined)
  assert.equal(state.counts.overflow, 4, 'and the three that gave way')
  assert.deepEqual([...state.open.keys()], [NOW, NOW + 1])
})

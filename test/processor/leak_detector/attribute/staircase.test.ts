import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attribute } from '../../../../processor/leak_detector/attribute/attribute.ts'
import { isStaircase } from '../../../../processor/leak_detector/attribute/observations.ts'
import { seededRandom } from '../../../component/fake_env.ts'

const STEPS = 120
const CANDIDATES = ['POST /cart', 'GET /cart'].map((operation) => ({
  callerService: 'web',
  callerOperation: '',
  operation,
}))

/** A heap that is told as its last collection left it: a new value every five to fifteen steps. */
function toldAtCollections(seed: number) {
  const random = seededRandom(seed)
  const waves = (period: number) =>
    Float64Array.from({ length: STEPS }, (_, at) => Math.round(40 + 30 * Math.sin(at / period) + 10 * random.next()))
  const calls = [waves(9), waves(14)]
  const floor = new Float64Array(STEPS)
  let kept = 0
  let told = 5e7
  let next = 0
  for (let at = 0; at < STEPS; at++) {
    kept += calls[0]![at]! * 10_000
    if (at === next) {
      told = 5e7 + kept
      next = at + 5 + Math.floor(random.next() * 10)
    }
    floor[at] = told
  }
  return { calls, floor }
}

test('[A9] of a value that stands until the next collection only its changes are rows', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { calls, floor } = toldAtCollections(seed)
    const instances = [{ instance: 'a', floor, calls, cuts: [] }]
    assert(isStaircase({ instances }), `seed ${seed}`)
    const input = { stepMs: 60_000, candidates: CANDIDATES, instances, onsetStep: 0, earlier: [], sampledOnly: false }
    const said = attribute(input)
    assert(said.kind === 'request_driven', `seed ${seed}: ${said.kind}`)
    assert.equal(said.culprit.operation, 'POST /cart')
    assert(Math.abs(said.perCall.value / 10_000 - 1) < 0.05, `seed ${seed}: ${said.perCall.value}`)
  }
})

test('[A9] a heap that is told as it stands is no staircase', () => {
  const { calls, floor } = toldAtCollections(1)
  const moving = floor.map((value, at) => value + (at % 7) * 1000)
  assert(!isStaircase({ instances: [{ instance: 'a', floor: moving, calls, cuts: [] }] }))
})

test('[A10] without calls to compare with the answer is unknown, not time', () => {
  const floor = Float64Array.from({ length: STEPS }, (_, at) => 5e7 + at * 1e5)
  const instances = [{ instance: 'a', floor, calls: [], cuts: [] }]
  const said = attribute({ stepMs: 60_000, candidates: [], instances, onsetStep: 0, earlier: [], sampledOnly: false })
  assert.equal(said.kind, 'unknown')
})

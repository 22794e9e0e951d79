import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attribute } from '../../../../processor/leak_detector/attribute/attribute.ts'
import type { Attribution, AttributionInput, Grain } from '../../../../processor/leak_detector/attribute/attribution.ts'
import { chance } from '../detect/shapes.ts'
import { shop } from './shops.ts'

const KEPT = 8192
const SEEDS = Array.from({ length: 20 }, (_, i) => 7_919 + i)
/** Fine steps in one of the coarser grain. */
const COARSE = 20
const FINE_STEPS = 120
const STEPS = 1440

const day = (seed: number): AttributionInput =>
  shop({
    seed,
    steps: STEPS,
    stepMs: 60_000,
    perCall: [KEPT, 0, 0, 0, 0, 0],
    perSecond: 0,
    phaseSteps: 20,
    noise: 1_000_000,
    instances: 1,
  })

/** Steps until `to` as a coarser grain keeps them: the least floor, the sum of the calls. */
function coarsened({ stepMs, instances }: Grain, to: number): Grain {
  const each = <T>(of: (from: number) => T): T[] => Array.from({ length: to / COARSE }, (_, step) => of(step * COARSE))
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
  return {
    stepMs: stepMs * COARSE,
    onsetStep: 0,
    instances: instances.map(({ instance, floor, calls }) => ({
      instance,
      cuts: [],
      floor: Float64Array.from(each((from) => Math.min(...floor.subarray(from, from + COARSE)))),
      calls: calls.map((of) => Float64Array.from(each((from) => sum(of.subarray(from, from + COARSE))))),
    })),
  }
}

function since({ stepMs, instances }: Grain, from: number): Grain {
  const cut = instances.map((one) => ({
    ...one,
    floor: one.floor.subarray(from),
    calls: one.calls.map((calls) => calls.subarray(from)),
  }))
  return { stepMs, onsetStep: 0, instances: cut }
}

/** The same, and how it is told is noise. */
function drowned({ instances, ...rest }: Grain, seed: number): Grain {
  const random = chance(seed)
  const noisy = instances.map((one) => ({ ...one, floor: one.floor.map((value) => value + 1e9 * random.normal()) }))
  return { ...rest, instances: noisy }
}

function asked(seed: number, change: (fine: Grain, coarse: Grain) => readonly [Grain, Grain]): Attribution {
  const input = day(seed)
  const { candidates, sampledOnly } = input
  const from = STEPS - FINE_STEPS
  const [fine, coarse] = change(since(input, from), coarsened(input, from))
  return attribute({ candidates, sampledOnly, ...fine, earlier: [coarse] })
}

const isRight = (answer: Attribution): boolean =>
  answer.kind === 'request_driven' && answer.culprit.callerService === 'mobile'

function rightOf(change: (fine: Grain, coarse: Grain, seed: number) => readonly [Grain, Grain]): number {
  return SEEDS.filter((seed) => isRight(asked(seed, (fine, coarse) => change(fine, coarse, seed)))).length
}

test('[A11] a noisy grain does not drown what a quiet one knows, whichever it is', () => {
  const quiet = rightOf((fine, coarse) => [fine, coarse])
  const noisyFine = rightOf((fine, coarse, seed) => [drowned(fine, seed), coarse])
  const noisyCoarse = rightOf((fine, coarse, seed) => [fine, drowned(coarse, seed)])
  assert(
    quiet >= 19 && noisyFine >= 17 && noisyCoarse >= 17,
    `${quiet}, ${noisyFine}, ${noisyCoarse} of ${SEEDS.length}`,
  )
})

test('[A11] grains of one story agree on the bytes a call', () => {
  for (const seed of SEEDS) {
    const answer = asked(seed, (fine, coarse) => [fine, coarse])
    if (answer.kind !== 'request_driven') continue
    assert(answer.perCall.low <= KEPT && KEPT <= answer.perCall.high, `seed ${seed}: ${JSON.stringify(answer.perCall)}`)
  }
})

test('[A11] a grain of few rows is heard only where there is no other', () => {
  const input = day(SEEDS[0]!)
  const { candidates, sampledOnly } = input
  const whole = { candidates, sampledOnly, ...coarsened(input, STEPS) }
  const few = drowned(coarsened(input, 10 * COARSE), 3)
  assert.deepEqual(attribute({ ...whole, earlier: [few] }), attribute({ ...whole, earlier: [] }))
  const alone = attribute({ candidates, sampledOnly, ...coarsened(input, 11 * COARSE), earlier: [] })
  assert(alone.kind !== 'unknown' || alone.remaining.length > 0, 'eleven rows alone are asked')
})

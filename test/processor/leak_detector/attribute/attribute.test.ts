import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { attribute } from '../../../../processor/leak_detector/attribute/attribute.ts'
import type { Attribution, AttributionInput } from '../../../../processor/leak_detector/attribute/attribution.ts'
import { CANDIDATES, type ShopPlan, shop } from './shops.ts'

const KEPT = 8192
const SEEDS = Array.from({ length: 20 }, (_, i) => 104_729 + i)
const EDGE = [KEPT, 0, 0, 0, 0, 0]
const OPERATION = [KEPT, KEPT, 0, 0, 0, 0]
const LONELY = [0, 0, 0, 0, KEPT, 0]
const NOTHING = [0, 0, 0, 0, 0, 0]

function plan(seed: number, changes: Partial<ShopPlan>): ShopPlan {
  return {
    seed,
    steps: 90,
    stepMs: 2000,
    perCall: EDGE,
    perSecond: 0,
    phaseSteps: 10,
    noise: 200_000,
    instances: 1,
    ...changes,
  }
}

/** What was said, in one word or two. */
function said(answer: Attribution): string {
  if (answer.kind === 'request_driven') return `${answer.culprit.callerService}->${answer.culprit.operation}`
  return answer.kind === 'operation_only' ? answer.operation : answer.kind
}

interface Case {
  readonly name: string
  readonly changes: Partial<ShopPlan>
  readonly right: string
  /** Answers that give away less than the truth, but nothing false. */
  readonly careful?: string
  readonly rightMin: number
  readonly wrongMax: number
}

const CASES: readonly Case[] = [
  {
    name: 'one caller of an operation that two call, three minutes of two seconds',
    changes: {},
    right: 'mobile->POST /cart',
    careful: 'POST /cart',
    rightMin: 18,
    wrongMax: 0,
  },
  {
    name: 'the same, five minutes, garbage piles up between collections',
    changes: { garbage: { perStep: 700_000, cycleSteps: 3 }, steps: 150 },
    right: 'mobile->POST /cart',
    careful: 'POST /cart',
    rightMin: 15,
    wrongMax: 0,
  },
  {
    name: 'the same, mix changes rarely and noise is larger',
    changes: { phaseSteps: 30, noise: 500_000, steps: 240 },
    right: 'mobile->POST /cart',
    careful: 'POST /cart',
    rightMin: 17,
    wrongMax: 0,
  },
  {
    name: 'whoever calls the operation',
    changes: { perCall: OPERATION },
    right: 'POST /cart',
    rightMin: 18,
    wrongMax: 0,
  },
  {
    name: 'an operation that has one caller',
    changes: { perCall: LONELY },
    right: 'checkout->DELETE /cart',
    careful: 'DELETE /cart',
    rightMin: 18,
    wrongMax: 0,
  },
  {
    name: 'time alone',
    changes: { perCall: NOTHING, perSecond: 20 * KEPT, steps: 240 },
    right: 'time_driven',
    rightMin: 16,
    wrongMax: 0,
  },
  {
    name: 'three instances, each with its own level',
    changes: { instances: 3 },
    right: 'mobile->POST /cart',
    careful: 'POST /cart',
    rightMin: 18,
    wrongMax: 0,
  },
  {
    name: 'two leaks, one twice the other',
    changes: { perCall: [KEPT, 0, 0, 0, KEPT / 2, 0], steps: 240 },
    right: 'mobile->POST /cart',
    careful: 'POST /cart',
    rightMin: 10,
    wrongMax: 1,
  },
]

for (const { name, changes, right, careful, rightMin, wrongMax } of CASES) {
  test(`[A5] names who keeps the bytes: ${name}`, () => {
    const answers = SEEDS.map((seed) => said(attribute(shop(plan(seed, changes)))))
    const wrong = answers.filter((answer) => ![right, careful, 'unknown'].includes(answer))
    assert.ok(wrong.length <= wrongMax, `wrong: ${wrong.join()}`)
    const rightCount = answers.filter((answer) => answer === right).length
    assert.ok(rightCount >= rightMin, `${rightCount} of ${SEEDS.length} right: ${answers.join()}`)
  })
}

test('[A6] where little tells the calls apart, nobody is blamed rather than the wrong one', () => {
  const seeds = Array.from({ length: 60 }, (_, i) => 104_729 + i)
  const answers = seeds.map((seed) => said(attribute(shop(plan(seed, { noise: 1e6, phaseSteps: 60 })))))
  const wrong = answers.filter((answer) => !['mobile->POST /cart', 'POST /cart', 'unknown'].includes(answer))
  assert.ok(wrong.length <= 1, `wrong: ${wrong.join()}`)
  assert.ok(answers.filter((answer) => answer !== 'unknown').length >= 10, answers.join())
})

test('[A4] bytes per call are near the truth, and in their interval', () => {
  const ratios: number[] = []
  let held = 0
  for (const seed of SEEDS) {
    const answer = attribute(shop(plan(seed, {})))
    if (answer.kind !== 'request_driven') continue
    ratios.push(answer.perCall.value / KEPT)
    if (answer.perCall.low <= KEPT && KEPT <= answer.perCall.high) held += 1
  }
  assert.ok(ratios.length >= 18)
  for (const ratio of ratios) assert.ok(ratio > 0.75 && ratio < 1.25, `ratio ${ratio}`)
  assert.ok(held / ratios.length >= 0.85, `${held} of ${ratios.length} hold`)
})

test('[A6] abstains where calls and time pass alike, and says what would tell', () => {
  const answers = SEEDS.map((seed) => attribute(shop(plan(seed, { phaseSteps: Number.POSITIVE_INFINITY, noise: 3e6 }))))
  const abstained = answers.filter((answer) => answer.kind === 'unknown')
  assert.ok(abstained.length >= 19, answers.map(said).join())
  for (const answer of abstained) {
    assert.ok(answer.kind === 'unknown' && answer.tellApart.length > 20)
    assert.ok(answer.remaining.length > 1)
  }
})

test('[A6, A12] two callers that always call alike: the operation is sure, the caller is not', () => {
  const input = shop(plan(3, {}))
  const alike: AttributionInput = {
    ...input,
    instances: input.instances.map((instance) => ({
      ...instance,
      calls: instance.calls.map((calls, k) => (k === 1 ? instance.calls[0]! : calls)),
    })),
  }
  const answer = attribute(alike)
  assert.equal(answer.kind, 'operation_only')
  assert.ok(answer.kind === 'operation_only' && answer.operation === 'POST /cart')
  assert.deepEqual(answer.remaining.map((one) => one.callerService).toSorted(), ['frontend', 'mobile'])
  assert.match(answer.tellApart, /mobile|frontend/)
  // Both call alike, and only one's calls keep something: half of it for each call of the operation.
  assert.ok(Math.abs(answer.perCall.value / (KEPT / 2) - 1) < 0.1, `${answer.perCall.value} a call`)
})

test('[A6] callers that differ by less than calls are ever counted to are not told apart, in however little noise', () => {
  for (const seed of SEEDS) {
    const input = shop(plan(seed, { noise: 1_000, steps: 300 }))
    const nearly = (calls: Float64Array) => calls.map((count, step) => count * (1 + 0.02 * Math.sin(step / 3)))
    const instances = input.instances.map((instance) => ({
      ...instance,
      calls: instance.calls.map((calls, k) => (k === 1 ? nearly(instance.calls[0]!) : calls)),
    }))
    assert.equal(said(attribute({ ...input, instances })), 'POST /cart', `seed ${seed}`)
  }
})

test('[A7] growth that no calls go with, no candidates and no rows are unknown, never a guess', () => {
  const flat = attribute(shop(plan(1, { perCall: NOTHING, perSecond: 0 })))
  assert.equal(flat.kind, 'unknown')
  assert.equal(attribute({ ...shop(plan(1, {})), instances: [] }).kind, 'unknown')
  const none = attribute({ ...shop(plan(1, {})), onsetStep: 1e6 })
  assert.equal(none.kind, 'unknown')
})

test('[A1] each life has its own level: a restart in the middle does not mislead', () => {
  const input = shop(plan(9, { steps: 180 }))
  const fallen = input.instances.map((instance) => ({
    ...instance,
    cuts: [90],
    floor: instance.floor.map((value, step) => (step < 90 ? value : value - 30_000_000)),
  }))
  assert.equal(said(attribute({ ...input, instances: fallen })), 'mobile->POST /cart')
})

test('[A3] calls of steps that are not known count as usual ones', () => {
  const input = shop(plan(4, {}))
  const holes = input.instances.map((instance) => ({
    ...instance,
    calls: instance.calls.map((calls) => calls.map((value, step) => (step % 17 === 5 ? Number.NaN : value))),
  }))
  const answer = attribute({ ...input, instances: holes })
  assert.ok(['mobile->POST /cart', 'POST /cart', 'unknown'].includes(said(answer)), said(answer))
})

test('[A8] sampled counts are said to be so', () => {
  const answer = attribute({ ...shop(plan(2, {})), sampledOnly: true })
  assert.ok(answer.facts.some((fact) => fact.type === 'sampled_calls'))
})

test('[A5] the order of candidates does not matter, nor does the unit of bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 5 }), (seed, turn) => {
      const input = shop(plan(seed, {}))
      const turned = <T>(list: readonly T[]): T[] => [...list.slice(turn), ...list.slice(0, turn)]
      const other: AttributionInput = {
        ...input,
        candidates: turned(CANDIDATES),
        instances: input.instances.map((instance) => ({
          ...instance,
          floor: instance.floor.map((value) => value / 1024),
          calls: turned(instance.calls),
        })),
      }
      const [plain, changed] = [attribute(input), attribute(other)]
      assert.equal(said(changed), said(plain))
      if (plain.kind === 'request_driven' && changed.kind === 'request_driven') {
        assert.ok(Math.abs((changed.perCall.value * 1024) / plain.perCall.value - 1) < 1e-6)
      }
    }),
    { numRuns: 12 },
  )
})

test('[A4] however well it fits, bytes per call are not said to be known better than by 5 %', () => {
  const answer = attribute(shop(plan(2, { noise: 1, steps: 300 })))
  assert(answer.kind === 'request_driven')
  const { value, low, high } = answer.perCall
  assert(Math.abs(high / value - 1.05) < 0.01 && Math.abs(low / value - 0.95) < 0.01, `${low}, ${value}, ${high}`)
})

/** A part of the quality benchmark, small enough for every change: what it says here must not get worse. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CaseName, caseOf } from './cases.ts'
import { leakmesh } from './ours.ts'
import type { CaseScore } from './score/case_score.ts'
import { scoreCase } from './score/match.ts'
import { hashOf, REPORTED_SHA256, SEEDS } from './seeds.ts'

const named = (scenario: number, disturbance = 'none', severity: CaseName['severity'] = 1): CaseName => ({
  scenario,
  severity,
  seed: SEEDS.development[0],
  disturbance,
})

const LEAKS = [
  named(2),
  named(3, 'one-percent-sampled'),
  named(6, 'gaps'),
  named(14),
  named(16),
  named(17, 'delta'),
  named(19),
  named(44),
]
const HEALTHY = [named(27), named(31, 'late-and-twice'), named(33), named(36, 'kibibytes'), named(38), named(41)]

const scores = new Map<string, CaseScore>()

function scored(name: CaseName): CaseScore {
  const run = caseOf(name)
  const known = scores.get(run.id)
  if (known !== undefined) return known
  const { telemetry: _bytes, ...facts } = run
  const score = scoreCase(facts, leakmesh().watch(run))
  scores.set(run.id, score)
  return score
}

for (const name of LEAKS) {
  test(`a leak is found: scenario ${name.scenario}, ${name.disturbance}`, () => {
    const { leaks, falseAlarms, rootRight } = scored(name)
    assert.deepEqual(falseAlarms, [])
    assert.equal(rootRight, true)
    for (const leak of leaks) {
      assert(leak.found)
      assert.notEqual(leak.endedAfterFix, false)
      assert.notEqual(leak.culprit?.verdict, 'wrong')
      if (leak.lifeFraction !== undefined) assert(leak.lifeFraction < 0.35, `${leak.lifeFraction} of its life`)
    }
  })
}

test('most culprits are named, with what a call keeps', () => {
  const told = LEAKS.flatMap((name) => scored(name).leaks).filter(({ identifiable }) => identifiable !== 'nothing')
  const right = told.filter(({ culprit }) => culprit?.verdict === 'right')
  assert(right.length >= told.length - 2, `${right.length} of ${told.length}`)
  for (const { perCall } of right) assert(perCall !== undefined && Math.abs(perCall.ratio - 1) < 0.25)
})

for (const name of HEALTHY) {
  test(`nothing is said: scenario ${name.scenario}, ${name.disturbance}`, () => {
    assert.deepEqual(scored(name).falseAlarms, [])
  })
}

test('the reported seeds are those whose hash was published', () => {
  assert.equal(hashOf(SEEDS.reported), REPORTED_SHA256)
  assert(SEEDS.reported.every((seed) => !(SEEDS.development as readonly number[]).includes(seed)))
})

test('a case is the same whenever it is told', () => {
  const digest = () => {
    let sum = 0
    let bytes = 0
    for (const request of caseOf(named(4)).telemetry()) {
      bytes += request.bytes.length
      for (let at = 0; at < request.bytes.length; at += 97) sum = (sum * 31 + request.bytes[at]!) % 1_000_003
    }
    return `${bytes} ${sum}`
  }
  assert.equal(digest(), digest())
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CaseScore, CulpritVerdict, LeakScore } from './case_score.ts'
import { differenceOf } from './difference.ts'

const QUICK = { rounds: 200, seed: 1 }
const HOUR = 3_600_000

function leak(detectHour: number | undefined, verdict: CulpritVerdict = 'right'): LeakScore {
  const truth = { service: 'cart', resource: 'heap', onsetMs: 0, exhausts: true, identifiable: 'caller' } as const
  if (detectHour === undefined) return { ...truth, found: false, realarms: 0 }
  return { ...truth, found: true, realarms: 0, detectMs: detectHour * HOUR, culprit: { verdict, said: '' } }
}

function score(scenario: number, leaks: readonly LeakScore[], wrong = 0): CaseScore {
  const alarm = { service: 'web', resource: 'heap', atMs: 1, reason: 'victim' } as const
  return {
    id: `${scenario}/${leaks.length}`,
    scenario,
    name: 'x',
    severity: 1,
    disturbance: 'none',
    startMs: 0,
    leaks,
    falseAlarms: Array.from({ length: wrong }, () => alarm),
    healthyServiceDays: 1,
    calibration: [],
  }
}

const BASE = [score(1, [leak(2)]), score(2, [leak(4)]), score(3, [])]

test('[S21] the same scores do not differ', () => {
  const same = differenceOf(BASE, BASE, QUICK)
  for (const one of Object.values(same)) assert.deepEqual([one.value, one.low, one.high], [0, 0, 0])
})

test('[S21] what the other one misses, says wrongly and says later has its sign', () => {
  const other = [score(1, [leak(5, 'operation_only')]), score(2, [leak(undefined)]), score(3, [], 1)]
  const { recall, precision, culpritRight, culpritWrong, laterHours } = differenceOf(BASE, other, QUICK)
  assert.equal(recall?.value, -1 / 2)
  assert.equal(precision?.value, (1 + 0) / 2 - 1, 'scenario 2 says nothing and has no precision')
  assert.equal(culpritRight?.value, -1)
  assert.equal(culpritWrong?.value, 0)
  assert.deepEqual([laterHours?.value, laterHours?.n], [3, 1], 'of leaks that both found')
})

test('[S21] a wrong name is counted, and cases have to be the same', () => {
  const other = [score(1, [leak(2, 'wrong')]), score(2, [leak(4)]), score(3, [])]
  assert.equal(differenceOf(BASE, other, QUICK).culpritWrong?.value, 1 / 2)
  assert.throws(() => differenceOf(BASE, BASE.toReversed(), QUICK), /is not/)
})

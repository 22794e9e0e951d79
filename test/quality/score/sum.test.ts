import assert from 'node:assert/strict'
import { test } from 'node:test'
import { barOf, barsOf, samplingBars } from './bars.ts'
import { calibrationError, reliability } from './calibration.ts'
import type { CaseScore, CulpritVerdict, FalseAlarm, LeakScore } from './case_score.ts'
import { failuresOf } from './failures.ts'
import { sumScores } from './sum.ts'

const QUICK = { rounds: 200, seed: 1 }
const HOUR = 3_600_000

const LEAK: LeakScore = {
  service: 'cart',
  resource: 'memory',
  onsetMs: 0,
  exhausts: true,
  identifiable: 'caller',
  culpritTruth: 'web calling GET /cart',
  found: true,
  detectMs: HOUR,
  lifeFraction: 0.1,
  realarms: 0,
}
const MISSED: LeakScore = {
  service: 'cart',
  resource: 'memory',
  onsetMs: 0,
  exhausts: true,
  identifiable: 'caller',
  found: false,
  realarms: 0,
}
const ALARM: FalseAlarm = { service: 'web', resource: 'memory', atMs: 13 * HOUR, reason: 'no_leak' }

function score(scenario: number, fields: Partial<CaseScore> = {}): CaseScore {
  return {
    id: `${scenario}/s1/1/none`,
    scenario,
    name: 'x',
    severity: 1,
    disturbance: 'none',
    startMs: 0,
    leaks: [],
    falseAlarms: [],
    healthyServiceDays: 10,
    calibration: [],
    ...fields,
  }
}

function blamed(verdict: CulpritVerdict, fields: Partial<LeakScore> = {}): LeakScore {
  return { ...LEAK, culprit: { verdict, said: 'web calling GET /cart' }, ...fields }
}

test('[S15] precision and recall are means over scenarios, however many cases each has', () => {
  const summary = sumScores(
    [
      score(1, { leaks: [LEAK] }),
      score(1, { leaks: [LEAK] }),
      score(1, { leaks: [LEAK], falseAlarms: [{ ...ALARM, reason: 'victim' }] }),
      score(2, { leaks: [MISSED, LEAK] }),
      score(3, { leaks: [MISSED] }),
    ],
    QUICK,
  )
  assert.equal(summary.recall?.value, (1 + 1 / 2 + 0) / 3)
  assert.equal(summary.recallPooled?.value, 4 / 6)
  assert.equal(summary.precision?.value, (3 / 4 + 1) / 2, 'who says nothing of scenario 3 has no precision there')
  assert.equal(summary.precisionPooled?.value, 4 / 5)
  assert.equal(summary.alarms.victims?.value, 1 / 5)
})

test('[S15] in a scenario without leaks, precision is the share of quiet cases; the same thing said twice is one', () => {
  const summary = sumScores(
    [score(1, { falseAlarms: [ALARM, ALARM] }), score(1), score(1), score(2, { leaks: [LEAK] })],
    QUICK,
  )
  assert.deepEqual(
    summary.scenarios.map(({ key, precision }) => [key, precision?.value]),
    [
      ['01 x', 2 / 3],
      ['02 x', 1],
    ],
  )
  assert.equal(summary.precision?.value, (2 / 3 + 1) / 2)
  assert.equal(summary.precisionPooled?.value, 1 / 2)
})

test('[S16] every episode counts for the rate, over healthy time; a wrong resource of a leak does not', () => {
  const summary = sumScores(
    [
      score(1, { falseAlarms: [ALARM, ALARM] }),
      score(2, {
        leaks: [LEAK],
        falseAlarms: [
          { ...ALARM, reason: 'wrong_resource' },
          { ...ALARM, reason: 'before_onset' },
        ],
      }),
    ],
    QUICK,
  )
  assert.equal(summary.alarms.perServiceDay?.value, 3 / 20)
  assert.equal(summary.alarms.perCalmServiceDay?.value, 2 / 10)
})

test('time to detect: median, p90, and the share before a quarter of life, missed ones not', () => {
  const leaks = [0.1, 0.2, 0.3].map((lifeFraction) => ({ ...LEAK, lifeFraction }))
  const { detection } = sumScores([score(1, { leaks }), score(1, { leaks: [MISSED] })], QUICK)
  assert.equal(detection.median?.value, 0.2)
  assert.ok(Math.abs(detection.p90!.value - 0.28) < 1e-12)
  assert.equal(detection.early?.value, 2 / 4)
  assert.equal(detection.hoursMedian, 1)
})

test('errors of the time left and of rates: size, side, coverage', () => {
  const leaks = [-0.3, 0.1, 0.2].map((error, at) => ({
    ...LEAK,
    forecast: { error, holds: at > 0 },
    rate: { ratio: 1 + error, holds: true },
  }))
  const { forecast, rate } = sumScores([score(1, { leaks })], QUICK)
  assert.equal(forecast.error?.value, 0.2)
  assert.equal(forecast.bias, 0.1)
  assert.equal(forecast.holds?.value, 2 / 3)
  assert.equal(rate.ratioMedian, 1.1)
  assert.equal(rate.holds?.value, 1)
})

test('[S17] culprits: shares of found leaks, apart by what can be told; no word is abstaining', () => {
  const leaks = [
    blamed('right'),
    blamed('right'),
    blamed('wrong'),
    blamed('silent'),
    blamed('rightly_abstained', { identifiable: 'nothing' }),
    blamed('silent', { identifiable: 'nothing' }),
    blamed('wrong', { identifiable: 'nothing' }),
    MISSED,
  ]
  const { culprit } = sumScores([score(1, { leaks })], QUICK)
  assert.equal(culprit.right?.value, 1 / 2)
  assert.equal(culprit.wrong?.value, 1 / 4)
  assert.equal(culprit.abstained?.value, 1 / 4)
  assert.equal(culprit.abstainsRightly?.value, 2 / 3)
})

test('[S17] who never speaks of culprits has no share of any kind', () => {
  assert.deepEqual(sumScores([score(1, { leaks: [blamed('silent')] })], QUICK).culprit, {})
})

test('[S18] calibration: the mean gap of ten bins, weighted', () => {
  const said = (confidence: number, right: number, wrong: number) => [
    ...Array.from({ length: right }, () => ({ confidence, right: true })),
    ...Array.from({ length: wrong }, () => ({ confidence, right: false })),
  ]
  assert.ok(Math.abs(calibrationError(said(0.9, 9, 1))!) < 1e-12)
  assert.ok(Math.abs(calibrationError([...said(0.95, 5, 5), ...said(0.55, 11, 9)])! - (10 * 0.45) / 30) < 1e-12)
  assert.equal(calibrationError([]), undefined)
})

test('[S18] the table tells what was said first and last apart, and holds 1 in its last bin', () => {
  const pairs = [{ opened: 0.3, final: 1, right: true }]
  assert.deepEqual(
    reliability([pairs], 'final', QUICK).bins.map(({ from, count, said }) => [from, count, said]),
    [[0.9, 1, 1]],
  )
  assert.equal(reliability([pairs], 'opened', QUICK).bins[0]?.from, 0.3)
  assert.equal(reliability([[]], 'opened', QUICK).error, undefined)
})

test('[S19] a bar is met by the figure, and surely when the whole interval lies on its side', () => {
  const bar = (value: number, low: number, high: number, n = 10) => {
    const { verdict, sure } = barOf('x', { value, low, high, n }, { least: 0.75, greatest: 0.85, leastCount: 5 })
    return [verdict, sure]
  }
  assert.deepEqual(bar(0.8, 0.76, 0.84), ['met', true])
  assert.deepEqual(bar(0.8, 0.7, 0.84), ['met', false])
  assert.deepEqual(bar(0.7, 0.6, 0.8), ['not_met', false])
  assert.deepEqual(bar(0.9, 0.86, 0.95), ['not_met', true])
  assert.deepEqual(bar(0.8, 0.76, 0.84, 4), ['too_few', false])
  assert.equal(barOf('x', undefined, { least: 1 }).verdict, 'not_measured')
})

test('[S19] every promise that cases can answer has its bar, each once', () => {
  const perfect = blamed('right', { forecast: { error: 0, holds: true }, perCall: { ratio: 1, holds: true } })
  const bars = barsOf(sumScores([score(1, { leaks: [perfect], rootRight: true }), score(2)], QUICK))
  assert.equal(new Set(bars.map(({ name }) => name)).size, bars.length)
  const verdict = (part: string) => bars.find(({ name }) => name.includes(part))?.verdict
  assert.equal(verdict('precision'), 'met')
  assert.equal(verdict('first suspect'), 'met')
  assert.equal(verdict('a service-day'), 'met')
  assert.equal(verdict('80 % interval'), 'not_met', 'an interval that always holds is too wide')
  assert.equal(verdict('where it cannot'), 'not_measured')
})

test('[S22] sampled traces are held against all of them, on the same cases', () => {
  const cases = (...verdicts: readonly CulpritVerdict[]) =>
    verdicts.map((verdict) => score(1, { leaks: [blamed(verdict)] }))
  const all = cases('right', 'right', 'right', 'right')
  const [right] = samplingBars(all, cases('right', 'right', 'right', 'wrong'), QUICK)
  assert.equal(right?.measured?.value, 0.75)
  assert.equal(right?.verdict, 'not_met')
  assert.equal(samplingBars(all, all, QUICK)[0]?.verdict, 'met')
  assert.equal(samplingBars(cases('wrong'), cases('right'), QUICK)[0]?.verdict, 'not_measured')
  const untold = [score(1, { leaks: [blamed('wrong', { identifiable: 'nothing' })] })]
  assert.equal(samplingBars([...all, ...untold], [...all, ...untold], QUICK)[0]?.measured?.n, 4)
})

test('[S22] bytes a call of both are compared with one another, not with the truth', () => {
  const kept = (ratio: number) => [
    score(1, { leaks: [blamed('right', { perCall: { ratio, holds: true } })] }),
    score(1, { leaks: [blamed('abstained')] }),
  ]
  const perCall = (base: number, other: number) => samplingBars(kept(base), kept(other), QUICK)[1]
  assert.equal(perCall(2, 2)?.measured?.value, 0)
  assert.equal(perCall(2, 2)?.verdict, 'met')
  assert.deepEqual([perCall(0.5, 0.75)?.measured?.value, perCall(0.5, 0.75)?.measured?.n], [0.5, 1])
  assert.equal(perCall(0.5, 0.75)?.verdict, 'not_met')
})

test('[S20] failures say what went wrong, by case, the gravest first', () => {
  const scores = [
    score(1, { leaks: [LEAK] }),
    score(2, { leaks: [MISSED], falseAlarms: [ALARM] }),
    score(3, { leaks: [blamed('wrong', { culprit: { verdict: 'wrong', said: 'GET /x' }, lifeFraction: 0.41 })] }),
    score(4, { leaks: [{ ...MISSED, lateMs: 30 * HOUR }], rootRight: false }),
    score(5, { leaks: [{ ...LEAK, withdrawn: true, endedAfterFix: false }] }),
    score(6, { leaks: [blamed('wrong', { identifiable: 'nothing' })] }),
  ]
  assert.deepEqual(
    failuresOf(scores).map(({ caseId, reason }) => `${caseId[0]} ${reason}`),
    [
      '2 missed cart memory',
      '4 missed cart memory: said at 30.0 h, after the limit was reached',
      '2 false alarm on web memory at 13.0 h: nothing leaks',
      '3 wrong culprit of cart memory: said GET /x instead of web calling GET /cart',
      '6 wrong culprit of cart memory: said web calling GET /cart, where nothing can be told',
      '4 another service was the first suspect',
      '5 withdrew cart memory while it leaked',
      '3 late cart memory: 41 % of its life',
      '5 still says cart memory at the end, after the fix',
    ],
  )
})

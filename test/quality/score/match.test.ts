import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SaidCulprit, Statement, TrueLeak } from '../case.ts'
import type { CaseScore, CulpritVerdict, Run } from './case_score.ts'
import { scoreCase } from './match.ts'
import { scoreRanking } from './root_service.ts'

const HOUR = 3_600_000

/** Ten hours of two services at one-minute steps, from time 0. */
function run(leaks: readonly TrueLeak[], services = ['cart', 'web']): Run {
  return {
    id: '02-cart/s1/1/none',
    scenario: 2,
    name: 'cart',
    severity: 1,
    seed: 1,
    disturbance: 'none',
    stepMs: 60_000,
    startMs: 0,
    endMs: 10 * HOUR,
    services,
    leaks,
  }
}

/** cart keeps 100 bytes of each GET from hour 2; its limit comes at hour 10. */
const LEAK: TrueLeak = {
  service: 'cart',
  resources: ['heap', 'memory'],
  onsetMs: 2 * HOUR,
  untilMs: 10 * HOUR,
  exhaustMs: 10 * HOUR,
  perSecond: 50,
  kind: 'request_driven',
  culprit: { caller: 'web', operation: 'GET /cart', perCall: 100 },
  identifiable: 'caller',
}

function alarm(hour: number, fields: Partial<Statement> = {}): Statement {
  return { leak: 'a', atMs: hour * HOUR, service: 'cart', resource: 'memory', state: 'alarm', ...fields }
}

function ended(hour: number, fields: Partial<Statement> = {}): Statement {
  return alarm(hour, { ...fields, state: 'ended' })
}

function only(score: CaseScore) {
  assert.equal(score.leaks.length, 1)
  return score.leaks[0]!
}

test('[S1] a key is one episode until it is ended or speaks of something else', () => {
  const score = scoreCase(run([]), [
    ended(0.5),
    alarm(1),
    alarm(2),
    ended(3),
    alarm(4),
    alarm(5, { service: 'web' }),
    alarm(11, { leak: 'b' }),
  ])
  assert.deepEqual(
    score.falseAlarms.map(({ service, atMs, endedMs }) => [service, atMs / HOUR, endedMs && endedMs / HOUR]),
    [
      ['cart', 1, 3],
      ['cart', 4, 5],
      ['web', 5, undefined],
    ],
  )
})

test('[S1] the order in which statements are handed over does not matter', () => {
  const said = [alarm(4), ended(6)]
  assert.deepEqual(scoreCase(run([LEAK]), said.toReversed()), scoreCase(run([LEAK]), said))
})

test('[S2] an alarm on the leak after its onset finds it, and says when', () => {
  const score = scoreCase(run([LEAK]), [alarm(4)])
  const leak = only(score)
  assert.ok(leak.found)
  assert.equal(leak.detectMs, 4 * HOUR)
  assert.equal(leak.lifeFraction, 0.25)
  assert.deepEqual(score.falseAlarms, [])
})

test('[S2] one step before the onset is still in time, two are not', () => {
  const early = scoreCase(run([LEAK]), [alarm(2 - 1 / 60)])
  assert.equal(only(early).lifeFraction, 0)
  const tooEarly = scoreCase(run([LEAK]), [alarm(2 - 2 / 60)])
  assert.equal(only(tooEarly).found, false)
  assert.equal(tooEarly.falseAlarms[0]?.reason, 'before_onset')
})

test('[S3] what is said after the limit is neither found nor false', () => {
  const score = scoreCase(run([{ ...LEAK, exhaustMs: 6 * HOUR }]), [alarm(6.5)])
  assert.equal(only(score).found, false)
  assert.equal(only(score).lateMs, 6.5 * HOUR)
  assert.deepEqual(score.falseAlarms, [])
})

test('[S4] more alarms on one leak are volume, and find it once', () => {
  const score = scoreCase(run([LEAK]), [alarm(4), alarm(5, { leak: 'b', resource: 'heap' }), ended(6), alarm(7)])
  assert.equal(only(score).realarms, 2)
  assert.equal(only(score).detectMs, 4 * HOUR)
})

test('[S4] two leaks of one service each need their own alarm', () => {
  const threads: TrueLeak = { ...LEAK, resources: ['thread'], onsetMs: 3 * HOUR }
  const both = scoreCase(run([LEAK, threads]), [alarm(4), alarm(5, { leak: 'b', resource: 'thread' })])
  assert.deepEqual(
    both.leaks.map(({ detectMs }) => detectMs),
    [4 * HOUR, 5 * HOUR],
  )
  const wide: TrueLeak = { ...LEAK, resources: ['heap', 'memory', 'thread'] }
  const particular = scoreCase(run([wide, threads]), [alarm(4, { resource: 'thread' })])
  assert.deepEqual(
    particular.leaks.map(({ found }) => found),
    [false, true],
    'that with fewer resources goes first',
  )
  const native: TrueLeak = { ...LEAK, resources: ['native', 'memory'], onsetMs: 3 * HOUR }
  const twice = scoreCase(run([LEAK, native]), [alarm(4), alarm(5, { leak: 'b' })])
  assert.deepEqual(
    twice.leaks.map(({ found }) => found),
    [true, true],
  )
})

test('[S5] wrong resource, healthy service, and calm run are false alarms, each with its reason', () => {
  const wrong = scoreCase(run([LEAK]), [
    alarm(4, { leak: 'a', resource: 'fd', confidence: 0.7 }),
    alarm(5, { leak: 'b', service: 'web' }),
  ])
  assert.deepEqual(
    wrong.falseAlarms.map(({ reason, confidence }) => [reason, confidence]),
    [
      ['wrong_resource', 0.7],
      ['victim', undefined],
    ],
  )
  assert.equal(scoreCase(run([]), [alarm(1)]).falseAlarms[0]?.reason, 'no_leak')
})

test('[S6] healthy time is that of services without a leak and of the others before their first onset', () => {
  assert.equal(scoreCase(run([]), []).healthyServiceDays, 20 / 24)
  assert.equal(scoreCase(run([LEAK, { ...LEAK, onsetMs: HOUR }]), []).healthyServiceDays, 11 / 24)
})

test('[S7] rate, onset and kind are what was said last before the fix', () => {
  const fixed = { ...LEAK, untilMs: 8 * HOUR }
  const onset = { value: 2.5 * HOUR, low: 1.9 * HOUR, high: 3 * HOUR }
  const leak = only(
    scoreCase(run([fixed]), [
      alarm(4, { perSecond: { value: 10, low: 5, high: 15 } }),
      alarm(7, { perSecond: { value: 40, low: 30, high: 50 }, onsetMs: onset, kind: 'time_driven', confidence: 0.9 }),
      alarm(9, { perSecond: { value: 1, low: 0, high: 2 }, confidence: 0.3 }),
    ]),
  )
  assert.deepEqual(leak.rate, { ratio: 0.8, holds: true })
  assert.equal(leak.onsetHolds, true)
  assert.equal(leak.onsetErrorMs, HOUR / 2)
  assert.equal(leak.kindRight, false)
  assert.equal(leak.confidence, 0.9)
  assert.equal(leak.endedAfterFix, false)
})

test('[S7] kinds that say neither calls nor time are not judged, nor rates in another unit', () => {
  const fds: TrueLeak = { ...LEAK, resources: ['fd', 'memory'] }
  const leak = only(
    scoreCase(run([fds]), [alarm(4, { kind: 'after_deploy', perSecond: { value: 9e6, low: 8e6, high: 1e7 } })]),
  )
  assert.ok(leak.found)
  assert.equal(leak.kindRight, undefined)
  assert.equal(leak.rate, undefined)
})

test('[S8] the time left is asked once, at half life, of what is said then', () => {
  const at = (hour: number, low: number, high: number) => ({ value: hour * HOUR, low: low * HOUR, high: high * HOUR })
  const said = [alarm(3, { exhaustMs: at(30, 20, 40) }), alarm(5, { exhaustMs: at(9, 8.5, 9.5) })]
  const leak = only(scoreCase(run([LEAK]), [...said, alarm(7, { exhaustMs: at(10, 10, 10) })]))
  assert.deepEqual(leak.forecast, { error: -0.25, holds: false })
  assert.equal(only(scoreCase(run([LEAK]), [...said, ended(5.5)])).forecast, undefined)
  const far = { ...LEAK, exhaustMs: 30 * HOUR }
  assert.equal(only(scoreCase(run([far]), said)).forecast, undefined, 'half life lies after the end of the run')
})

test('[S9] taken back while it goes on is withdrawn; taken back after the fix is as it should be', () => {
  assert.equal(only(scoreCase(run([LEAK]), [alarm(4), ended(6)])).withdrawn, true)
  assert.equal(only(scoreCase(run([LEAK]), [alarm(4)])).withdrawn, false)
  const lastStep = 10 - 1 / 120
  assert.equal(only(scoreCase(run([LEAK]), [alarm(4), ended(lastStep)])).withdrawn, false, 'within the last step')
  const afterFix = [alarm(8.5), ended(9)]
  assert.equal(only(scoreCase(run([{ ...LEAK, untilMs: 8 * HOUR }]), afterFix)).withdrawn, undefined)
  const fixed = only(scoreCase(run([{ ...LEAK, untilMs: 8 * HOUR }]), [alarm(4), ended(9)]))
  assert.equal(fixed.withdrawn, false)
  assert.equal(fixed.endedAfterFix, true)
})

const PER_CALL = { value: 110, low: 95, high: 125 }
const CALLER: SaidCulprit = { kind: 'caller', caller: 'web', operation: 'GET /cart', perCall: PER_CALL }
const OPERATION: SaidCulprit = { kind: 'operation', operation: 'GET /cart', perCall: PER_CALL, remaining: [] }
const ABSTAINED: SaidCulprit = { kind: 'abstained', remaining: ['web GET /cart', 'web GET /x'] }
const ANYBODY = { caller: '', operation: 'GET /cart', perCall: 100 }

const VERDICTS: readonly (readonly [string, Partial<TrueLeak>, SaidCulprit | undefined, CulpritVerdict])[] = [
  ['both names', {}, CALLER, 'right'],
  ['another caller', {}, { ...CALLER, caller: 'bot' }, 'wrong'],
  ['another operation', {}, { ...OPERATION, operation: 'PUT /cart' }, 'wrong'],
  ['the operation alone', {}, OPERATION, 'operation_only'],
  ['the operation, whoever calls', {}, { ...CALLER, caller: '' }, 'operation_only'],
  ['time', {}, { kind: 'time' }, 'wrong'],
  ['nobody', {}, ABSTAINED, 'abstained'],
  ['no word', {}, undefined, 'silent'],
  ['the operation, when all is known', { identifiable: 'operation', culprit: ANYBODY }, OPERATION, 'right'],
  ['one caller of all', { identifiable: 'operation', culprit: ANYBODY }, CALLER, 'operation_only'],
  ['the only one', { identifiable: 'operation', culprit: { ...ANYBODY, onlyCaller: 'web' } }, CALLER, 'right'],
  [
    'one of all, not the only one',
    { identifiable: 'operation', culprit: { ...ANYBODY, onlyCaller: 'bot' } },
    CALLER,
    'operation_only',
  ],
  ['nobody, when nothing is known', { identifiable: 'nothing' }, ABSTAINED, 'rightly_abstained'],
  ['a lucky guess', { identifiable: 'nothing' }, CALLER, 'wrong'],
  ['time, of calls', { identifiable: 'nothing' }, { kind: 'time' }, 'wrong'],
  ['time, of time', { identifiable: 'nothing', kind: 'time_driven' }, { kind: 'time' }, 'rightly_abstained'],
]

for (const [name, truth, culprit, verdict] of VERDICTS) {
  test(`[S10] blaming ${name} is ${verdict}`, () => {
    const leak = only(scoreCase(run([{ ...LEAK, ...truth }]), [alarm(4, { culprit })]))
    assert.equal(leak.culprit?.verdict, verdict)
    assert.deepEqual(leak.perCall, verdict === 'right' ? { ratio: 1.1, holds: true } : undefined)
  })
}

test('[S10] who abstains is asked whether the culprit is among the candidates', () => {
  const remains = (remaining: readonly string[]) =>
    only(scoreCase(run([LEAK]), [alarm(4, { culprit: { kind: 'abstained', remaining } })])).culprit?.remainingHolds
  assert.equal(remains(['web GET /cart']), true)
  assert.equal(remains(['web GET /x']), false)
})

test('[S11] the first suspect is the worst of those suspected when first anybody is', () => {
  const root = (...said: readonly Statement[]) => scoreCase(run([LEAK]), said).rootRight
  const web = { leak: 'w', service: 'web' }
  assert.equal(root(), undefined)
  assert.equal(root(alarm(4), alarm(5, web)), true)
  assert.equal(root(alarm(4, web), alarm(5)), false)
  assert.equal(root(alarm(4, { ...web, severity: 1 }), alarm(4, { severity: 2 })), true)
  assert.equal(root(alarm(1, web), ended(1.5, web), alarm(4)), true, 'over before the leak began')
  assert.equal(root(alarm(1, web), alarm(4)), false, 'still said when the leak began')
})

test('[S11] at last the question is asked again, and nobody is the wrong answer', () => {
  const last = (leak: Partial<TrueLeak>, ...said: readonly Statement[]) =>
    scoreCase(run([{ ...LEAK, ...leak }]), said).rootRightAtLast
  const web = { leak: 'w', service: 'web', severity: 3 }
  assert.equal(scoreCase(run([]), [alarm(4, web)]).rootRightAtLast, undefined, 'no leak')
  assert.equal(last({}), false)
  assert.equal(last({}, alarm(4), ended(6)), false)
  assert.equal(last({}, alarm(4, web), ended(6, web), alarm(7)), true)
  assert.equal(last({}, alarm(4), alarm(7, web)), false)
  assert.equal(last({ untilMs: 6 * HOUR }, alarm(4), alarm(7, web)), true, 'asked before the fix')
  assert.equal(last({ exhaustMs: 6 * HOUR }, alarm(4), alarm(7, web)), true, 'asked before the limit')
})

test('[S11] a ranking is asked at the moments of the detector beside it, and its first counts', () => {
  const asked: number[] = []
  const rank = (atMs: number) => {
    asked.push(atMs / HOUR)
    return atMs < 6 * HOUR ? ['web', 'cart'] : ['cart', 'web']
  }
  assert.deepEqual(scoreRanking(run([LEAK]), [alarm(4)], rank), { first: false, last: true })
  assert.deepEqual(asked, [4, 10 - 1 / 60])
  assert.deepEqual(scoreRanking(run([LEAK]), [alarm(11)], rank), { last: true }, 'said after the end of the run')
  assert.deepEqual(
    scoreRanking(run([LEAK]), [], () => []),
    { last: false },
  )
  assert.deepEqual(scoreRanking(run([]), [alarm(4)], rank), {})
})

test('[S12] each episode that says a confidence is one pair, first and last word', () => {
  const score = scoreCase(run([LEAK]), [
    alarm(4, { confidence: 0.8 }),
    alarm(5, { confidence: 0.95 }),
    alarm(5, { leak: 'w', service: 'web', confidence: 0.6 }),
    alarm(6, { leak: 'x', resource: 'heap' }),
  ])
  assert.deepEqual(score.calibration, [
    { opened: 0.8, final: 0.95, right: true },
    { opened: 0.6, final: 0.6, right: false },
  ])
})

test('a score is plain data', () => {
  const score = scoreCase(run([LEAK]), [alarm(4, { culprit: CALLER, confidence: 0.9 }), alarm(5, { service: 'web' })])
  assert.deepEqual(JSON.parse(JSON.stringify(score)), score)
})

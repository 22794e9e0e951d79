import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FindingState } from '../../../../processor/leak_detector/finding/finding.ts'
import { createLedger } from '../../../../processor/leak_detector/finding/ledger.ts'
import { LIFE, type Signal, severityOf } from '../../../../processor/leak_detector/finding/life.ts'
import { LEDGER_DEFAULTS } from '../../../../processor/leak_detector/finding/settings.ts'
import type { Suspicion } from '../../../../processor/leak_detector/finding/suspicion.ts'
import { HOUR, MINUTE, NOON, names, quiet, run, suspect } from './made.ts'

const { openSteps, resolveSteps, suppressSteps, culpritSteps, goneSteps } = LEDGER_DEFAULTS
const hours = (value: number) => ({
  exhaustionSeconds: { value: value * 3_600, low: value * 3_000, high: value * 4_000 },
})
const explained = (...reasons: ('warmup' | 'cache_plateau' | 'load_growth')[]): Suspicion => ({
  ...suspect(),
  verdict: { kind: 'explained', reasons, rate: 1, facts: [] },
})
const warming: Suspicion = { ...suspect(), verdict: { kind: 'warming', stepsSeen: 1, stepsNeeded: 9 } }

/** A ledger with one open finding, and the time of the next step. */
function opened(suspicion: Suspicion = suspect(), steps = openSteps) {
  const ledger = createLedger({ openShare: 0 })
  const { events, next } = run(ledger, NOON, steps, () => [suspicion])
  assert.equal(events[0]?.name, 'opened')
  return { ledger, next, events }
}

test('[F1] the table of states is the picture of the contract', () => {
  const ways: readonly (readonly [FindingState, Signal, FindingState])[] = [
    ['suspected', 'leaking', 'open'],
    ['suspected', 'urgent', 'critical'],
    ['open', 'urgent', 'critical'],
    ['critical', 'leaking', 'open'],
    ['open', 'over', 'resolved'],
    ['critical', 'over', 'resolved'],
    ['suspected', 'explained', 'suppressed'],
    ['open', 'explained', 'suppressed'],
    ['critical', 'explained', 'suppressed'],
    ['resolved', 'leaking', 'resolved'],
    ['suppressed', 'urgent', 'suppressed'],
  ]
  for (const [from, signal, to] of ways) assert.equal(LIFE[from][signal], to, `${from} ${signal}`)
  for (const [state, row] of Object.entries(LIFE)) assert.equal(row.wavering, state)
})

test('[F1] a leak opens once and is resolved when it has been still', () => {
  const { ledger, next, events } = opened(suspect(), 20)
  assert.deepEqual(names(events), ['opened open 1'])
  assert.equal(events[0]!.finding.atMs, NOON + (openSteps - 1) * MINUTE)
  const after = run(ledger, next, resolveSteps, () => [quiet()])
  assert.deepEqual(names(after.events), ['resolved resolved 1'])
  assert.equal(after.events[0]!.finding.resolution, 'growth_stopped')
  assert.deepEqual([ledger.live(), ledger.subjects()], [[], []])
})

test('[F2] growth of little confidence is watched, shown as suspected, and not told', () => {
  const ledger = createLedger({ openShare: 0 })
  const { events } = run(ledger, NOON, 50, () => [suspect({}, { confidence: 0.6 })])
  assert.deepEqual(events, [])
  assert.deepEqual([ledger.live().map(({ state }) => state), ledger.told()], [['suspected'], []])
})

test('[F2] what has grown for long has to be seen growing for a 20th of that time', () => {
  const grownMs = 5 * 3_600_000
  const steps = Math.ceil(grownMs / 20 / 60_000) + 1
  const old = suspect({}, { onsetMs: { value: NOON - grownMs, low: NOON - grownMs, high: NOON - grownMs } })
  assert.deepEqual(run(createLedger(), NOON, steps - 1, () => [old]).events, [])
  assert.deepEqual(names(run(createLedger(), NOON, steps + 1, () => [old]).events), ['opened open 1'])
})

test('[F2] what is suspected can be told too, at INFO, and again when it opens', () => {
  const ledger = createLedger({ openShare: 0, announceFrom: 'suspected' })
  const first = run(ledger, NOON, 5, () => [suspect({}, { confidence: 0.6 })])
  assert.deepEqual(names(first.events), ['opened suspected 1'])
  assert.equal(first.events[0]!.finding.severity, 9)
  const second = run(ledger, first.next, openSteps, () => [suspect()])
  assert.deepEqual(names(second.events), ['updated open 1'])
})

test('[F2] a step below suspectConfidence begins the count anew, a gap does not', () => {
  const runOf = (between: readonly Suspicion[]) => {
    const ledger = createLedger({ openShare: 0 })
    const first = run(ledger, NOON, openSteps - 1, () => [suspect()])
    const second = run(ledger, first.next, 1, () => between)
    return run(ledger, second.next, 1, () => [suspect()]).events.length
  }
  assert.equal(runOf([]), 1)
  assert.equal(runOf([warming]), 1)
  assert.equal(runOf([explained('warmup')]), 1)
  assert.equal(runOf([suspect({}, { confidence: 0.6 })]), 1)
  assert.equal(runOf([suspect({}, { confidence: 0.4 })]), 0)
  assert.equal(runOf([quiet()]), 0)
})

test('[F2] a finding without a culprit waits for one, but not for ever, and not when it is urgent', () => {
  const unnamed = suspect({ attribution: undefined })
  assert.deepEqual(run(createLedger({ openShare: 0 }), NOON, openSteps + culpritSteps - 1, () => [unnamed]).events, [])
  assert.equal(run(createLedger({ openShare: 0 }), NOON, openSteps + culpritSteps, () => [unnamed]).events.length, 1)
  const urgent = suspect({ attribution: undefined }, hours(0.5))
  assert.deepEqual(names(run(createLedger({ openShare: 0 }), NOON, openSteps, () => [urgent]).events), [
    'opened critical 1',
  ])
})

test('[F2] an urgent one waits where steps are so short that it has the time', () => {
  const ledger = createLedger({ openShare: 0 })
  const urgent = suspect({ attribution: undefined }, hours(0.9))
  assert.deepEqual(run(ledger, NOON, openSteps + culpritSteps - 1, () => [urgent]).events, [])
})

test('[F2] all of the wait has to be less than a quarter of the time left', () => {
  const waits = (left: number) => {
    const urgent = suspect({ attribution: undefined }, hours(left / 60))
    return run(createLedger({ openShare: 0 }), NOON, openSteps, () => [urgent]).events.length === 0
  }
  assert(waits(4 * culpritSteps + 1))
  assert(!waits(4 * culpritSteps - 1))
})

test('[F2] who was killed does not wait for a culprit, whatever time the next life has', () => {
  const ledger = createLedger({ openShare: 0 })
  const unnamed = suspect({ attribution: undefined }, hours(20))
  const first = run(ledger, NOON, openSteps, () => [unnamed])
  assert.deepEqual(first.events, [])
  const { events } = run(ledger, first.next, 1, () => [{ ...unnamed, exhaustions: 1 }])
  assert.deepEqual(names(events), ['opened critical 1'])
})

test('[F2] a kill while it is suspected needs no further proof', () => {
  const ledger = createLedger({ openShare: 0 })
  const weak = suspect({}, { confidence: 0.6 })
  const first = run(ledger, NOON, 5, () => [weak])
  const { events } = run(ledger, first.next, 1, () => [{ ...warming, exhaustions: 1 }])
  assert.deepEqual(names(events), ['opened critical 1'])
  assert.deepEqual([events[0]!.finding.verdict, events[0]!.finding.severity], ['detected', 21])
})

test('[F3] severity by state and time left', () => {
  const cases: readonly (readonly [number, FindingState, boolean, number | undefined])[] = [
    [9, 'suspected', false, 60],
    [9, 'open', false, 86_401],
    [13, 'open', false, 86_400],
    [13, 'open', false, undefined],
    [17, 'critical', false, 60],
    [21, 'critical', true, 60],
    [9, 'resolved', true, 0],
    [9, 'suppressed', true, 0],
  ]
  for (const [severity, state, exhausted, left] of cases) assert.equal(severityOf(state, exhausted, left), severity)
})

test('[F3] open, critical under an hour, exhausted, and back when there is time again', () => {
  const { ledger, next } = opened(suspect({}, hours(6)))
  const critical = run(ledger, next, 1, () => [suspect({}, hours(0.9))])
  assert.deepEqual(names(critical.events), ['updated critical 1'])
  const full = run(ledger, critical.next + 10 * MINUTE, 1, () => [suspect({}, { ...hours(0), level: 512 * (1 << 20) })])
  assert.deepEqual(names(full.events), ['updated critical 1'])
  assert.deepEqual([full.events[0]!.finding.severity, full.events[0]!.finding.verdict], [21, 'detected'])
  const back = run(ledger, full.next + 10 * MINUTE, 1, () => [suspect({}, hours(6))])
  assert.deepEqual(names(back.events), ['updated open 1'])
  assert.equal(back.events[0]!.finding.verdict, 'detected')
})

test('[F3] killed repeatedly is critical whatever the time left', () => {
  const { ledger, next } = opened(suspect({}, hours(6)))
  const first = run(ledger, next, 1, () => [suspect({ exhaustions: 1 }, hours(6))])
  assert.equal(first.events[0]!.finding.severity, 21)
  const later = run(ledger, first.next + 20 * MINUTE, 1, () => [suspect({ exhaustions: 1 }, hours(6))])
  assert.deepEqual(names(later.events), ['updated open 1'])
  const again = run(ledger, later.next + 20 * MINUTE, 20, () => [suspect({ exhaustions: 2 }, hours(6))])
  assert.deepEqual(
    again.events.map(({ finding }) => `${finding.state} ${finding.severity}`),
    ['critical 21', 'critical 17'],
  )
})

test('[F4] the longer it grew, the longer it has to be still', () => {
  const stillFor = (grown: number, suspicion = suspect(), still: Suspicion = quiet()) => {
    const { ledger, next } = opened(suspicion, grown)
    for (let step = 0; step < 2_000; step++) {
      if (run(ledger, next + step * MINUTE, 1, () => [still]).events.some(({ name }) => name === 'resolved'))
        return step + 1
    }
    return undefined
  }
  assert.equal(stillFor(20), 30)
  assert.equal(stillFor(238), 59)
  assert.equal(stillFor(4_000), 720)
  assert.equal(stillFor(402, suspect({ exhaustions: 1 }), quiet({ exhaustions: 1 })), 400)
  assert.equal(stillFor(400, suspect(), quiet({ version: '2.3.2' })), 30)
  assert.equal(stillFor(400, suspect(), warming), goneSteps)
})

test('[F4] why it is over', () => {
  const reasonAfter = (still: Suspicion) => {
    const { ledger, next } = opened()
    const { events } = run(ledger, next, 100, () => [still])
    return [events[0]!.finding.resolution, events[0]!.finding.fixedBy]
  }
  assert.deepEqual(reasonAfter(quiet()), ['growth_stopped', undefined])
  assert.deepEqual(reasonAfter(quiet({ restartMs: NOON + HOUR })), ['restarted', undefined])
  assert.deepEqual(reasonAfter(quiet({ version: '2.3.2' })), ['fixed_by_version', '2.3.2'])
  assert.deepEqual(reasonAfter(warming), ['no_data', undefined])
})

test('[F4] one step of growth starts the stillness anew; faint growth does neither', () => {
  const { ledger, next } = opened()
  const first = run(ledger, next, resolveSteps - 1, () => [quiet()])
  const grown = run(ledger, first.next, 1, () => [suspect()])
  const second = run(ledger, grown.next, resolveSteps - 1, () => [quiet()])
  const faint = run(ledger, second.next, 50, () => [suspect({}, { confidence: 0.3 })])
  const last = run(ledger, faint.next, 1, () => [quiet()])
  assert.deepEqual(names([first, grown, second, faint].flatMap(({ events }) => events)), [])
  assert.deepEqual(names(last.events), ['resolved resolved 1'])
})

test('[F5] explained for long enough is suppressed, with its reasons; what was not told stays untold', () => {
  const { ledger, next } = opened()
  const { events } = run(ledger, next, suppressSteps, () => [explained('cache_plateau', 'load_growth')])
  assert.deepEqual(names(events), ['suppressed suppressed 1'])
  assert.deepEqual(events[0]!.finding.reasons, ['cache_plateau', 'load_growth'])
  const quietly = createLedger({ openShare: 0 })
  const first = run(quietly, NOON, 4, () => [suspect()])
  assert.deepEqual(run(quietly, first.next, 50, () => [explained('cache_plateau')]).events, [])
  assert.deepEqual(quietly.counts(), { live: 0, past: 0, tracks: 0, forgotten: 0, refused: 0 })
})

test('[F5] a victim alone never opens; one that turns out to be a victim is suppressed', () => {
  const victim = suspect({ role: 'victim', propagationPath: ['db', 'cart'] })
  assert.deepEqual(run(createLedger({ openShare: 0 }), NOON, 100, () => [victim]).events, [])
  const { ledger, next } = opened()
  const { events } = run(ledger, next, suppressSteps, () => [victim])
  assert.deepEqual(events[0]!.finding.reasons, ['explained_by_upstream'])
})

test('[F6] an update is told for severity, culprit, instances and time left by more than a quarter, nothing else', () => {
  const update = (changed: Suspicion, afterMs = 10 * MINUTE) => {
    const { ledger, next } = opened(suspect({}, hours(6)))
    return run(ledger, next - MINUTE + afterMs, 1, () => [changed]).events.length
  }
  assert.equal(update(suspect({}, hours(6))), 0)
  assert.equal(update(suspect({}, { ...hours(6), rate: { value: 9_999, low: 1, high: 1e5 }, confidence: 0.99 })), 0)
  assert.equal(update(suspect({}, hours(6 * 1.25))), 0)
  assert.equal(update(suspect({}, hours(6 * 1.26))), 1)
  assert.equal(update(suspect({}, hours(6 * 0.74))), 1)
  assert.equal(update(suspect({}, hours(6 * 0.74)), 10 * MINUTE - 1), 0)
  assert.equal(update(suspect({}, { exhaustionSeconds: undefined })), 1)
  assert.equal(update(suspect({}, { ...hours(6), affectedInstances: ['cart-1'] })), 1)
  assert.equal(update(suspect({}, { ...hours(6), affectedInstances: ['cart-1'] }), 9 * MINUTE), 0)
  assert.equal(update(suspect({ attribution: { kind: 'time_driven', facts: [] } }, hours(6))), 1)
  assert.equal(update(suspect({}, hours(25))), 1)
})

test('[F6] worse, or a culprit at last, is told at once, but never two updates within ten minutes', () => {
  const { ledger, next } = opened(suspect({ attribution: undefined }, hours(6)), openSteps + culpritSteps)
  const named = run(ledger, next, 1, () => [suspect({}, hours(6))])
  assert.deepEqual(names(named.events), ['updated open 1'])
  const soon = run(ledger, named.next, 9, () => [suspect({}, hours(0.5))])
  assert.deepEqual(soon.events, [])
  const later = run(ledger, soon.next, 1, () => [suspect({}, hours(0.5))])
  assert.deepEqual(names(later.events), ['updated critical 1'])
  assert.equal(later.events[0]!.finding.atMs - named.events[0]!.finding.atMs, 10 * MINUTE)
})

test('[F7] back within 24 h: the same fingerprint, the next episode; also after a suppression', () => {
  const { ledger, next, events } = opened()
  const ended = run(ledger, next, resolveSteps, () => [quiet()])
  const second = run(ledger, ended.next + 23 * HOUR, openSteps, () => [suspect()])
  assert.deepEqual(names(second.events), ['opened open 2'])
  const suppressed = run(ledger, second.next, suppressSteps, () => [explained('load_growth')])
  const third = run(ledger, suppressed.next, openSteps, () => [suspect({ version: '9' })])
  assert.deepEqual(names(third.events), ['opened open 3'])
  const { fingerprint } = events[0]!.finding
  assert.match(fingerprint, /^[0-9a-f]{16}$/)
  assert.deepEqual(
    [third.events[0]!.finding.fingerprint, third.events[0]!.finding.id],
    [fingerprint, `${fingerprint}-3`],
  )
})

test('[F7] the fingerprint knows cluster, namespace, service, container and resource, and nothing else', () => {
  const fingerprint = (over: Partial<Suspicion>) => opened(suspect(over)).events[0]!.finding.fingerprint
  const same = fingerprint({})
  assert.equal(same, 'c72095a2a5ea24d8')
  assert.equal(fingerprint({ version: '3', sourceMetric: 'x', resourceJson: '', limit: undefined }), same)
  const others: readonly Partial<Suspicion>[] = [
    { cluster: 'test' },
    { namespace: '' },
    { service: 'cart2' },
    { container: '' },
    { resource: 'heap' },
  ]
  for (const over of others) assert.notEqual(fingerprint(over), same)
})

test('[F15] a ledger steps forward only', () => {
  const ledger = createLedger({ openShare: 0 })
  ledger.step([], NOON)
  assert.throws(() => ledger.step([], NOON), /stepped forward/)
})

test('[F16] at the limit past findings are forgotten first, told ones are kept, surer ones come in', () => {
  const ledger = createLedger({ openShare: 0, findingsMax: 2, tracksMax: 3 })
  const of = (service: string, confidence: number) => suspect({ service }, { confidence })
  const first = run(ledger, NOON, openSteps, () => [of('a', 0.9)])
  const ended = run(ledger, first.next, resolveSteps, () => [])
  assert.deepEqual(ended.events, [])
  const still = run(ledger, ended.next, resolveSteps, () => [{ ...of('a', 0.9), verdict: { kind: 'quiet' } }])
  assert.deepEqual(names(still.events), ['resolved resolved 1'])
  const b = run(ledger, still.next, openSteps, () => [of('b', 0.9)])
  assert.equal(ledger.counts().forgotten, 0)
  const c = run(ledger, b.next, 4, () => [of('b', 0.9), of('c', 0.6)])
  assert.deepEqual([ledger.counts().forgotten, ledger.counts().live, ledger.counts().past], [1, 2, 0])
  const d = run(ledger, c.next, openSteps, () => [of('b', 0.9), of('c', 0.6), of('d', 0.55)])
  assert.deepEqual(
    ledger
      .live()
      .map(({ carrier }) => carrier.service)
      .toSorted(),
    ['b', 'c'],
  )
  assert.ok(ledger.counts().refused > 0)
  run(ledger, d.next, openSteps, () => [of('b', 0.9), of('c', 0.6), of('d', 0.55), of('e', 0.95)])
  assert.deepEqual(
    ledger
      .told()
      .map(({ carrier }) => carrier.service)
      .toSorted(),
    ['b', 'e'],
  )
  assert.ok(ledger.counts().tracks <= 3)
})

test('[F7] [F16] a leak that returns takes the place of its own past, and goes on counting', () => {
  const ledger = createLedger({ openShare: 0, findingsMax: 1 })
  let next = NOON
  for (const episode of [1, 2, 3]) {
    const opened = run(ledger, next, openSteps, () => [suspect()])
    assert.deepEqual(names(opened.events), [`opened open ${episode}`])
    next = run(ledger, opened.next, resolveSteps, () => [quiet()]).next
    next = run(ledger, next, 4, () => [suspect({}, { confidence: 0.6 })]).next
    next = run(ledger, next, 4, () => [quiet()]).next
  }
  assert.deepEqual(ledger.counts(), { live: 0, past: 1, tracks: 0, forgotten: 0, refused: 0 })
})

test('[F16] what made room in a step is not joined in the same step', () => {
  const ledger = createLedger({ openShare: 0, findingsMax: 1 })
  const weak = (resource: 'heap' | 'memory') => suspect({ service: 'b', resource }, { confidence: 0.55 })
  const first = run(ledger, NOON, 4, () => [weak('heap')])
  run(ledger, first.next, 3, () => [weak('heap'), weak('memory'), suspect({ service: 'a' }, { confidence: 0.95 })])
  assert.deepEqual(
    ledger.live().map(({ carrier }) => carrier.service),
    ['a'],
  )
  assert.equal(ledger.counts().live, 1)
})

test('[F16] a name that is taken over leaves the past of the old one, within the limit', () => {
  const ledger = createLedger({ openShare: 0, findingsMax: 1 })
  const memory = run(ledger, NOON, openSteps, () => [suspect()])
  const ended = run(ledger, memory.next, resolveSteps, () => [quiet()])
  const weak = suspect({}, { confidence: 0.55 })
  const again = run(ledger, ended.next, 4, () => [weak])
  assert.deepEqual([ledger.counts().live, ledger.counts().past], [1, 0])
  run(ledger, again.next, 4, () => [weak, { ...weak, resource: 'heap' as const }])
  assert.deepEqual(
    ledger.live().map(({ carrier }) => carrier.resource),
    ['heap'],
  )
  assert.deepEqual([ledger.counts().live, ledger.counts().past, ledger.counts().forgotten], [1, 0, 1])
})

test('[F16] what has been told is not dropped for something surer', () => {
  const ledger = createLedger({ openShare: 0, findingsMax: 1 })
  const sure = (service: string, confidence: number) => suspect({ service }, { confidence })
  const first = run(ledger, NOON, openSteps, () => [sure('a', 0.75)])
  const { events } = run(ledger, first.next, openSteps, () => [sure('a', 0.75), sure('b', 0.99)])
  assert.deepEqual([events, ledger.told().map(({ carrier }) => carrier.service)], [[], ['a']])
  assert.ok(ledger.counts().refused > 0)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { barOf } from '../score/bars.ts'
import type { CaseScore, FalseAlarm, LeakScore } from '../score/case_score.ts'
import { compareReports, comparisonText } from './compare.ts'
import { rounded } from './figures.ts'
import { reportJson, type StoredReport } from './json.ts'
import { qualityReport } from './quality_report.ts'
import { FAILURES_SHOWN, terminalText } from './terminal.ts'

const LEAK: LeakScore = {
  service: 'cart',
  resource: 'memory',
  onsetMs: 0,
  exhausts: true,
  identifiable: 'nothing',
  found: true,
  detectMs: 1,
  lifeFraction: 1 / 7,
  realarms: 0,
}
const ALARM: FalseAlarm = { service: 'web', resource: 'fd', atMs: 3_600_000, reason: 'no_leak' }

/** Cases of one scenario: each with the leak found, or not, and with so many false alarms. */
function scores(found: readonly boolean[], falseAlarms = 0): readonly CaseScore[] {
  return found.map((isFound, at) => ({
    id: `01-cart/s1/${at}/none`,
    scenario: 1,
    name: 'cart',
    severity: 1,
    disturbance: 'none',
    startMs: 0,
    leaks: [isFound ? LEAK : { ...LEAK, found: false, detectMs: undefined, lifeFraction: undefined }],
    falseAlarms: Array.from({ length: falseAlarms }, () => ALARM),
    healthyServiceDays: 1,
    calibration: [{ opened: 0.9, final: 0.95, right: isFound }],
  }))
}

function reportOn(found: readonly boolean[], falseAlarms = 0) {
  const cost = barOf('CPU a series and step, µs', { value: 5, low: 4, high: 7, n: 3 }, { greatest: 6 })
  return qualityReport(
    { name: 'leakmesh', scores: scores(found, falseAlarms) },
    [{ name: 'deriv', scores: scores([false]) }],
    { bars: [cost] },
  )
}

function stored(found: readonly boolean[], falseAlarms = 0): StoredReport {
  return JSON.parse(reportJson(reportOn(found, falseAlarms)))
}

/** The cells of the row of a table that begins with this name. */
function row(text: string, name: string): readonly string[] {
  const line = text.split('\n').find((one) => one.startsWith(`│ ${name}`))
  assert.ok(line, `a row ${name}`)
  return line.split('│').map((cell) => cell.trim())
}

test('[Q1] every promise has a row with figure, bar and verdict, those measured elsewhere too', () => {
  const text = terminalText(reportOn([true, true, false]))
  assert.deepEqual(row(text, 'recall, mean').slice(2, 3), ['0.667'])
  assert.deepEqual(row(text, 'recall, mean').slice(5, 7), ['≥ 0.95', 'NOT MET'])
  assert.deepEqual(row(text, 'CPU a series').slice(2, 7), ['5', '(4–7)', '3', '≤ 6', 'met'])
  assert.equal(row(text, 'culprit right')[6], 'not measured')
  assert.equal(row(text, 'confidence at last')[6], 'too few to tell')
})

test('[Q1] scenarios and detectors have a row each', () => {
  const text = terminalText(reportOn([true, true, false]))
  assert.deepEqual(row(text, '01 cart').slice(2, 5), ['3', '2/3', '0.667'])
  assert.equal(row(text, 'leakmesh')[3]?.split(' ')[0], '0.667')
  assert.equal(row(text, 'deriv')[3]?.split(' ')[0], '0')
})

test('[Q1] rankings stand beside ours, each asked twice, and without any there is no table', () => {
  const ranking = { name: 'growth', scores: [{ first: true, last: false }, { last: false }] }
  const ours = scores([true, true]).map((score) => ({ ...score, rootRight: true, rootRightAtLast: true }))
  const report = qualityReport({ name: 'leakmesh', scores: ours }, [], { rankings: [ranking] })
  const text = terminalText(report)
  assert.deepEqual(
    row(text.slice(text.indexOf('Which service')), 'leakmesh')
      .slice(3, 6)
      .filter((_, at) => at !== 1),
    ['2', '2'],
  )
  const cells = row(text, 'growth')
  assert.deepEqual([cells[2]?.split(' ')[0], cells[3], cells[4]?.split(' ')[0], cells[5]], ['1', '1', '0', '2'])
  const kept = JSON.parse(reportJson(report)) as StoredReport
  assert.deepEqual(kept.roots, {
    growth: { rootRight: 1, rootRightAtLast: 0 },
    leakmesh: { rootRight: 1, rootRightAtLast: 1 },
  })
  assert.doesNotMatch(terminalText(reportOn([true])), /Which service/)
})

test('[Q4] rankings are compared, and files kept before there were any are read', () => {
  const kept = (rootRight: number): StoredReport => ({ ...stored([true]), roots: { growth: { rootRight } } })
  assert.deepEqual(compareReports(kept(0.5), kept(0.75)), [
    { name: 'ranking growth rootRight', base: 0.5, head: 0.75, direction: 'better' },
  ])
  const { roots: _none, ...older } = stored([true])
  assert.equal(compareReports(older, kept(0.5))[0]?.name, 'ranking growth rootRight')
})

test('[Q1] a part left out has a row with what it costs, and is kept', () => {
  const left = { name: 'no-hold', scores: scores([true, false], 1) }
  const report = qualityReport({ name: 'leakmesh', scores: scores([true, true]) }, [], { ablations: [left] })
  const text = terminalText(report)
  const cells = row(text, 'no-hold')
  assert.deepEqual(
    cells.slice(2, 4).map((cell) => cell.split(' (')[0]),
    ['0.333, -0.667', '0.5, -0.5'],
  )
  assert.match(cells[7] ?? '', /, same$/)
  assert.deepEqual(row(text, 'nothing').slice(2, 4), ['1', '1'])
  const kept = JSON.parse(reportJson(report)) as StoredReport
  assert.equal(kept.ablations?.['no-hold']?.recallDifference, -0.5)
  assert.equal(kept.ablations?.['no-hold']?.laterHours, 0)
  assert.equal(stored([true]).ablations, undefined)
})

test('[Q2] the first failures are told and the rest counted', () => {
  const text = terminalText(reportOn([false], FAILURES_SHOWN + 4))
  assert.match(text, /01-cart\/s1\/0\/none: missed cart memory/)
  assert.match(text, /and 5 more/)
  assert.match(text, /Failures: 45 \(1 missed, 44 false alarm\)/)
  assert.equal(text.split('false alarm on web fd').length - 1, FAILURES_SHOWN - 1)
  assert.match(terminalText(reportOn([true])), /No failures/)
})

test('[Q3] the kept report is the same text for the same scores, rounded, its keys in order', () => {
  const text = reportJson(reportOn([true, true, false]))
  assert.equal(text, reportJson(reportOn([true, true, false])))
  assert.doesNotMatch(text, /\d\.\d{4}/)
  const { bars } = JSON.parse(text) as StoredReport
  assert.deepEqual(Object.keys(bars), Object.keys(bars).toSorted())
})

test('[Q3] numbers keep what says something', () => {
  assert.deepEqual([0.95312, 0.004_567, 12.3456, 0, -0.2].map(rounded), [0.953, 0.0046, 12.346, 0, -0.2])
})

test('[Q4] side by side: what moved, and which way', () => {
  const changes = compareReports(stored([true, false]), stored([true, true], 1))
  const direction = (name: string) => changes.find((change) => change.name === name)?.direction
  assert.equal(direction('01 cart recall'), 'better')
  assert.equal(direction('01 cart falseAlarms'), 'worse')
  assert.equal(direction('bar "recall, mean over scenarios"'), 'better')
  assert.equal(direction('bar "precision, mean over scenarios"'), 'worse')
  assert.equal(direction('leakmesh recall'), 'better')
  assert.equal(direction('deriv recall'), undefined)
  assert.match(comparisonText(changes), /^worse: [\s\S]*\nbetter: 01 cart recall: 0.5 → 1\n/)
})

test('[Q4] the same report moves nothing; what is new has no direction', () => {
  const base = stored([true])
  assert.equal(comparisonText(compareReports(base, base)), 'Nothing moved.\n')
  assert.deepEqual(compareReports({ ...base, scenarios: {} }, base)[0], {
    name: '01 cart cases',
    base: undefined,
    head: 1,
    direction: 'changed',
  })
})

test('[Q4] of a bar with two ends, nearer is better, and inside is inside', () => {
  const report = (value: number): StoredReport => ({
    ...stored([true]),
    bars: { holds: { value, least: 0.75, greatest: 0.85, verdict: 'met' } },
  })
  const direction = (base: number, head: number) => compareReports(report(base), report(head))[0]?.direction
  assert.equal(direction(0.9, 0.86), 'better')
  assert.equal(direction(0.8, 0.7), 'worse')
  assert.equal(direction(0.76, 0.84), 'changed')
})

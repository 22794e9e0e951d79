import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { duration, formatDuration, parseDurationMs } from '../../component/duration.ts'

const good: readonly [string, number][] = [
  ['0', 0],
  ['-0', 0],
  ['0s', 0],
  ['5s', 5_000],
  ['200ms', 200],
  ['1.5h', 5_400_000],
  ['1h30m', 5_400_000],
  ['2h45m30.5s', 9_930_500],
  ['.5s', 500],
  ['5.s', 5_000],
  ['-1m', -60_000],
  ['+1m', 60_000],
  ['1us', 0.001],
  ['1µs', 0.001],
  ['1μs', 0.001],
  ['1ns', 0.000001],
]
for (const [text, ms] of good) {
  test(`reads ${text} as ${ms} ms`, () => {
    const parsed = parseDurationMs(text)
    assert.ok(parsed.ok && Math.abs(parsed.ms - ms) <= 1e-9, JSON.stringify(parsed))
  })
}

const bad: readonly [string, string][] = [
  ['', 'time: invalid duration ""'],
  ['-', 'time: invalid duration "-"'],
  ['s', 'time: invalid duration "s"'],
  ['5', 'time: missing unit in duration "5"'],
  ['1h5', 'time: missing unit in duration "1h5"'],
  ['5 s', 'time: unknown unit " s" in duration "5 s"'],
  ['5x', 'time: unknown unit "x" in duration "5x"'],
  ['1d', 'time: unknown unit "d" in duration "1d"'],
  ['5constructor', 'time: unknown unit "constructor" in duration "5constructor"'],
  ['1.2.3s', 'time: missing unit in duration "1.2.3s"'],
]
for (const [text, message] of bad) {
  test(`refuses ${JSON.stringify(text)} in Go's words`, () => {
    assert.deepEqual(parseDurationMs(text), { ok: false, message })
  })
}

test('what is written is read back', () => {
  const micros = fc.integer({ min: -4_000_000_000_000, max: 4_000_000_000_000 })
  fc.assert(
    fc.property(micros, (us) => {
      const parsed = parseDurationMs(formatDuration(us / 1_000))
      assert.ok(parsed.ok && Math.abs(parsed.ms - us / 1_000) < 1e-4, formatDuration(us / 1_000))
    }),
  )
})

test('writes as Go does', () => {
  assert.deepEqual([0, 1.5, 61_000, 3_600_000, 0.25, -90_000].map(formatDuration), [
    '0s',
    '1.5ms',
    '1m1s',
    '1h0m0s',
    '250µs',
    '-1m30s',
  ])
})

test('the configuration type takes text and zero, and nothing below its least', () => {
  assert.equal(duration().parse('1m'), 60_000)
  assert.equal(duration().parse(0), 0)
  assert.equal(duration().default(200).parse(undefined), 200)
  const message = (raw: unknown, min?: number) =>
    duration({ ...(min !== undefined && { min }) }).safeParse(raw).error?.issues[0]?.message
  assert.equal(message(5), 'time: missing unit in duration "5"')
  assert.equal(message('-1s'), 'must be at least 0s, got -1s')
  assert.equal(message('1ms', 1_000), 'must be at least 1s, got 1ms')
  assert.equal(message(true), 'expected a duration such as "30s" or "1h30m"')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../processor/leak_detector/detect/assess.ts'
import type { Fact } from '../../../../processor/leak_detector/detect/evidence.ts'
import { contextWith, windowOf } from './context.ts'

/** One window, a step a minute, that starts on a multiple of every block: the numbers below can be done on paper. */
const startMs = 60_000 * 64 * 100_000
const steps = 400
const floor = Float64Array.from({ length: steps }, (_, i) => 1e8 + i * 1e6 + ((i * 37) % 11) * 2e5)
const verdict = assess(
  [windowOf(floor, { startMs })],
  contextWith({ limits: new Map([['a', 1e9]]), settings: { ...contextWith().settings, patienceMs: 0 } }),
)

function fact(type: string): Fact {
  assert.ok(verdict.kind === 'growing')
  const found = verdict.growth.facts.find((one) => one.type === type)
  assert.ok(found !== undefined, type)
  return found
}

test('[D18] the count of lows can be done by hand', () => {
  const said = fact('lows_never_seen_again')
  const [, records, blocks, length, unit] = said.statement.match(
    /^(\d+) of the last (\d+) lows \(one each (\d+) (\w+)/,
  )!
  const size = Number(length) / (unit === 's' ? 60 : 1)
  const lows: number[] = []
  for (let end = steps - (steps % size); end - size >= 0 && lows.length < Number(blocks); end -= size) {
    lows.unshift(Math.min(...floor.subarray(end - size, end)))
  }
  const never = lows.filter((low, i) => lows.slice(i + 1).every((later) => later > low)).length
  assert.equal(said.value, never)
  assert.equal(Number(records), never)
})

test('[D18] slope and growth agree with what the series was made of', () => {
  assert.ok(Math.abs(fact('slope').value / (1e6 / 60) - 1) < 0.02)
  assert.ok(verdict.kind === 'growing')
  const { rate, exhaustionSeconds, level } = verdict.growth
  assert.ok(rate.low <= 1e6 / 60 && 1e6 / 60 <= rate.high)
  // What is used stands above the floor, so the limit is nearer than the floor alone would say.
  const byFloor = (1e9 - level) / rate.value
  assert.ok(exhaustionSeconds!.value <= byFloor && exhaustionSeconds!.value > 0.97 * byFloor)
  assert.ok(exhaustionSeconds!.low < exhaustionSeconds!.value && exhaustionSeconds!.value < exhaustionSeconds!.high)
})

test('[D18] weights add up to no more than one, and each statement holds its number', () => {
  assert.ok(verdict.kind === 'growing')
  const weights = verdict.growth.facts.reduce((sum, one) => sum + one.weight, 0)
  assert.ok(weights > 0.9 && weights <= 1 + 1e-9)
  for (const one of verdict.growth.facts) assert.match(one.statement, /\d/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeCase } from './fake_case.ts'
import { RANKINGS, runRankings } from './rankings.ts'
import { changeTime, largestRelativeGrowth, robustZScore } from './root_cause.ts'
import { readSeries } from './series.ts'

const HOUR_MS = 3_600_000

/** Three services of 12 h at 5 min: cart leaks by a little and is calm, pay is big and noisy, web is flat. */
function shop() {
  const steps = Array.from({ length: 144 }, (_, step) => step)
  const memory = (service: string, level: (step: number) => number) => ({
    resource: { 'service.name': service, 'service.instance.id': service },
    metric: 'process.memory.usage',
    values: steps.map(level),
  })
  return fakeCase(300_000, [
    memory('pay', (step) => 9e8 + (step % 3) * 5e7),
    memory('web', () => 2e8),
    memory('cart', (step) => 1e8 + (step % 2) * 1e5 + (step >= 72 ? 3e7 : 0)),
  ])
}

test('[R10] the largest relative growth is ranked first, not the largest', () => {
  const run = shop()
  assert.equal(largestRelativeGrowth(readSeries(run), run.endMs)[0], 'cart')
  assert.deepEqual(largestRelativeGrowth(readSeries(run), run.startMs + HOUR_MS), [])
})

test('[R10] the change is found at its hour, and the robust z-score ranks by it', () => {
  const run = shop()
  const set = readSeries(run)
  assert.equal(changeTime(set, run.endMs), run.startMs + 6 * HOUR_MS)
  assert.deepEqual(robustZScore(set, run.endMs), ['cart', 'pay', 'web'])
  assert.deepEqual(robustZScore(set, run.endMs, run.startMs + 6 * HOUR_MS), robustZScore(set, run.endMs))
})

test('[R10] with too little before or after there is no change to speak of', () => {
  const run = shop()
  assert.equal(changeTime(readSeries(run), run.startMs + 5 * HOUR_MS), undefined)
  assert.deepEqual(robustZScore(readSeries(run), run.startMs + 5 * HOUR_MS), [])
})

test('[R10] rankings are asked on leaking runs, and only one of them is told the onset', () => {
  const run = shop()
  const set = readSeries(run)
  const leak = {
    service: 'cart',
    resources: ['memory'],
    onsetMs: run.startMs + 6 * HOUR_MS,
    untilMs: run.endMs,
    perSecond: 1,
    kind: 'time_driven',
    identifiable: 'nothing',
  } as const
  assert.deepEqual(runRankings(run, set, []), [])
  const scores = runRankings({ ...run, leaks: [leak] }, set, [])
  assert.deepEqual(
    scores,
    RANKINGS.map(({ name }) => [name, { last: true }]),
  )
  const onsets = [run.startMs + HOUR_MS, leak.onsetMs]
  const [growth, found, told] = RANKINGS.map(({ rank }) => onsets.map((onsetMs) => rank(set, run.endMs, onsetMs)))
  assert.deepEqual(growth![0], growth![1])
  assert.deepEqual(found![0], found![1])
  assert.deepEqual(told![0], robustZScore(set, run.endMs, onsets[0]))
  assert.deepEqual(told![1], found![1])
})

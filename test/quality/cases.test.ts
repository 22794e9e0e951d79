import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CaseName, caseById, caseOf, tellsCulprit } from './cases.ts'
import { pairNames, SAMPLING, sidesOf } from './pairs.ts'
import { DISTURBANCES } from './world/disturbances.ts'

const NAME: CaseName = { scenario: 3, severity: 1, seed: 1, disturbance: 'none' }
const HOUR_MS = 3_600_000

test('[5] interval and number of services are parts of a name, and of the shop', () => {
  const own = caseOf(NAME)
  const other = caseOf({ ...NAME, stepSeconds: 30, services: 12 })
  assert.equal(other.id, `${own.id}/step30/services12`)
  assert.deepEqual([own.stepMs, own.services.length], [60_000, 8])
  assert.deepEqual([other.stepMs, other.services.length], [30_000, 12])
  assert.deepEqual(other.services.slice(0, 8), own.services)
  const again = caseById(other.id)
  assert.deepEqual([again.id, again.stepMs, again.services.length], [other.id, 30_000, 12])
  assert.equal(caseById(own.id).id, own.id)
  assert.throws(() => caseById(`${own.id}/step`), /is no case/)
  assert.throws(() => caseOf({ ...NAME, services: 4 }), /4 services are too few/)
})

test('[5] the same story at another interval leaks at the same pace', () => {
  const [own] = caseOf(NAME).leaks
  const [finer] = caseOf({ ...NAME, stepSeconds: 30 }).leaks
  assert.equal(finer!.onsetMs, own!.onsetMs)
  assert(Math.abs(finer!.perSecond / own!.perSecond - 1) < 0.05, `${finer!.perSecond} and ${own!.perSecond} a second`)
})

test('pairs are leaks whose culprit can be told, each told in two ways', () => {
  const names = pairNames(SAMPLING, { seeds: [1], scenarios: [1, 3, 31, 44, 45], severities: [1, 2] })
  assert.deepEqual(
    names.map(({ scenario, severity, disturbance }) => `${scenario} ${severity} ${disturbance}`),
    ['3 1 all-traces', '3 1 one-percent-sampled', '3 2 all-traces', '3 2 one-percent-sampled'],
  )
  assert.equal(tellsCulprit({ ...NAME, scenario: 44 }), false)
  assert(
    !DISTURBANCES.some(({ name }) => name === SAMPLING.base),
    'takes no turn: the cases that are kept stay as they are',
  )
  const scores = [1, 2, 3, 4].map((id) => ({ id: String(id) })) as unknown as Parameters<typeof sidesOf>[0]
  assert.deepEqual(
    sidesOf(scores).map((side) => side.map(({ id }) => id)),
    [
      ['1', '3'],
      ['2', '4'],
    ],
  )
})

test('a pair differs in its spans and in nothing else', () => {
  const told = (disturbance: string) => {
    const run = caseOf({ ...NAME, disturbance })
    let traceBytes = 0
    let sum = 0
    for (const { signal, bytes, timeMs } of run.telemetry()) {
      if (timeMs > run.startMs + HOUR_MS / 4) break
      if (signal === 'traces') traceBytes += bytes.length
      else for (const byte of bytes) sum = (sum * 31 + byte) % 1_000_003
    }
    return { traceBytes, sum }
  }
  const [all, sampled] = [told(SAMPLING.base), told(SAMPLING.other)]
  assert.equal(all.sum, sampled.sum)
  assert(all.traceBytes > 30 * sampled.traceBytes, `${all.traceBytes} and ${sampled.traceBytes} bytes of spans`)
})

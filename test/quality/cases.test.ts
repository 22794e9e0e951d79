import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CaseName, caseById, caseOf } from './cases.ts'

const NAME: CaseName = { scenario: 3, severity: 1, seed: 1, disturbance: 'none' }

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
})

test('[5] the same story at another interval leaks at the same pace', () => {
  const [own] = caseOf(NAME).leaks
  const [finer] = caseOf({ ...NAME, stepSeconds: 30 }).leaks
  assert.equal(finer!.onsetMs, own!.onsetMs)
  assert(Math.abs(finer!.perSecond / own!.perSecond - 1) < 0.05, `${finer!.perSecond} and ${own!.perSecond} a second`)
})

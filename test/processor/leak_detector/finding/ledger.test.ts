import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLedger } from '../../../../processor/leak_detector/finding/ledger.ts'
import { LEDGER_DEFAULTS } from '../../../../processor/leak_detector/finding/settings.ts'
import { MINUTE, NOON, names, quiet, run, suspect } from './made.ts'

test('[F1] a leak opens after openSteps sure steps, once, and is resolved when it has been still', () => {
  const ledger = createLedger()
  const first = run(ledger, NOON, 20, () => [suspect()])
  assert.deepEqual(names(first.events), ['opened open 1'])
  assert.equal(first.events[0]!.finding.atMs, NOON + (LEDGER_DEFAULTS.openSteps - 1) * MINUTE)
  const after = run(ledger, first.next, LEDGER_DEFAULTS.resolveSteps, () => [quiet()])
  assert.deepEqual(names(after.events), ['resolved resolved 1'])
  assert.deepEqual(ledger.live(), [])
  assert.deepEqual(ledger.subjects(), [])
})

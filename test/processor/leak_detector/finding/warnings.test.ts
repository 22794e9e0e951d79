import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAdvice } from '../../../../component/advice.ts'
import { createLedger } from '../../../../processor/leak_detector/finding/ledger.ts'
import { sentence } from '../../../../processor/leak_detector/finding/sentence.ts'
import { LEDGER_DEFAULTS } from '../../../../processor/leak_detector/finding/settings.ts'
import { warnings } from '../../../../processor/leak_detector/finding/warnings.ts'
import { NOON, quiet, run, suspect } from './made.ts'

const { openSteps, resolveSteps } = LEDGER_DEFAULTS

test('[F14] the leaking service is told while its finding is open or critical, and no longer', () => {
  const ledger = createLedger({ openShare: 0 })
  const advice = createAdvice()
  const before = run(ledger, NOON, openSteps - 1, () => [suspect()])
  assert.deepEqual(warnings(ledger), [])
  const opened = run(ledger, before.next, 1, () => [suspect()])
  advice.set(warnings(ledger))
  const said = sentence(opened.events[0]!.finding)
  assert.equal(advice.ask({ namespace: 'shop', name: 'cart' }, 'cart-1', NOON), said)
  assert.equal(advice.ask({ namespace: 'shop', name: 'catalog' }, 'catalog-1', NOON), undefined)
  run(ledger, opened.next, resolveSteps, () => [quiet()])
  assert.deepEqual(warnings(ledger), [])
})

test('[F14] what is only suspected is not warned of, even when it is told', () => {
  const ledger = createLedger({ openShare: 0, announceFrom: 'suspected' })
  run(ledger, NOON, 5, () => [suspect({}, { confidence: 0.6 })])
  assert.deepEqual([ledger.told().length, warnings(ledger)], [1, []])
})

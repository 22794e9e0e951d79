import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLedger } from '../../../../processor/leak_detector/finding/ledger.ts'
import { LEDGER_DEFAULTS } from '../../../../processor/leak_detector/finding/settings.ts'
import type { Suspicion } from '../../../../processor/leak_detector/finding/suspicion.ts'
import { MINUTE, NOON, names, quiet, run, suspect } from './made.ts'

const { openSteps, culpritSteps } = LEDGER_DEFAULTS
const levelsOff: Suspicion = {
  ...suspect(),
  verdict: { kind: 'explained', reasons: ['cache_plateau'], rate: 1, facts: [] },
}

test('[F18] a leak that is back in another life goes on with who was blamed; in another version it does not', () => {
  const blamed = (look: number): Suspicion => ({
    ...suspect(),
    attribution: {
      ...suspect().attribution!,
      facts: [{ type: 'x', statement: '', value: look, unit: '1', weight: 0 }],
    },
  })
  const unnamed = suspect({ attribution: { kind: 'unknown', remaining: [], tellApart: '', facts: [] } })
  const saidAfter = (ending: Suspicion, state: string) => {
    const ledger = createLedger({ openShare: 0 })
    const first = run(ledger, NOON, 10, (step) => [blamed(step)])
    const ended = run(ledger, first.next, 60, () => [ending])
    assert.equal(ended.events.at(-1)!.name, state)
    const copy = createLedger({ openShare: 0 }, JSON.parse(JSON.stringify(ledger.save())))
    const second = run(copy, ended.next, openSteps + culpritSteps, () => [{ ...unnamed, version: ending.version }])
    assert.deepEqual(names(second.events.slice(0, 1)), ['opened open 2'])
    return second.events[0]!.finding.carrier.attribution?.kind
  }
  assert.equal(saidAfter(quiet({ restartMs: NOON + 12 * MINUTE }), 'resolved'), 'request_driven')
  assert.equal(saidAfter(quiet({ version: '2.3.2' }), 'resolved'), 'unknown')
  assert.equal(saidAfter(levelsOff, 'suppressed'), 'unknown')
})

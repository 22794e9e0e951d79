import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeCase } from '../baselines/fake_case.ts'
import type { Case, Statement } from '../case.ts'
import { caseOf } from '../cases.ts'
import { leakmesh } from '../ours.ts'
import { ablated } from './ablated.ts'
import { ABLATIONS, type Ablation, ablation } from './ablations.ts'
import { importWithout } from './import_without.ts'

const PRODUCT = new URL('../../../processor/leak_detector/', import.meta.url)

/** Two days of a process that only grows: every part has something to look at. */
function growing(): Case {
  const values = Array.from({ length: 576 }, (_, step) => 1e8 + 1e6 * step)
  const resource = { 'service.name': 'cart', 'service.instance.id': 'cart-1' }
  return fakeCase(300_000, [{ resource, metric: 'process.memory.usage', values }])
}

test('[A1] every part can be left out, and its file is really imported', async () => {
  const run = growing()
  for (const one of ABLATIONS) {
    const detector = await ablated(one)
    assert.equal(detector.name, one.name)
    assert(detector.watch(run).length > 0, one.name)
  }
})

test('[A1] a stand-in for what nothing imports is an error, and so is a name that there is not', async () => {
  const unused: Ablation = { name: 'unused', standIns: { 'detect/no_such_part.ts': 'no_pool.ts' } }
  await assert.rejects(ablated(unused), /unused: nothing imports .*no_such_part/)
  assert.throws(() => ablation('no-luck'), /no ablation no-luck; there are no-spans/)
})

test('[A2] a copy has its stand-ins and the original is left as it was', async () => {
  const url = (file: string) => new URL(file, PRODUCT).href
  const standIn = new URL('stand_ins/no_budget.ts', import.meta.url).href
  const rise = new URL('detect/rise.ts', PRODUCT)
  await importWithout('test-budget', rise, new Map([[url('detect/settings.ts'), standIn]]))
  const copy = (await import(
    `${url('detect/settings.ts')}?without=other`
  )) as typeof import('../../../processor/leak_detector/detect/settings.ts')
  const own = await import('../../../processor/leak_detector/detect/settings.ts')
  assert.equal(copy.lookLog10P(0.3, 3_600_000, 40), own.lookLog10P(0.3, 3_600_000, 40))
  assert(own.lookLog10P(0.3, 3_600_000, 40) < -4)
  const without = (await import(`${standIn}?without=test-budget`)) as typeof import('./stand_ins/no_budget.ts')
  assert.equal(without.lookLog10P(0.3, 3_600_000, 40), -2)
  assert.equal(without.BLOCKS_MIN, own.BLOCKS_MIN)
})

test('without explanations it is said sooner, without spans no caller is named', async () => {
  const run = caseOf({ scenario: 3, severity: 1, seed: 1, disturbance: 'none' })
  const ours = leakmesh().watch(run)
  const first = (said: readonly Statement[]) => said.find(({ service }) => service === 'cart')!.atMs
  const [bare, deaf] = await Promise.all(
    ['no-explanations', 'no-spans'].map(async (name) => (await ablated(ablation(name))).watch(run)),
  )
  assert(first(bare!) < first(ours))
  const callers = (said: readonly Statement[]) =>
    said.flatMap(({ culprit }) => (culprit?.kind === 'caller' && culprit.caller !== '' ? [culprit.caller] : []))
  assert.deepEqual(new Set(callers(ours)), new Set(['mobile']))
  assert.deepEqual(callers(deaf!), [])
})

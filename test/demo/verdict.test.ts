import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Said } from './heard.ts'
import { type Course, faults, summary } from './verdict.ts'

const opened: Said = {
  event: 'opened',
  service: 'cart',
  sentence: 'cart: memory leaks',
  edge: 'mobile->cart',
  operation: 'POST /cart',
  bytesPerCall: 15_000,
  secondsLeft: 1_500,
  reasons: [],
}
const course = (...said: readonly Said[]): Course => ({
  leaks: true,
  said: said.map((one, index) => ({ atSecond: 60 + index, said: one })),
  warning: 'Received Partial Success response',
  truth: { calls: 1_000, bytes: 16_000_000 },
})

test('[R5] exactly the right finding is no fault', () => {
  assert.deepEqual(faults(course(opened)), [])
})

test('[R5] what is held back is not said', () => {
  assert.deepEqual(faults(course(opened, { ...opened, event: 'suppressed', service: 'catalog' })), [])
})

test('[R5] the last word on the leak counts', () => {
  assert.deepEqual(faults(course({ ...opened, bytesPerCall: 1 }, { ...opened, event: 'updated' })), [])
})

const wrong: readonly (readonly [string, Course, RegExp])[] = [
  ['no finding', course(), /not found/],
  ['another service', course(opened, { ...opened, service: 'catalog' }), /catalog does not leak/],
  ['taken back', course(opened, { ...opened, event: 'resolved' }), /was resolved/],
  ['another operation', course({ ...opened, operation: 'GET /cart/:user' }), /operation is POST \/cart, not GET/],
  ['another caller', course({ ...opened, edge: 'frontend->cart' }), /caller is mobile, not frontend/],
  ['an open caller', course({ ...opened, edge: undefined }), /not left open/],
  ['too much', course({ ...opened, bytesPerCall: 20_200 }), /off by \+26 %/],
  ['too little', course({ ...opened, bytesPerCall: 11_800 }), /off by −26 %/],
  ['no bytes', course({ ...opened, bytesPerCall: undefined }), /were not said/],
  ['no forecast', course({ ...opened, secondsLeft: undefined }), /time to exhaustion/],
  ['no warning', { ...course(opened), warning: undefined }, /logged no warning/],
  ['no truth', { ...course(opened), truth: undefined }, /not known/],
  ['a finding in a healthy shop', { ...course(opened), leaks: false }, /cart does not leak/],
]
for (const [what, run, fault] of wrong) {
  test(`[R5] ${what} is a fault`, () => {
    const all = faults(run)
    assert.equal(all.length, 1)
    assert.match(all[0]!, fault)
  })
}

test('[R5] silence about a healthy shop is no fault', () => {
  assert.deepEqual(faults({ ...course(), leaks: false, warning: undefined, truth: { calls: 0, bytes: 40 } }), [])
})

test('[R5] the summary of a healthy shop is short', () => {
  assert.deepEqual(summary({ ...course(), leaks: false }), ['nothing found, and nothing leaks'])
})

test('[R4] the summary holds the finding against the truth', () => {
  assert.deepEqual(summary(course(opened, { ...opened, event: 'suppressed', service: 'catalog', reasons: ['step'] })), [
    'found        after 60 s',
    'culprit      POST /cart, mobile->cart',
    'kept a call  found 14.6 KiB, really 15.6 KiB (−6 %), in 1000 calls',
    'exhaustion   in about 25 min',
    'others       nothing said of the other services',
    'held back    catalog: step',
  ])
})

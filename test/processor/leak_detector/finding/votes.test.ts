import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attribution } from '../../../../processor/leak_detector/attribute/attribution.ts'
import { NO_VOTES, recalled, settled, voted } from '../../../../processor/leak_detector/finding/votes.ts'

const facts = (look: number) => [{ type: 'look', statement: `look ${look}`, value: look, unit: '1', weight: 0 }]
const perCall = { value: 100, low: 90, high: 110 }
const caller = (callerService: string, look: number): Attribution => ({
  kind: 'request_driven',
  culprit: { callerService, callerOperation: '', operation: 'POST /cart' },
  perCall,
  share: 0.9,
  facts: facts(look),
})
const operation = (name: string, look: number): Attribution => ({
  kind: 'operation_only',
  operation: name,
  perCall,
  share: 0.9,
  remaining: [],
  tellApart: '',
  facts: facts(look),
})
const unknown = (look: number): Attribution => ({
  kind: 'unknown',
  remaining: [],
  tellApart: 'wait',
  facts: facts(look),
})

function after(looks: readonly Attribution[]): Attribution | undefined {
  return settled(looks.reduce(voted, NO_VOTES))
}

test('[F18] looks that cannot tell take nothing back', () => {
  const looks = [caller('mobile', 1), caller('mobile', 2), ...[3, 4, 5, 6].map(unknown)]
  assert.deepEqual(after(looks), caller('mobile', 2))
})

test('[F18] one look among many is not believed', () => {
  const looks = [caller('mobile', 1), ...[2, 3, 4, 5, 6].map(unknown)]
  assert.equal(after(looks)?.kind, 'unknown')
})

test('[F18] two looks among thirty are not believed', () => {
  const looks = [
    caller('mobile', 1),
    caller('mobile', 2),
    ...Array.from({ length: 28 }, (_, look) => unknown(look + 3)),
  ]
  assert.equal(after(looks)?.kind, 'unknown')
})

test('[F18] looks that blame different callers leave the operation', () => {
  const said = after([caller('mobile', 1), caller('web', 2), caller('mobile', 3), caller('web', 4)])
  assert(said?.kind === 'operation_only')
  assert.equal(said.operation, 'POST /cart')
  assert.deepEqual(said.remaining.map(({ callerService }) => callerService).toSorted(), ['mobile', 'web'])
})

test('[F18] looks that blame different operations leave nothing', () => {
  const said = after([
    operation('POST /cart', 1),
    operation('GET /cart', 2),
    operation('GET /cart', 3),
    caller('web', 4),
  ])
  assert.equal(said?.kind, 'unknown')
})

test('[F18] the same word again is no further look', () => {
  const votes = [1, 1, 1, 1].map((look) => caller('mobile', look)).reduce(voted, NO_VOTES)
  assert.equal(votes.looks, 1)
})

test('[F18] later looks weigh more: what forty of them say outweighs thirty before', () => {
  const early = Array.from({ length: 30 }, (_, look) => operation('POST /cart', look))
  const late = Array.from({ length: 40 }, (_, look) => caller('mobile', 100 + look))
  assert.equal(after([...early, ...late.slice(0, 10)])?.kind, 'operation_only')
  assert.equal(after([...early, ...late])?.kind, 'request_driven')
})

test('[F18] votes are bounded', () => {
  const looks = Array.from({ length: 100 }, (_, look) => operation(`GET /${look}`, look))
  assert.equal(Object.keys(looks.reduce(voted, NO_VOTES).blamed).length, 16)
})

test('[F18] of an earlier life half of the looks are remembered, and only where they agreed', () => {
  const before = [1, 2, 3, 4, 5, 6].map((look) => caller('mobile', look)).reduce(voted, NO_VOTES)
  const now = (looks: readonly Attribution[]) => settled(looks.reduce(voted, recalled(before)))
  assert.deepEqual(now([unknown(7)]), caller('mobile', 6))
  assert.equal(now([7, 8, 9, 10, 11, 12, 13].map((look) => operation('GET /cart', look)))?.kind, 'operation_only')
  assert.equal(now(Array.from({ length: 60 }, (_, look) => unknown(look + 7)))?.kind, 'unknown')
  const torn = [1, 3, 5].flatMap((look) => [caller('mobile', look), operation('GET /cart', look + 1)])
  assert.equal(recalled(torn.reduce(voted, NO_VOTES)).looks, 0)
  assert.equal(recalled([unknown(1), unknown(2)].reduce(voted, NO_VOTES)).looks, 0)
})

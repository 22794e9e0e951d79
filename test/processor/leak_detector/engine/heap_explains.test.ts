import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SuppressionReason } from '../../../../processor/leak_detector/detect/evidence.ts'
import { besideHeap } from '../../../../processor/leak_detector/engine/heap_explains.ts'
import type { Suspicion } from '../../../../processor/leak_detector/finding/suspicion.ts'
import { suspect } from '../finding/made.ts'

const PATIENCE_MS = 16 * 3_600_000
const memory = suspect({ resource: 'memory' }, { confidence: 0.95, rate: { value: 1000, low: 900, high: 1100 } })
const explained = (rate: number, reason: SuppressionReason = 'collection_cycle'): Suspicion => ({
  ...suspect({ resource: 'heap' }),
  verdict: { kind: 'explained', reasons: [reason], rate, facts: [] },
})
const said = (heap: Suspicion | undefined, of: Suspicion = memory) => besideHeap(of, heap, PATIENCE_MS).verdict

test('[E18] memory that grows as its heap does is explained as the heap is', () => {
  const verdict = said(explained(600))
  assert(verdict.kind === 'explained')
  assert.deepEqual(verdict.reasons, ['collection_cycle'])
  assert.equal(verdict.rate, 1000)
})

test('[E18] memory that grows much faster than its heap is judged by itself', () => {
  assert.equal(said(explained(400)).kind, 'growing')
})

test('[E18] a heap that only waits, since nothing in it is urgent, does not silence memory that is', () => {
  assert.equal(said(explained(600, 'warmup')).kind, 'growing')
})

test('[E18] beside a heap that leaks memory does too', () => {
  assert.equal(said(suspect({ resource: 'heap' })).kind, 'growing')
})

test('[E18] beside a heap that lies still memory has to be sure', () => {
  const unsure = suspect({ resource: 'memory' }, { confidence: 0.8 })
  assert.equal(said(undefined, unsure).kind, 'quiet')
})

test('[E18] a young process claims memory until its limit is nearer than its age', () => {
  const hoursLeft = (hours: number) => ({ value: hours * 3600, low: hours * 3000, high: hours * 4000 })
  const young = (hours: number) =>
    suspect(
      { resource: 'memory', restartMs: memory.atMs - 2 * 3_600_000 },
      { confidence: 0.95, exhaustionSeconds: hoursLeft(hours) },
    )
  const verdict = said(undefined, young(3))
  assert(verdict.kind === 'explained')
  assert.deepEqual(verdict.reasons, ['warmup'])
  assert.equal(said(undefined, young(1)).kind, 'growing')
})

test('[E18] the heap says who makes memory grow; what it cannot tell memory may, but not that time does', () => {
  const time = { ...memory, attribution: { kind: 'time_driven', facts: [] } } as const
  const vague = { kind: 'unknown', remaining: [], tellApart: '', facts: [] } as const
  const blamed = (of: Suspicion, heap: Suspicion) => besideHeap(of, heap, PATIENCE_MS).attribution?.kind
  assert.equal(blamed(time, suspect({ resource: 'heap' })), 'request_driven')
  assert.equal(blamed(time, suspect({ resource: 'heap', attribution: vague })), 'unknown')
  assert.equal(blamed(memory, suspect({ resource: 'heap', attribution: vague })), 'request_driven')
})

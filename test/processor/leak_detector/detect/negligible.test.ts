import assert from 'node:assert/strict'
import { test } from 'node:test'
import { climb, FLAT, levels, said } from './legs.ts'

test('[D9] a heap must grow by a twentieth of its level, other memory by less', () => {
  const little = [levels(100, [FLAT, climb(104, 14)])]
  assert.match(said(little), /negligible/)
  assert.equal(said(little, { heap: false }), 'growing')
  assert.equal(said([levels(100, [FLAT, climb(110, 14)])]), 'growing')
})

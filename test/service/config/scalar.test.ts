import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { plainScalar } from '../../../service/config/scalar.ts'

const TABLE: readonly (readonly [string, unknown])[] = [
  ['', null],
  ['~', null],
  ['null', null],
  ['Null', null],
  ['nULL', 'nULL'],
  ['true', true],
  ['TRUE', true],
  ['t', 't'],
  ['yes', 'yes'],
  ['on', 'on'],
  ['123', 123],
  ['-5', -5],
  ['+5', 5],
  ['0123', 83],
  ['-0123', -83],
  ['0o17', 15],
  ['089', 89],
  ['0xdeadbeef', 3735928559],
  ['-0x10', -16],
  ['0b101', 5],
  ['1_000', 1000],
  ['0', 0],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['1e3', 1000],
  ['1.', 1],
  ['.inf', Number.POSITIVE_INFINITY],
  ['-.Inf', Number.NEGATIVE_INFINITY],
  ['.nan', Number.NaN],
  ['12e', '12e'],
  ['0x', '0x'],
  ['1.2.3', '1.2.3'],
  ['10.0.0.1:4317', '10.0.0.1:4317'],
  ['5s', '5s'],
]

test('[C3] plain scalars mean what the Collector takes them for', () => {
  for (const [text, value] of TABLE) assert.deepEqual(plainScalar(text), value, JSON.stringify(text))
})

test('[C3] whole numbers in decimal are themselves', () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (n) => assert.equal(plainScalar(String(n)), n)))
})

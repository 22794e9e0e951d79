import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ByteTable } from '../../proto/byte_table.ts'
import { createInterner } from '../../proto/interner.ts'

const bytes = (text: string) => new Uint8Array(Buffer.from(text))

test('[D1] the same bytes have the same number, others another, whatever their order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 300 }), (strings) => {
      const table = new ByteTable({ entriesMax: 1000, bytesMax: 100_000 })
      const numbers = new Map<string, number>()
      for (const string of [...strings, ...strings.toReversed(), ...strings]) {
        const padded = Uint8Array.from([1, 2, 3, ...string, 9])
        const id = table.intern(padded, 3, string.length)
        const key = Buffer.from(string).toString('hex')
        assert.equal(id, numbers.get(key) ?? id)
        numbers.set(key, id)
        assert.deepEqual(Buffer.from(table.arena.subarray(table.start(id), table.end(id))), Buffer.from(string))
      }
      assert.equal(new Set(numbers.values()).size, numbers.size)
    }),
  )
})

test('[D2] grows through many entries and finds them all again', () => {
  const table = new ByteTable({ entriesMax: 20_000, bytesMax: 1_000_000 })
  const ids = Array.from({ length: 10_000 }, (_, n) => table.intern(bytes(`name-${n}`), 0, `name-${n}`.length))
  assert.equal(new Set(ids).size, 10_000)
  for (const n of [0, 17, 511, 512, 513, 9999])
    assert.equal(table.find(bytes(`name-${n}`), 0, `name-${n}`.length), ids[n])
  assert.equal(table.overflow, 0)
})

test('[D3] limits: entries and bytes; what is known stays known, the rest is 1 and counted', () => {
  const few = new ByteTable({ entriesMax: 4, bytesMax: 100 })
  const small = new ByteTable({ entriesMax: 100, bytesMax: 5 })
  for (const table of [few, small]) {
    assert.deepEqual(
      ['ab', 'cd', 'ef', 'ab'].map((text) => table.intern(bytes(text), 0, 2)),
      [2, 3, 1, 2],
    )
    assert.equal(table.overflow, 1)
    table.reset()
    assert.equal(table.intern(bytes('ef'), 0, 2), 2)
    assert.equal(table.find(bytes('ab'), 0, 2), -1)
  }
})

test('[D4] whoever makes many strings meet at one place fills the search, not the time', () => {
  const table = new ByteTable({ entriesMax: 1000, bytesMax: 100_000 })
  const strings = collidingStrings(8)
  const ids = strings.map((string) => table.intern(string, 0, string.length))
  assert.equal(ids.filter((id) => id > 1).length, 64)
  assert.equal(table.overflow, 192)
  assert.deepEqual(
    strings.map((string) => table.intern(string, 0, string.length)),
    ids,
  )
})

test('[D5] texts: 0 is empty, 1 reads empty, what is no UTF-8 reads as U+FFFD, long ones end between characters', () => {
  const strings = createInterner({ entriesMax: 100, bytesMax: 10_000, textBytesMax: 9 })
  assert.deepEqual([strings.internText(''), strings.text(0), strings.text(1)], [0, '', ''])
  const id = strings.internText('ππππππ')
  assert.equal(strings.text(id), 'ππππ')
  const odd = strings.intern(Uint8Array.of(0x61, 0xff, 0x62), 0, 3)
  assert.equal(strings.text(odd), 'a\ufffdb')
  strings.reset()
  assert.equal(strings.internText('new'), 2)
  assert.equal(strings.text(2), 'new')
})

/**
 * 2^stages strings with one hash, as an attacker makes them who knows it: in each stage two pairs of words lead from
 * the same state to the same state.
 */
function collidingStrings(stages: number): Uint8Array[] {
  const mix = (state: number, word: number) => {
    const mixed = Math.imul(state ^ word, 0x9e3779b1)
    return mixed ^ (mixed >>> 15)
  }
  let state = stages * 8
  let strings: number[][] = [[]]
  for (let stage = 0; stage < stages; stage++) {
    const [one, two] = [mix(state, 1), mix(state, 2)]
    const pairs = [
      [1, 0],
      [2, one ^ two],
    ]
    strings = strings.flatMap((string) => pairs.map((pair) => [...string, ...pair]))
    state = mix(one, 0)
  }
  return strings.map((string) => new Uint8Array(Int32Array.from(string).buffer))
}

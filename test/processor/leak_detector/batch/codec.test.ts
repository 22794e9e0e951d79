import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { decodeBatch, encodeBatch } from '../../../../processor/leak_detector/batch/codec.ts'
import { batches } from './batches.ts'

test('[B11] what was written is read again', () => {
  fc.assert(
    fc.property(batches(), (batch) => {
      const decoded = decodeBatch(encodeBatch(batch))
      assert(decoded.ok)
      assert.deepEqual(decoded.batch, batch)
    }),
    { numRuns: 200 },
  )
})

test('[B12] bytes that were changed, cut or made up are refused by a reason', () => {
  fc.assert(
    fc.property(batches(), fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (batch, where, flip, cuts) => {
      const bytes = encodeBatch(batch)
      const at = where % bytes.length
      const wrong = cuts ? bytes.slice(0, at) : bytes.slice()
      if (!cuts) wrong[at]! ^= flip
      const decoded = decodeBatch(wrong)
      assert(!decoded.ok)
      assert.match(decoded.reason, /^(not_a_batch|version|checksum|malformed)$/)
    }),
    { numRuns: 500 },
  )
})

test('[B12] bytes with a right checksum and wrong content never throw', () => {
  fc.assert(
    fc.property(
      batches(),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      (batch, changes) => {
        const bytes = encodeBatch(batch)
        for (const [where, value] of changes) if (bytes.length > 8) bytes[8 + (where % (bytes.length - 8))] = value
        reseal(bytes)
        const decoded = decodeBatch(bytes)
        if (!decoded.ok) return
        const { spans, instances, strings } = decoded.batch
        assert(spans.instance.every((row) => row < instances.count))
        assert(spans.operationText.every((text) => text < strings.length))
      },
    ),
    { numRuns: 500 },
  )
})

function reseal(bytes: Uint8Array): void {
  new DataView(bytes.buffer).setUint32(4, crc32(bytes.subarray(8)), true)
}

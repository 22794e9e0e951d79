import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { decompress } from '../../component/compression.ts'
import { lean, pack } from '../../component/pack.ts'
import type { Encoding, Payload } from '../../component/payload.ts'

const encoding = fc.constantFrom<Encoding | undefined>('gzip', 'deflate', 'zstd', undefined)
const part = fc.uint8Array({ minLength: 1, maxLength: 200 })

/** A payload as the receiver or the batch processor makes it. */
const payloads = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([parts, came]): Payload => {
    const sizeBytes = parts.reduce((sum, { length }) => sum + length, 0)
    const compressed = { encoding: 'gzip' as const, bytes: gzipSync(parts[0]!, { level: 1 }) }
    return { signal: 'traces', parts, sizeBytes, items: 1, ...(came && parts.length === 1 && { compressed }) }
  })

test('what is packed is the payload, and waiting leanly changes nothing of it', async () => {
  await fc.assert(
    fc.asyncProperty(payloads, encoding, async (payload, wanted) => {
      const packing = { encoding: wanted, level: undefined }
      const waited = lean(payload, packing)
      const packed = await pack(waited, packing)
      assert.deepEqual(packed, await pack(payload, packing))
      const bytes = Buffer.concat(packed.pieces)
      assert.equal(packed.sizeBytes, bytes.length)
      const plain = wanted === undefined ? { ok: true as const, bytes } : await decompress(wanted, bytes, 10_000)
      assert.ok(plain.ok)
      assert.equal(Buffer.compare(plain.bytes, Buffer.concat(payload.parts)), 0)
      assert.ok(waited.parts.length === 0 || waited.compressed === undefined, 'only one form waits')
    }),
  )
})

test('what came in the encoding that is asked for is not touched', async () => {
  const part = Buffer.from('some telemetry')
  const bytes = gzipSync(part)
  const payload: Payload = {
    signal: 'logs',
    parts: [part],
    sizeBytes: part.length,
    items: 1,
    compressed: { encoding: 'gzip', bytes },
  }
  const gzip = await pack(payload, { encoding: 'gzip', level: 9 })
  assert.equal(gzip.pieces[0], bytes)
  const plain = await pack(payload, { encoding: undefined, level: undefined })
  assert.equal(plain.pieces[0], part)
})

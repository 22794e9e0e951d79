import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { compress, decompress, encodingOf } from '../../component/compression.ts'

const encodings = fc.constantFrom('gzip', 'deflate', 'zstd' as const)

test('what was compressed comes back, small and large, at any level', async () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 2_000 }),
    fc.integer({ min: 300_000, max: 700_000 }).map((n) => randomBytes(n)),
  )
  await fc.assert(
    fc.asyncProperty(encodings, content, fc.option(fc.integer({ min: 1, max: 9 })), async (encoding, bytes, level) => {
      const compressed = await compress(encoding, bytes, level ?? undefined)
      const back = await decompress(encoding, compressed, bytes.length)
      assert.ok(back.ok)
      assert.equal(Buffer.compare(back.bytes, bytes), 0)
    }),
    { numRuns: 40 },
  )
})

test('the limit holds to the byte, for bombs of every encoding', async () => {
  for (const encoding of ['gzip', 'deflate', 'zstd'] as const) {
    const bomb = await compress(encoding, Buffer.alloc(3_000_000))
    const over = await decompress(encoding, bomb, 2_999_999)
    assert.ok(!over.ok)
    assert.equal(over.reason, 'too_large', encoding)
    assert.ok((await decompress(encoding, bomb, 3_000_000)).ok, encoding)
  }
})

test('damage is corrupt, not a crash', async () => {
  await fc.assert(
    fc.asyncProperty(encodings, fc.uint8Array({ minLength: 1, maxLength: 100 }), async (encoding, bytes) => {
      const result = await decompress(encoding, bytes, 1_000)
      assert.ok(!result.ok)
      assert.equal(result.reason, 'corrupt')
      assert.match(result.message, new RegExp(`^${encoding}: `))
    }),
  )
})

test('a gzip that lies about its length is corrupt', async () => {
  const lying = gzipSync(Buffer.from('a short message'))
  lying.writeUInt32LE(0xffff_fff0, lying.length - 4)
  const result = await decompress('gzip', lying, 10_000_000)
  assert.ok(!result.ok && result.reason === 'corrupt')
})

test('a message owns no much larger buffer than it needs, so that a queue holds what it counts', async () => {
  for (const encoding of ['gzip', 'deflate', 'zstd'] as const) {
    const content = randomBytes(200_000)
    const result = await decompress(encoding, await compress(encoding, content), 10_000_000)
    assert.ok(result.ok && result.bytes.buffer.byteLength <= 2 * content.length + 1_024, encoding)
  }
})

test('several gzip members are one message', async () => {
  const both = Buffer.concat([gzipSync('a'), gzipSync('b')])
  const result = await decompress('gzip', both, 100)
  assert.ok(result.ok)
  assert.equal(String(result.bytes), 'ab')
  assert.equal(String(gunzipSync(both)), 'ab')
})

test('names of encodings; case matters, as upstream', () => {
  const names = ['gzip', 'deflate', 'zlib', 'zstd', 'GZIP', 'br', 'identity', '']
  assert.deepEqual(names.map(encodingOf), [
    'gzip',
    'deflate',
    'deflate',
    'zstd',
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

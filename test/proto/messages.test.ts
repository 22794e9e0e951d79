import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { halvesOf, parseDecimal, signedText, unsignedText } from '../../proto/decimal.ts'
import {
  decodeAnswer,
  decodeRequest,
  decodeStatus,
  encodeAnswer,
  encodeRequest,
  encodeStatus,
} from '../../proto/messages.ts'
import type { RpcStatus } from '../../proto/otlp.ts'

test('[C1] nanoseconds and 64-bit values lose nothing', () => {
  const request = {
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: 1_764_000_000_123_456_789n,
                traceId: '0102030405060708090a0b0c0d0e0f10',
                attributes: [{ key: 'n', value: { intValue: -(2n ** 63n) } }],
              },
            ],
          },
        ],
      },
    ],
  }
  const record = decodeRequest('logs', encodeRequest('logs', request)).resourceLogs![0]!.scopeLogs![0]!.logRecords![0]!
  assert.equal(record.timeUnixNano, '1764000000123456789')
  assert.equal(record.attributes![0]!.value!.intValue, '-9223372036854775808')
  assert.equal(Buffer.from(record.traceId as Uint8Array).toString('hex'), '0102030405060708090a0b0c0d0e0f10')
})

test('[C2] answers: all taken is no bytes; a warning rejects nothing; garbage is no answer', () => {
  for (const signal of ['traces', 'metrics', 'logs'] as const) {
    assert.equal(encodeAnswer(signal, {}).length, 0)
    assert.deepEqual(decodeAnswer(signal, new Uint8Array(0)), {})
    assert.deepEqual(decodeAnswer(signal, Uint8Array.of(0x0a, 0)), {
      partialSuccess: { rejected: 0, errorMessage: '' },
    })
    for (const partialSuccess of [
      { rejected: 0, errorMessage: 'cart leaks' },
      { rejected: 7, errorMessage: '' },
    ]) {
      assert.deepEqual(decodeAnswer(signal, encodeAnswer(signal, { partialSuccess })), { partialSuccess })
    }
    assert.equal(decodeAnswer(signal, Buffer.from('<html>nginx</html>')), undefined)
  }
})

test('[C3] google.rpc.Status with RetryInfo and BadRequest', () => {
  const cases: readonly RpcStatus[] = [
    { code: 3, message: 'unexpected EOF' },
    { code: 14, message: 'sending queue is full', retryAfterMs: 1500 },
    { code: 8, message: 'slow down', retryAfterMs: 0 },
    { code: 3, message: 'bad', violations: [{ field: 'resourceSpans[0]', description: 'an object expected' }] },
  ]
  for (const status of cases) assert.deepEqual(decodeStatus(encodeStatus(status)), status)
  assert.equal(decodeStatus(Buffer.from('not a status')), undefined)
  assert.deepEqual(Buffer.from(encodeStatus({ code: 3, message: 'x' })).toString('hex'), '0803120178')
})

test('[C4] decimal text of 64 bits, there and back', () => {
  const into = { high: 0, low: 0 }
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), (value) => {
      const fault = parseDecimal(String(value), value < 0n, into)
      assert.equal(fault, undefined)
      assert.equal((value < 0n ? signedText : unsignedText)(into.high, into.low), String(value))
      assert.equal(BigInt.asUintN(64, value), (BigInt(into.high) << 32n) | BigInt(into.low))
    }),
  )
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      halvesOf(value, into)
      assert.equal(signedText(into.high, into.low), String(value))
    }),
  )
})

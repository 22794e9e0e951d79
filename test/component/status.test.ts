import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { permanent, unavailable } from '../../component/outcome.ts'
import {
  codeOfHttpStatus,
  httpStatusOf,
  isRetryableHttpStatus,
  isRetryableStatus,
  retryAfterMsOf,
  statusJson,
  statusOf,
} from '../../component/status.ts'
import { malformed } from '../../proto/malformed.ts'

test('a refusal without a code of its own is UNAVAILABLE or INTERNAL', () => {
  assert.deepEqual(statusOf(unavailable('later', 5)), { code: 14, message: 'later', retryAfterMs: 5 })
  assert.deepEqual(statusOf(permanent('never')), { code: 13, message: 'never' })
  assert.deepEqual(statusOf(permanent('never', 3)), { code: 3, message: 'never' })
  assert.deepEqual(statusOf(malformed('unexpected EOF', 7)).violations, [
    { field: '', description: 'unexpected EOF, at byte 7' },
  ])
})

test("gRPC codes as HTTP statuses: the Collector's table, all seventeen", () => {
  const expected = [500, 503, 500, 400, 503, 500, 500, 403, 429, 500, 503, 503, 404, 500, 503, 503, 401]
  assert.deepEqual(
    expected.map((_, code) => httpStatusOf(code)),
    expected,
  )
})

test('what may be sent again over HTTP may be sent again over gRPC, and back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 599 }), (httpStatus) => {
      const code = codeOfHttpStatus(httpStatus)
      const retryable = isRetryableStatus({ code, message: '', ...(code === 8 && { retryAfterMs: 1 }) })
      assert.equal(retryable, isRetryableHttpStatus(httpStatus))
    }),
  )
})

test("a status in JSON, as protobuf's mapping writes it", () => {
  assert.deepEqual(JSON.parse(statusJson({ code: 14, message: 'later', retryAfterMs: 1_500 })), {
    code: 14,
    message: 'later',
    details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1.5s' }],
  })
  assert.equal(statusJson({ code: 3, message: 'bad' }), '{"code":3,"message":"bad"}')
  const violations = [{ field: 'a', description: 'b' }]
  assert.deepEqual(JSON.parse(statusJson({ code: 3, message: '', violations })).details, [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: violations },
  ])
})

test('Retry-After: seconds, a date, nothing, nonsense', () => {
  const nowMs = Date.UTC(2026, 0, 1)
  assert.equal(retryAfterMsOf('120', nowMs), 120_000)
  assert.equal(retryAfterMsOf('0', nowMs), 0)
  assert.equal(retryAfterMsOf(new Date(nowMs + 5_000).toUTCString(), nowMs), 5_000)
  for (const header of [undefined, '', 'soon', '-5', '1.5x', '99999999999', new Date(nowMs - 5_000).toUTCString()]) {
    assert.equal(retryAfterMsOf(header, nowMs), undefined, header)
  }
})

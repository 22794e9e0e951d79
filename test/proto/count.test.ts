import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countItems } from '../../proto/count.ts'
import type { SignalName } from '../../proto/malformed.ts'
import { encodeRequest } from '../../proto/messages.ts'
import type { LogsRequest, MetricsRequest, TracesRequest } from '../../proto/otlp.ts'
import { protoToJson } from '../../proto/proto_to_json.ts'
import { createWalker } from '../../proto/walker.ts'
import { seededDice } from '../bench/payloads.ts'
import { requests } from './arbitrary.ts'
import { damaged } from './mutate.ts'
import { encodeLogs, encodeTraces } from './oracle.ts'
import { isRequest } from './strict.ts'

const SIGNALS: readonly SignalName[] = ['traces', 'metrics', 'logs']
const bytesOf = (...bytes: number[]) => Uint8Array.from(bytes)

test('[P1] counts what protobufjs sees, on any request', () => {
  for (const signal of SIGNALS) {
    fc.assert(
      fc.property(requests(signal), (request) => {
        assert.equal(countItems(signal, encodeRequest(signal, request)), itemsIn(request))
      }),
      { numRuns: 300 },
    )
  }
})

test('[P2] damaged bytes are taken and refused as by a strict decoder; the walker never throws', () => {
  const walker = createWalker()
  let refused = 0
  let taken = 0
  for (const signal of SIGNALS) {
    fc.assert(
      fc.property(requests(signal), fc.integer(), (request, seed) => {
        const dice = seededDice(seed)
        const good = encodeRequest(signal, request)
        for (let n = 0; n < 20; n++) {
          const bytes = damaged(good, dice)
          const counted = countItems(signal, bytes)
          assert.equal(typeof counted === 'number', isRequest(signal, bytes), JSON.stringify(counted))
          if (typeof counted === 'number') taken += 1
          else {
            refused += 1
            assert.ok(counted.atByte >= 0 && counted.atByte <= bytes.length)
          }
          if (signal === 'logs') continue
          const walked = signal === 'traces' ? walker.traces(bytes) : walker.metrics(bytes, (name) => name % 2 === 0)
          assert.deepEqual(walked.ok ? walked.items : walked.ok, typeof counted === 'number' ? counted : false)
        }
      }),
      { numRuns: 150 },
    )
  }
  assert.ok(refused > 1000 && taken > 1000, `${refused} refused, ${taken} taken`)
})

test('[P3] says what is wrong, where, in the words of the Collector where it has any', () => {
  const cases: readonly (readonly [SignalName, Uint8Array, string, number])[] = [
    ['traces', bytesOf(0x0a), 'unexpected EOF: a length expected at byte 1', 1],
    ['traces', bytesOf(0x0a, 5, 0x0a), 'unexpected EOF: 5 bytes, of which 1 are there, expected at byte 1', 1],
    ['traces', bytesOf(0x0a, 0x80), 'unexpected EOF: the rest of a varint expected at byte 2', 2],
    [
      'traces',
      bytesOf(0x08, 1),
      'proto: wrong wireType = 0 for field ExportTraceServiceRequest.resourceSpans at byte 0',
      0,
    ],
    [
      'metrics',
      bytesOf(0x0b),
      'proto: wrong wireType = 3 for field ExportMetricsServiceRequest.resourceMetrics at byte 0',
      0,
    ],
    ['logs', bytesOf(0x13, 0x14), 'proto: illegal wireType 3: no groups expected at byte 1', 1],
    ['logs', bytesOf(0x02, 0), 'proto: illegal tag: a field number above 0 expected at byte 1', 1],
    [
      'logs',
      bytesOf(0x10, ...Array.from({ length: 10 }, () => 0x80), 0),
      'proto: integer overflow: a varint of at most 10 bytes expected at byte 1',
      1,
    ],
    [
      'traces',
      encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: '0102' }] }] }] }),
      'unmarshal: invalid TraceID length: 16 bytes expected, not 2, at byte 8',
      8,
    ],
    [
      'logs',
      encodeLogs({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ spanId: '01' }] }] }] }),
      'unmarshal: invalid SpanID length: 8 bytes expected, not 1, at byte 8',
      8,
    ],
  ]
  for (const [signal, bytes, message, atByte] of cases) {
    assert.deepEqual(countItems(signal, bytes), { ok: false, retryable: false, message, atByte })
    if (signal !== 'traces') continue
    const walked = createWalker().traces(bytes)
    assert.ok(!walked.ok)
    assert.equal(walked.message.split(' expected')[0], message.split(' expected')[0])
  }
})

test('[P4] nesting has a limit, the same for lists and maps, and no stack is exhausted', () => {
  assert.equal(countItems('logs', nestedBody(40)), 1)
  const deep = countItems('logs', nestedBody(100_000))
  assert.ok(typeof deep !== 'number')
  assert.match(deep.message, /^proto: nested too deep: at most 100 messages in one another expected at byte \d+$/)
})

test('[P5] unknown fields are legal everywhere', () => {
  const unknown = bytesOf(
    0xfa,
    0x3e,
    2,
    1,
    2,
    0xf8,
    0x3e,
    0xff,
    1,
    0xf9,
    0x3e,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    0xfd,
    0x3e,
    1,
    2,
    3,
    4,
  )
  const wrap = (tag: number, inner: Uint8Array) => bytesOf(tag, inner.length, ...inner)
  const span = wrap(0x12, unknown)
  const scope = wrap(0x12, bytesOf(...span, ...unknown))
  const request = bytesOf(...wrap(0x0a, bytesOf(...scope, ...unknown)), ...unknown)
  assert.equal(countItems('traces', request), 1)
  assert.equal(createWalker().traces(request).ok, true)
})

test('[P7] a message in a million parts costs no more than its bytes', () => {
  const parts = Uint8Array.from({ length: 4_000_000 }, (_, n) => [0x0a, 0x02, 0x10, 0x01][n % 4]!)
  const request = Buffer.concat([bytesOf(0x0a, ...varint(parts.length)), parts])
  const walker = createWalker()
  assert.equal(countItems('traces', request), 0)
  assert.equal(walker.traces(request).ok, true)
  assert.equal(protoToJson('traces', request), '{"resourceSpans":[{"resource":{"droppedAttributesCount":1}}]}')
})

test('[P7] each part of a message has to be whole', () => {
  const split = bytesOf(0x0a, 6, 0x0a, 1, 0x12, 0x0a, 1, 0x00)
  assert.equal(typeof countItems('traces', split), 'object')
  assert.equal(createWalker().traces(split).ok, false)
})

/** A log record whose body is a list in a list in a list … */
function nestedBody(depth: number): Uint8Array {
  let body: number[][] = []
  let size = 0
  const wrap = (tag: number) => {
    const head = [tag, ...varint(size)]
    body.push(head)
    size += head.length
  }
  for (let n = 0; n < depth; n++) for (const tag of [0x0a, 0x2a]) wrap(tag)
  for (const tag of [0x2a, 0x12, 0x12, 0x0a]) wrap(tag)
  body = body.reverse()
  return Uint8Array.from(body.flat())
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))]
}

function itemsIn(request: TracesRequest & MetricsRequest & LogsRequest): number {
  const spans = request.resourceSpans?.flatMap((r) => r.scopeSpans ?? []).flatMap((s) => s.spans ?? [])
  const logs = request.resourceLogs?.flatMap((r) => r.scopeLogs ?? []).flatMap((s) => s.logRecords ?? [])
  const metrics = request.resourceMetrics?.flatMap((r) => r.scopeMetrics ?? []).flatMap((s) => s.metrics ?? [])
  const points = metrics?.flatMap(
    (m) => (m.gauge ?? m.sum ?? m.histogram ?? m.exponentialHistogram ?? m.summary)?.dataPoints ?? [],
  )
  return (spans?.length ?? 0) + (logs?.length ?? 0) + (points?.length ?? 0)
}

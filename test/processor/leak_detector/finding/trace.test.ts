import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toLogs } from '../../../../processor/leak_detector/finding/log_records.ts'
import { SPAN_ATTRIBUTE } from '../../../../processor/leak_detector/finding/names.ts'
import { sentence } from '../../../../processor/leak_detector/finding/sentence.ts'
import { toTrace } from '../../../../processor/leak_detector/finding/trace.ts'
import { decodeRequest, encodeRequest } from '../../../../proto/messages.ts'
import type { Span, TracesRequest } from '../../../../proto/otlp.ts'
import { finding, NOON, suspect } from './made.ts'

const found = finding({ carrier: suspect({ propagationPath: ['cart', 'frontend', 'edge'] }) })
const trace = toTrace({ name: 'opened', finding: found })!
const spans = spansOf(trace)

function spansOf(request: TracesRequest): readonly Span[] {
  return request.resourceSpans![0]!.scopeSpans![0]!.spans!
}

const named = (part: string) => spans.find(({ name }) => name!.startsWith(part))!
const keys = (span: Span) => span.attributes!.map(({ key }) => key)

test('[F13] one trace an episode: told when it opens', () => {
  for (const name of ['updated', 'resolved', 'suppressed'] as const)
    assert.equal(toTrace({ name, finding: found }), undefined)
})

test('[F13] the tree: evidence, a span for each hop within the one before, the policy', () => {
  const parent = ({ parentSpanId }: Span) => spans.find(({ spanId }) => spanId === parentSpanId)?.name
  assert.deepEqual(
    spans.map((span) => `${parent(span)} / ${span.name}`),
    [
      'undefined / leak.finding cart memory',
      'leak.finding cart memory / leak.evidence',
      'leak.finding cart memory / leak.path 1/2 cart -> frontend',
      'leak.path 1/2 cart -> frontend / leak.path 2/2 frontend -> edge',
      'leak.finding cart memory / leak.policy builtin',
    ],
  )
  assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length)
})

test('[F13] spans are ours, and draw no edge', () => {
  const resource = trace.resourceSpans![0]!.resource!.attributes
  assert.deepEqual(resource, [{ key: 'service.name', value: { stringValue: 'leakmesh' } }])
  for (const span of spans) {
    assert.equal(span.kind, 1)
    assert.ok(!keys(span).some((key) => key === 'peer.service' || key === 'service.name'))
  }
  assert.ok(keys(spans[0]!).includes(SPAN_ATTRIBUTE.service.name))
})

test('[F13] the root says it: error, sentence, all attributes, links to requests', () => {
  const root = spans[0]!
  assert.deepEqual(root.status, { message: sentence(found), code: 2 })
  assert.deepEqual(root.links, [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736' }])
  for (const key of ['leak.finding.id', 'leak.rate', 'leak.culprit.edge', 'leak.evidence'])
    assert.ok(keys(root).includes(key))
  assert.deepEqual(
    named('leak.evidence').events!.map(({ name }) => name),
    ['trend', 'regression'],
  )
  assert.deepEqual(keys(named('leak.policy')), ['leak.policy.id', 'leak.policy.revision'])
})

test('[F13] times: at the decision, longer than nothing, within the parent', () => {
  for (const span of spans) {
    const [start, end] = [BigInt(span.startTimeUnixNano!), BigInt(span.endTimeUnixNano!)]
    assert.ok(end > start)
    assert.ok(start >= BigInt(NOON) * 1_000_000n && end < BigInt(NOON + 1) * 1_000_000n)
    const parent = spans.find(({ spanId }) => spanId === span.parentSpanId)
    if (parent === undefined) continue
    assert.ok(start > BigInt(parent.startTimeUnixNano!) && end < BigInt(parent.endTimeUnixNano!))
  }
})

test('[F13] every replica comes to the same trace; the log record points to its root; episodes differ', () => {
  assert.deepEqual(toTrace({ name: 'opened', finding: structuredClone(found) }), trace)
  const [record] = toLogs([{ name: 'updated', finding: found }]).resourceLogs![0]!.scopeLogs![0]!.logRecords!
  assert.deepEqual([record!.traceId, record!.spanId], [spans[0]!.traceId, spans[0]!.spanId])
  const next = spansOf(toTrace({ name: 'opened', finding: { ...found, id: '0123456789abcdef-2', episode: 2 } })!)
  assert.notEqual(next[0]!.traceId, spans[0]!.traceId)
})

test('[F13] protobuf carries it: encoded and decoded it says the same', () => {
  const decoded = spansOf(decodeRequest('traces', encodeRequest('traces', trace)))
  const hex = (id: unknown) => Buffer.from(id as Uint8Array).toString('hex')
  for (const [at, { traceId, spanId, name, endTimeUnixNano, attributes = [] }] of decoded.entries()) {
    const given = spans[at]!
    assert.deepEqual([hex(traceId), hex(spanId), name], [given.traceId, given.spanId, given.name])
    assert.deepEqual([endTimeUnixNano, attributes], [given.endTimeUnixNano, given.attributes])
  }
  assert.equal(decoded.length, spans.length)
  assert.equal(hex(decoded[0]!.links![0]!.traceId), spans[0]!.links![0]!.traceId)
})

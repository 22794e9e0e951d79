import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PEER_KIND, type SpanColumns } from '../../proto/columns.ts'
import type { KeyValue, Resource, Span, TracesRequest } from '../../proto/otlp.ts'
import { templatePath } from '../../proto/path.ts'
import { samplingWeight } from '../../proto/sampling.ts'
import { createWalker, WALKER_LIMITS, type Walker } from '../../proto/walker.ts'
import { payloads, tracesRequest } from '../bench/payloads.ts'
import { requests } from './arbitrary.ts'
import { decodeTraces, encodeTraces } from './oracle.ts'
import { plainAttributes } from './plain.ts'

const walker = createWalker()

function walk(bytes: Uint8Array, by: Walker = walker): SpanColumns {
  const spans = by.traces(bytes)
  assert.ok(spans.ok, JSON.stringify(spans))
  return spans
}

/** Everything that a row tells, as text where it is a number for a text. */
function rowOf(spans: SpanColumns, row: number, by: Walker = walker) {
  const hex = (...words: number[]) => words.map((word) => word.toString(16).padStart(8, '0')).join('')
  return {
    resource: by.resource(spans.resource[row]!),
    trace: hex(...spans.trace.subarray(row * 4, row * 4 + 4)),
    span: hex(spans.spanHi[row]!, spans.spanLo[row]!),
    parent: hex(spans.parentHi[row]!, spans.parentLo[row]!),
    kind: spans.kind[row],
    flags: spans.flags[row],
    status: spans.status[row],
    startMs: spans.startMs[row],
    endMs: spans.endMs[row],
    name: by.text(spans.name[row]!),
    route: by.text(spans.route[row]!),
    path: by.text(spans.path[row]!),
    method: by.text(spans.method[row]!),
    peer: by.text(spans.peer[row]!),
    peerKind: spans.peerKind[row],
    weight: spans.weight[row],
  }
}

/** The same from an object that protobufjs decoded, by the words of `columns.ts`. */
function rowFrom(resource: Resource | undefined, span: Span): ReturnType<typeof rowOf> {
  const attributes = new Map<string, string>()
  for (const { key = '', value } of (span.attributes ?? []) as Partial<KeyValue>[]) {
    if (value?.stringValue !== undefined && value.stringValue !== '' && !attributes.has(key))
      attributes.set(key, value.stringValue)
  }
  const first = (...keys: string[]) => keys.find((key) => attributes.has(key))
  const id = (bytes: unknown, size: number) =>
    Buffer.from((bytes as Uint8Array) ?? [])
      .toString('hex')
      .padStart(size, '0')
  const ms = (nano: unknown) => Number(BigInt((nano as string) ?? 0)) / 1e6
  const peerKey = first(...RANKED.map(([key]) => key))
  const calls = span.kind !== undefined && span.kind >= 3 && peerKey !== undefined
  const route = attributes.get('http.route') ?? ''
  const rawPath = attributes.get(first('url.path', 'http.target') ?? 'none')
  return {
    resource: plainAttributes(resource?.attributes),
    trace: id(span.traceId, 32),
    span: id(span.spanId, 16),
    parent: id(span.parentSpanId, 16),
    kind: span.kind ?? 0,
    flags: span.flags ?? 0,
    status: span.status?.code ?? 0,
    startMs: ms(span.startTimeUnixNano),
    endMs: ms(span.endTimeUnixNano),
    name: shortened(span.name ?? ''),
    route: shortened(route),
    path: span.kind === 2 && route === '' && rawPath !== undefined ? shortened(templatePath(rawPath)) : '',
    method: shortened(attributes.get(first('http.request.method', 'http.method') ?? 'none') ?? ''),
    peer: calls ? shortened(attributes.get(peerKey)!) : '',
    peerKind: calls ? RANKED.find(([key]) => key === peerKey)![1] : 0,
    weight: samplingWeight(span.traceState ?? ''),
  }
}

const RANKED = [
  ['peer.service', PEER_KIND.service],
  ['service.peer.name', PEER_KIND.service],
  ['db.namespace', PEER_KIND.database],
  ['db.name', PEER_KIND.database],
  ['db.system.name', PEER_KIND.database],
  ['db.system', PEER_KIND.database],
  ['messaging.destination.name', PEER_KIND.messaging],
  ['messaging.destination', PEER_KIND.messaging],
  ['messaging.system', PEER_KIND.messaging],
  ['server.address', PEER_KIND.address],
  ['net.peer.name', PEER_KIND.address],
] as const

/** Names are kept to 256 bytes, ended between characters. */
function shortened(text: string): string {
  const bytes = Buffer.from(text)
  let size = Math.min(bytes.length, 256)
  while (size < bytes.length && (bytes[size]! & 0xc0) === 0x80) size -= 1
  return bytes.subarray(0, size).toString()
}

function compare(bytes: Uint8Array): void {
  const spans = walk(bytes)
  const expected = (decodeTraces(bytes).resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) => spans.map((span) => rowFrom(resource, span))),
  )
  assert.equal(spans.count, expected.length)
  assert.equal(spans.items, expected.length)
  for (const [row, span] of expected.entries()) assert.deepEqual(rowOf(spans, row), span)
}

test('[W1] reads of any request what protobufjs reads', () => {
  fc.assert(
    fc.property(requests('traces'), (request) => compare(encodeTraces(request))),
    { numRuns: 500 },
  )
})

test('[W1] reads the requests of the benchmark as protobufjs does', () => {
  for (const bytes of payloads('traces', 100)) compare(bytes)
})

test('[W2] fields may come in any order, messages in pieces', () => {
  const request = tracesRequest(10, 0)
  const [first] = request.resourceSpans!
  const whole = encodeTraces({ resourceSpans: [first!] })
  const expected = rowOf(walk(whole), 0)
  assert.deepEqual(rowOf(walk(turnedAround(whole)), 0), expected)
})

test('[W3] a request after a request is both', () => {
  const [one, two] = payloads('traces', 100)
  const both = Buffer.concat([one!, two!])
  assert.equal(walk(both).count, 200)
  const row = rowOf(walk(both), 150)
  assert.deepEqual(row, rowOf(walk(two!), 50))
})

test('[W4] beyond rowsMax spans are counted and checked, not told', () => {
  const small = createWalker({ ...WALKER_LIMITS, rowsMax: 1500 })
  const bytes = Buffer.concat(payloads('traces', 1000).slice(0, 2))
  const spans = walk(bytes, small)
  assert.deepEqual([spans.count, spans.items], [1500, 2000])
  const broken = bytes.subarray(0, bytes.length - 1)
  assert.equal(small.traces(broken).ok, false)
})

test('[W5] a full dictionary gives 1, and the walk after begins a new generation', () => {
  const strings = { entriesMax: 20, bytesMax: 10_000, textBytesMax: 256 }
  const small = createWalker({ ...WALKER_LIMITS, strings })
  const named = (prefix: string): TracesRequest => ({
    resourceSpans: [{ scopeSpans: [{ spans: Array.from({ length: 40 }, (_, n) => ({ name: `${prefix}${n}` })) }] }],
  })
  const spans = walk(encodeTraces(named('a')), small)
  assert.deepEqual([spans.name[0], spans.name[17], spans.name[18], spans.name[39]], [2, 19, 1, 1])
  assert.equal(small.text(1), '')
  assert.equal(small.overflow, 22)
  const before = small.generation
  const next = walk(encodeTraces(named('b')), small)
  assert.equal(small.generation, before + 1)
  assert.equal(small.text(next.name[0]!), 'b0')
})

test('[W8] names that come once are forgotten before the dictionaries are full, names that come again are not', () => {
  const small = createWalker({ ...WALKER_LIMITS, strangersMax: 100 })
  const told = (names: readonly string[]) => {
    const request = { resourceSpans: [{ scopeSpans: [{ spans: names.map((name) => ({ name })) }] }] }
    const spans = walk(encodeTraces(request), small)
    const numbers = names.map((_, row) => spans.name[row]!)
    assert.deepEqual(numbers.map(small.text), names)
    return Math.max(...numbers)
  }
  const known = Array.from({ length: 1000 }, (_, n) => `known ${n}`)
  for (let cycle = 0; cycle < 3; cycle++) for (let n = 0; n < 1000; n += 10) told(known.slice(n, n + 10))
  const { generation } = small
  assert.ok(generation >= 8, `${generation} before they came again`)
  assert.equal(told(known), 1001)
  const numbers = Array.from({ length: 400 }, (_, n) => told([...known, `once ${n}`, `and never again ${n}`]))
  assert.equal(small.generation, generation)
  const later = Array.from({ length: 400 }, (_, n) => told([...known, `once more ${n}`, `and not again ${n}`]))
  assert.ok(Math.max(...numbers, ...later) <= 2 * 1000 + 3, 'room for as many strangers as are known')
  assert.deepEqual([small.generation, small.overflow], [generation + 1, 0])
})

test('[W6] the weight of a sampled span', () => {
  const cases = [
    ['', 1],
    ['ot=th:0', 1],
    ['ot=th:8', 2],
    ['ot=th:c', 4],
    ['vendor=x, ot=rv:0123456789abcd;th:fd70a3d70a3d71', 100],
    ['ot=th:5', 1.455],
    ['ot=th:ffffffffffffff', 2 ** 56],
    ['ot=th:fffffffffffffff', 1],
    ['ot=th:xyz', 1],
    ['ot=p:3', 1],
  ] as const
  for (const [traceState, weight] of cases) {
    const got = samplingWeight(traceState)
    assert.ok(Math.abs(got - weight) <= weight / 1000, `${traceState} ${got}`)
    assert.equal(Number.isInteger(got * 1024), true)
  }
})

test('[W7] columns are the same arrays at every walk, and old rows do not shine through', () => {
  const [bytes] = payloads('traces', 100)
  const before = walk(bytes!).kind
  assert.equal(walk(encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [{}] }] }] })).kind, before)
  assert.deepEqual(
    rowOf(walk(encodeTraces({ resourceSpans: [{ scopeSpans: [{ spans: [{}] }] }] })), 0),
    rowFrom(undefined, {}),
  )
})

/** The fields of every message in opposite order. Only for messages whose lists have one member, where order matters. */
function turnedAround(bytes: Uint8Array, path: readonly number[] = []): Uint8Array {
  const fields: Uint8Array[] = []
  const isMessage = (number: number) => [[1], [1, 2], [2], [9, 15], [2]][path.length]?.includes(number) ?? false
  for (let pos = 0; pos < bytes.length; ) {
    const at = pos
    const tag = bytes[at]! > 127 ? bytes[at]! - 128 + bytes[at + 1]! * 128 : bytes[at]!
    pos += bytes[at]! > 127 ? 2 : 1
    const read = () => {
      let value = 0
      for (let shift = 1; ; shift *= 128) {
        const byte = bytes[pos++]!
        value += (byte & 127) * shift
        if (byte < 128) return value
      }
    }
    if ((tag & 7) === 0) read()
    else if ((tag & 7) === 2) {
      const length = read()
      if (isMessage(tag >> 3)) {
        const inner = turnedAround(bytes.subarray(pos, pos + length), [...path, tag >> 3])
        fields.push(Uint8Array.from([...bytes.subarray(at, pos), ...inner]))
        pos += length
        continue
      }
      pos += length
    } else pos += (tag & 7) === 1 ? 8 : 4
    fields.push(bytes.subarray(at, pos))
  }
  const order = path.length === 2 ? fields : fields.reverse()
  return Uint8Array.from(order.flatMap((field) => [...field]))
}

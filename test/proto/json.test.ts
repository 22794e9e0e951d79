import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countItems } from '../../proto/count.ts'
import { jsonToProto } from '../../proto/json_to_proto.ts'
import type { SignalName } from '../../proto/malformed.ts'
import { decodeRequest, encodeRequest } from '../../proto/messages.ts'
import type { MetricsRequest, NumberDataPoint } from '../../proto/otlp.ts'
import { protoToJson } from '../../proto/proto_to_json.ts'
import { payloads, seededDice } from '../bench/payloads.ts'
import { requests } from './arbitrary.ts'
import { damaged } from './mutate.ts'
import { decodeLogs, decodeMetrics, decodeTraces, encodeLogs, encodeMetrics, encodeTraces } from './oracle.ts'

const SIGNALS: readonly SignalName[] = ['traces', 'metrics', 'logs']

function bytesFrom(signal: SignalName, json: string | Uint8Array): Uint8Array {
  const bytes = jsonToProto(signal, json)
  assert.ok(bytes instanceof Uint8Array, JSON.stringify(bytes))
  return bytes
}

function refused(signal: SignalName, json: string): string {
  const answer = jsonToProto(signal, json)
  assert.ok(!(answer instanceof Uint8Array), `taken: ${json}`)
  assert.deepEqual([answer.ok, answer.retryable], [false, false])
  return answer.message
}

/** One point of a gauge, its fields as given. */
function pointJson(fields: string): string {
  return `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":{"dataPoints":[{${fields}}]}}]}]}]}`
}

function pointFrom(fields: string): NumberDataPoint {
  const request: MetricsRequest = decodeMetrics(bytesFrom('metrics', pointJson(fields)))
  return request.resourceMetrics![0]!.scopeMetrics![0]!.metrics![0]!.gauge!.dataPoints![0]!
}

test('[J1] protobuf to JSON to protobuf loses nothing, and the second JSON is the first', () => {
  for (const signal of SIGNALS) {
    fc.assert(
      fc.property(requests(signal), (request) => {
        const bytes = encodeRequest(signal, request)
        const json = protoToJson(signal, bytes)
        const back = bytesFrom(signal, json)
        assert.equal(protoToJson(signal, back), json)
        assert.equal(countItems(signal, back), countItems(signal, bytes))
        assert.deepEqual(withoutDefaults(decodeRequest(signal, back)), withoutDefaults(decodeRequest(signal, bytes)))
      }),
      { numRuns: 250 },
    )
  }
})

test('[J1] the requests of the benchmark come back from JSON as the same bytes but for order', () => {
  for (const signal of ['traces', 'metrics'] as const) {
    for (const bytes of payloads(signal, 100)) {
      const back = bytesFrom(signal, protoToJson(signal, bytes))
      assert.equal(back.length, bytes.length)
      assert.deepEqual(decodeRequest(signal, back), decodeRequest(signal, bytes))
    }
  }
})

test('[J2] JSON as the Collector writes it, byte for byte', () => {
  const spans = encodeTraces({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'cart "π" \b\f\n\u0001\u007f' } }] },
        scopeSpans: [
          { spans: [{ traceId: '0102030405060708090a0b0c0d0e0f10', kind: 2, startTimeUnixNano: 1n, flags: 257 }, {}] },
        ],
      },
    ],
  })
  assert.equal(
    protoToJson('traces', spans),
    '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"cart \\"π\\" \\u0008\\u000c\\n\\u0001\u007f"}}]},"scopeSpans":[{"scope":{},"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","flags":257,"kind":2,"startTimeUnixNano":"1","status":{}},{"status":{}}]}]}]}',
  )
  const doubles = [1e21, 1e-7, 123456789.5, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324]
  const points = encodeMetrics({
    resourceMetrics: [
      { scopeMetrics: [{ metrics: [{ gauge: { dataPoints: doubles.map((asDouble) => ({ asDouble })) } }] }] },
    ],
  })
  const written = [...protoToJson('metrics', points).matchAll(/"asDouble":([^}]*)/g)].map((match) => match[1])
  assert.deepEqual(written, ['1e+21', '1e-07', '123456789.5', '-0', '"NaN"', '"Infinity"', '"-Infinity"', '5e-324'])
  assert.equal(
    protoToJson('logs', encodeLogs({ resourceLogs: [{ scopeLogs: [{ logRecords: [{}] }] }] })),
    '{"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{},"logRecords":[{"body":{}}]}]}]}',
  )
})

test('[J3] 64-bit numbers come as text or bare and lose no digit', () => {
  const cases = [
    ['"1764000000123456789"', '1764000000123456789'],
    ['1764000000123456789', '1764000000123456789'],
    ['18446744073709551615', '18446744073709551615'],
    ['"18446744073709551615"', '18446744073709551615'],
    ['0', undefined],
    ['"0"', undefined],
    ['"00000000000000000000000000007"', '7'],
    ['9007199254740993', '9007199254740993'],
    ['1e9', '1000000000'],
    ['12.0', '12'],
  ] as const
  for (const [json, text] of cases) assert.equal(pointFrom(`"timeUnixNano":${json}`).timeUnixNano, text, json)
  assert.equal(pointFrom('"asInt":"-9223372036854775808"').asInt, '-9223372036854775808')
  assert.equal(pointFrom('"asInt":-9223372036854775808').asInt, '-9223372036854775808')
  assert.equal(pointFrom('"asInt":-1').asInt, '-1')
  for (const json of [
    '"18446744073709551616"',
    '18446744073709551616',
    '"99999999999999999999"',
    '"-1"',
    '-1',
    '1.5',
    '"1.5"',
    '""',
    '"-"',
    '"12a"',
    'true',
    '{}',
  ]) {
    assert.match(
      refused('metrics', pointJson(`"timeUnixNano":${json}`)),
      /dataPoints\[0\]\.timeUnixNano: a .*expected$/,
      json,
    )
  }
  assert.match(refused('metrics', pointJson('"asInt":"9223372036854775808"')), /asInt: a number of 64 bits expected$/)
})

test('[J3] any 64-bit number survives either way of writing it', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.boolean(), (value, bare) => {
      const text = bare ? String(value) : `"${value}"`
      assert.equal(pointFrom(`"asInt":${text}`).asInt, String(value))
    }),
  )
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), (value) => {
      assert.equal(pointFrom(`"timeUnixNano":"${value}"`).timeUnixNano, String(value))
    }),
  )
})

test('[J4] doubles: numbers, and what JSON has no number for as text', () => {
  for (const [json, value] of [
    ['1.5', 1.5],
    ['"1.5"', 1.5],
    ['1e300', 1e300],
    ['123456789012345678901234567890', 1.2345678901234568e29],
    ['"NaN"', Number.NaN],
    ['"Infinity"', Number.POSITIVE_INFINITY],
    ['"-Infinity"', Number.NEGATIVE_INFINITY],
    ['0', 0],
  ] as const) {
    assert.equal(pointFrom(`"asDouble":${json}`).asDouble, value, json)
  }
  assert.match(refused('metrics', pointJson('"asDouble":"much"')), /asDouble: a number expected$/)
})

test('[J5] ids are hex of either case, enums numbers or names, other bytes base64', () => {
  const bytes = bytesFrom(
    'traces',
    `{"resourceSpans":[{"scopeSpans":[{"spans":[{
    "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","parentSpanId":"","kind":"SPAN_KIND_SERVER",
    "status":{"code":2},"attributes":[{"key":"b","value":{"bytesValue":"AQID"}}]}]}]}]}`,
  )
  const span = decodeTraces(bytes).resourceSpans![0]!.scopeSpans![0]!.spans![0]!
  assert.equal(Buffer.from(span.traceId as Uint8Array).toString('hex'), '5b8efff798038103d269b633813fc60c')
  assert.deepEqual([span.kind, span.status?.code, span.parentSpanId], [2, 2, undefined])
  assert.deepEqual([...span.attributes![0]!.value!.bytesValue!], [1, 2, 3])
})

test('[J6] unknown fields are ignored, null means absent, the names of the .proto files are known too', () => {
  assert.equal(bytesFrom('logs', '{"resource_spans":[1],"nonsense":{"a":[1]}}').length, 0)
  assert.equal(bytesFrom('logs', 'null').length, 0)
  const record = `{"severity_number":"SEVERITY_NUMBER_WARN","eventName":null,"body":{"stringValue":"x"},"x":null}`
  const [decoded] = decodeLogs(
    bytesFrom('logs', `{"resourceLogs":[{"scope_logs":[{"logRecords":[${record}]}],"resource":null}]}`),
  ).resourceLogs![0]!.scopeLogs![0]!.logRecords!
  assert.deepEqual(decoded, { severityNumber: 13, body: { stringValue: 'x' } })
})

test('[J7] what is wrong is told with its place', () => {
  const span = (fields: string) => `{"resourceSpans":[{},{"scopeSpans":[{"spans":[{},{${fields}}]}]}]}`
  const here = 'resourceSpans[1].scopeSpans[0].spans[1]'
  for (const [json, message] of [
    [span('"traceId":"0102"'), `${here}.traceId: 32 hex digits expected`],
    [span('"traceId":"5B8EFFF798038103D269B633813FC60G"'), `${here}.traceId: 32 hex digits expected`],
    [span('"spanId":7'), `${here}.spanId: 16 hex digits expected`],
    [span('"name":7'), `${here}.name: a string expected`],
    [span('"kind":"SERVER"'), `${here}.kind: a number of 32 bits expected`],
    [span('"flags":-1'), `${here}.flags: a number of 32 bits without sign expected`],
    [span('"attributes":{}'), `${here}.attributes: an array expected`],
    [
      span('"attributes":[{"key":"a","value":{"boolValue":1}}]'),
      `${here}.attributes[0].value.boolValue: true or false expected`,
    ],
    [
      span('"attributes":[{"key":"a","value":{"bytesValue":"*"}}]'),
      `${here}.attributes[0].value.bytesValue: base64 expected`,
    ],
    [span('"status":[]'), `${here}.status: an object expected`],
    [span('"links":["x"]'), `${here}.links[0]: an object expected`],
    ['[]', 'an object expected'],
    ['7', 'an object expected'],
  ] as const) {
    assert.equal(refused('traces', json), message)
  }
  assert.match(refused('traces', '{"resourceSpans":[}'), /^JSON: /)
  assert.match(refused('traces', ''), /^JSON: /)
  const cut = jsonToProto('traces', '{"resourceSpans":[{"a":1}')
  assert.ok(!(cut instanceof Uint8Array) && cut.atByte > 0)
})

test('[J8] JSON nested deep is refused and not followed', () => {
  const deep = (levels: number) => `${'{"arrayValue":{"values":['.repeat(levels)}${']}}'.repeat(levels)}`
  const record = (body: string) => `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${body}}]}]}]}`
  assert.equal(countItems('logs', bytesFrom('logs', record(deep(40)))), 1)
  assert.match(refused('logs', record(deep(20_000))), /: at most 100 objects in one another expected$/)
})

test('[J9] whatever text comes, it is answered; what is taken passes the structural check', () => {
  let taken = 0
  for (const signal of SIGNALS) {
    fc.assert(
      fc.property(requests(signal), fc.integer(), (request, seed) => {
        const dice = seededDice(seed)
        const good = Buffer.from(protoToJson(signal, encodeRequest(signal, request)))
        for (let n = 0; n < 10; n++) {
          const bytes = jsonToProto(signal, damaged(good, dice))
          if (!(bytes instanceof Uint8Array)) continue
          taken += 1
          assert.equal(typeof countItems(signal, bytes), 'number')
        }
      }),
      { numRuns: 100 },
    )
  }
  assert.ok(taken > 100, `${taken} taken`)
})

/** Without what proto3 cannot tell from absence, and with the messages that JSON always has. */
function withoutDefaults(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutDefaults(item))
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const kept = Object.entries(value).filter(([name, item]) => !isDefault(name, item, key))
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutDefaults(item, name)]))
}

const PRESENT = /^(as|min$|max$|sum$|\w+Value$|gauge|histogram|exponentialHistogram|summary|traceId|spanId)/

function isDefault(name: string, value: unknown, under: string): boolean {
  if (name === 'sum' && typeof value === 'number' && under === '') return false
  if (name === 'value' && value === 0) return true
  if (Array.isArray(value)) return value.length === 0
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    return (
      /^(resource|scope|status|body|value|positive|negative)$/.test(name) &&
      Object.keys(withoutDefaults(value) as object).length === 0
    )
  }
  if (PRESENT.test(name) && typeof value !== 'object') return false
  return value === 0 || value === '' || value === '0' || value === false
}

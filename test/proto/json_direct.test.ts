import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonDirectly } from '../../proto/json_direct.ts'
import { jsonToProto } from '../../proto/json_to_proto.ts'
import type { Malformed } from '../../proto/malformed.ts'
import { encodeRequest } from '../../proto/messages.ts'
import { without } from '../../proto/narrow.ts'
import { protoToJson } from '../../proto/proto_to_json.ts'
import { type Message, messageNamed } from '../../proto/schema.ts'
import { payloads, seededDice } from '../bench/payloads.ts'
import { requests } from './arbitrary.ts'
import { damaged } from './mutate.ts'

type DirectSignal = 'traces' | 'metrics'
const SIGNALS: readonly DirectSignal[] = ['traces', 'metrics']
/** Without the kinds of fields that are never read directly. */
const LEFT_OUT = new Set([
  ...['HistogramDataPoint.bucketCounts', 'HistogramDataPoint.explicitBounds', 'NumberDataPoint.exemplars'],
  ...['HistogramDataPoint.exemplars', 'ExponentialHistogramDataPoint.exemplars', 'ExponentialHistogramDataPoint.scale'],
  ...['ExponentialHistogramDataPoint.positive', 'ExponentialHistogramDataPoint.negative', 'Resource.entityRefs'],
])

const NARROW: Readonly<Record<DirectSignal, Message>> = {
  traces: without(messageNamed('ExportTraceServiceRequest'), LEFT_OUT),
  metrics: without(messageNamed('ExportMetricsServiceRequest'), LEFT_OUT),
}

/** Read directly it is what it is by way of objects, or nothing. @returns whether it was read directly. */
function agrees(signal: DirectSignal, json: Buffer): boolean {
  const direct = jsonDirectly(NARROW[signal], json)
  if (direct === undefined) return false
  const byObjects = jsonToProto(signal, json, NARROW[signal])
  const isSame = byObjects instanceof Uint8Array && Buffer.compare(direct, byObjects) === 0
  // Not deepEqual: its differences of long buffers take minutes and gigabytes.
  if (!isSame) assert.fail(`${json.toString('latin1')}\n${hex(direct)}\n${hex(byObjects)}`)
  return true
}

function hex(answer: Uint8Array | Malformed): string {
  return answer instanceof Uint8Array ? Buffer.from(answer).toString('hex') : answer.message
}

/** As `agrees`, of the fields of one data point. */
function pointAgrees(fields: string): boolean {
  const kind = fields.includes('"count"') ? 'histogram' : 'gauge'
  const json = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"${kind}":{"dataPoints":[{${fields}}]}}]}]}]}`
  return agrees('metrics', Buffer.from(json))
}

test('[J10] what is read directly is, byte for byte, what is read by way of objects', () => {
  for (const signal of SIGNALS) {
    let direct = 0
    fc.assert(
      fc.property(requests(signal), (request) => {
        direct += Number(agrees(signal, Buffer.from(protoToJson(signal, encodeRequest(signal, request)))))
      }),
      { numRuns: 500 },
    )
    assert.ok(direct > 50, `only ${direct} ${signal} were read directly`)
  }
})

test('[J10] damaged JSON is never taken where JSON.parse or the schema refuse it, nor read differently', () => {
  const seed = Date.now() % 2 ** 31
  const dice = seededDice(seed)
  for (const signal of SIGNALS) {
    const texts = fc.sample(requests(signal), { numRuns: 300, seed })
    let direct = 0
    for (const request of texts) {
      const json = Buffer.from(protoToJson(signal, encodeRequest(signal, request)))
      for (let round = 0; round < 20; round++) direct += Number(agrees(signal, Buffer.from(damaged(json, dice))))
    }
    assert.ok(direct > 100, `only ${direct} were read directly, seed ${seed}`)
  }
})

test('[J10] the requests of the benchmark are all read directly', () => {
  for (const signal of SIGNALS) {
    for (const bytes of payloads(signal, 100)) {
      const json = Buffer.from(protoToJson(signal, bytes))
      assert.ok(agrees(signal, json))
    }
  }
})

test('[J10] numbers of every form', () => {
  const numbers = fc.oneof(
    fc.double().map(String),
    fc.tuple(fc.integer(), fc.nat()).map(([a, b]) => `${a}.${b}`),
    fc.tuple(fc.nat(), fc.integer({ min: -400, max: 400 })).map(([a, b]) => `${a}e${b}`),
    fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
    fc.stringMatching(/^[-+]?[0-9]{0,22}[.eE]?[-+]?[0-9]{0,18}$/),
    fc.constantFrom('0', '-0', '0.0', '-0.0', '00', '1.', '.5', '1e', '1e5', '-', '9223372036854775807', '0.1', 'null'),
    fc.constantFrom('-9223372036854775808', '9223372036854775808', '18446744073709551615', '18446744073709551616'),
  )
  const names = fc.constantFrom('asDouble', 'asInt', 'timeUnixNano', 'flags', 'unknown', 'count":"1","sum')
  let direct = 0
  fc.assert(
    fc.property(names, numbers, fc.boolean(), (name, number, isQuoted) => {
      direct += Number(pointAgrees(`"${name}":${isQuoted ? `"${number}"` : number}`))
    }),
    { numRuns: 5000 },
  )
  assert.ok(direct > 500, `only ${direct} were read directly`)
})

test('[J10] texts with escapes and what is passed over, right or wrong', () => {
  const pieces = [
    '\\n',
    '\\u00e9',
    '\\ud83d\\ude00',
    '\\ud800',
    '\\"',
    '\\\\',
    '\\x',
    '\\u12g4',
    'a',
    'é',
    '"',
    '\t',
    '{',
  ]
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((some) => `"${some.join('')}"`)
  const tokens = ['[', ']', '{', '}', ',', '"a":', '"b"', 'true', 'false', 'null', 'nul', '1', '-1.5e3', '01', ' ']
  const junk = fc.array(fc.constantFrom(...tokens), { maxLength: 8 }).map((some) => some.join(''))
  const json = fc.json({ maxDepth: 4 })
  let direct = 0
  fc.assert(
    fc.property(fc.oneof(text, junk, json), fc.boolean(), (value, isKnown) => {
      const attribute = `{"key":"k","value":{"stringValue":${value}}}`
      direct += Number(pointAgrees(isKnown ? `"attributes":[${attribute}]` : `"unknown":${value},"asInt":"1"`))
    }),
    { numRuns: 5000 },
  )
  assert.ok(direct > 500, `only ${direct} were read directly`)
})

test('[J10] fields twice, in other orders, under other names, or absent', () => {
  const values = [
    '"key":"k"',
    '"value":{"intValue":"7"}',
    '"value":{"doubleValue":1}',
    '"keyStrindex":3',
    '"value":null',
  ]
  const parts = [
    ...values,
    '"key_strindex":4',
    '"key":""',
    '"value":{}',
    '"__proto__":{"key":"x"}',
    '"other":[{"key":1}]',
  ]
  let direct = 0
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 4 }), fc.boolean(), (some, isPoint) => {
      const point = '"timeUnixNano":"5","time_unix_nano":"6"'
      direct += Number(pointAgrees(`"attributes":[{${some.join()}}],${isPoint ? point : '"start_time_unix_nano":"9"'}`))
    }),
    { numRuns: 2000 },
  )
  assert.ok(direct > 100, `only ${direct} were read directly`)
})

test('[J8] [J10] what lies deep is left to the reader by way of objects', () => {
  for (const depth of [10, 99, 101, 100_000]) {
    const arrays = `"unknown":${'['.repeat(depth)}${']'.repeat(depth)}`
    const values = `${'{"arrayValue":{"values":['.repeat(depth)}${']}}'.repeat(depth)}`
    assert.equal(pointAgrees(arrays), depth < 100)
    assert.equal(pointAgrees(`"attributes":[{"key":"k","value":${values}}]`), depth === 10)
  }
})

test('[J10] what is rare, twice or wrong is left to it as well', () => {
  const request = messageNamed('ExportMetricsServiceRequest')
  const exemplar = (fields: string) => `"exemplars":[{${fields}}]`
  const rare = [
    '"asInt":"1","asInt":"2"',
    '"flags":null',
    '"flags": 1',
    '"as\\u0049nt":"1"',
    exemplar(`"traceId":"${'0g'.repeat(16)}"`),
    exemplar(`"traceId":"${'0'.repeat(31)}"`),
    exemplar(`"spanId":"${'0'.repeat(32)}"`),
  ]
  const gauge = (fields: string) =>
    Buffer.from(`{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":{"dataPoints":[{${fields}}]}}]}]}]}`)
  for (const fields of rare) assert.equal(jsonDirectly(request, gauge(fields)), undefined, fields)
  assert.ok(jsonDirectly(request, gauge(exemplar(`"traceId":"${'0aF'.repeat(12).slice(4)}","asInt":"1"`))))
  for (const keys of ['["a"]', '"a"']) {
    const refs = `{"resourceMetrics":[{"resource":{"entityRefs":[{"idKeys":${keys}}]}}]}`
    assert.equal(jsonDirectly(request, Buffer.from(refs)), undefined, keys)
  }
})

test('[J10] lengths of every size, and zero of either sign', () => {
  for (const size of [0, 1, 32, 33, 127, 128, 16_383, 16_384, 20_000, 2_097_152, 2_200_000]) {
    assert.ok(pointAgrees(`"attributes":[{"key":"${'k'.repeat(size)}","value":{"stringValue":"é"}}]`))
  }
  for (const zero of ['0', '-0', '0.0', '-0.0', '-0e5']) {
    const json = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"summary":{"dataPoints":[{"sum":${zero}}]}}]}]}]}`
    assert.ok(agrees('metrics', Buffer.from(json)), zero)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonToProto } from '../../../proto/json_to_proto.ts'
import { encodeRequest } from '../../../proto/messages.ts'
import { protoToJson } from '../../../proto/proto_to_json.ts'
import { createWalker } from '../../../proto/walker.ts'
import { lineBytes, parseChunk } from '../../../service/replay/parse.ts'
import { payloads } from '../../bench/payloads.ts'
import { requests } from '../../proto/arbitrary.ts'

type WalkedSignal = 'traces' | 'metrics'

/** All that a walker tells of a request. */
function told(signal: WalkedSignal, bytes: Uint8Array): unknown {
  const walker = createWalker()
  const columns = signal === 'traces' ? walker.traces(bytes) : walker.metrics(bytes, () => true)
  assert.ok(columns.ok)
  const rows = Object.entries(columns).map(([name, column]) => [
    name,
    ArrayBuffer.isView(column)
      ? [...(column as Uint32Array).subarray(0, columns.count * (name === 'trace' ? 4 : 1))]
      : column,
  ])
  const resources = [...columns.resource.subarray(0, columns.count)].map((id) => [...walker.resource(id)])
  const names = 'metric' in columns ? columns.metric : columns.name
  return { rows, resources, names: [...names.subarray(0, columns.count)].map((id) => walker.text(id)) }
}

/** A line as replay gives it to the engine. */
function replayed(json: string): Uint8Array {
  const chunk = parseChunk(Buffer.from(json), 1)
  assert.deepEqual(chunk.broken, [])
  return lineBytes(chunk, 0)
}

/** A line as a receiver gives it to the engine. */
function received(signal: WalkedSignal, json: string): Uint8Array {
  const bytes = jsonToProto(signal, json)
  assert.ok(bytes instanceof Uint8Array)
  return bytes
}

test('[R1] the engine is told the same as by the whole request, in fewer bytes', () => {
  for (const signal of ['traces', 'metrics'] as const) {
    fc.assert(
      fc.property(requests(signal), (request) => {
        const json = protoToJson(signal, encodeRequest(signal, request)).toString()
        fc.pre(json !== '{}')
        assert.deepEqual(told(signal, replayed(json)), told(signal, received(signal, json)))
      }),
      { numRuns: 200 },
    )
  }
  const [bytes] = payloads('metrics', 100)
  assert.ok(replayed(protoToJson('metrics', bytes!).toString()).length < bytes!.length * 0.9)
})

test('[R1] a line with white space, read the long way, is the same row', () => {
  const fields = fc.constantFrom('timeUnixNano', 'startTimeUnixNano', 'timeUnixNano ', 'name', 'asDouble')
  const values = fc.constantFrom(
    '"1764000000123000000"',
    '17',
    '"12345678901234567890"',
    '"x"',
    '[{}]',
    '"timeUnixNano"',
  )
  const members = fc.array(fc.tuple(fields, values), { maxLength: 4 })
  const extra = members.map((some) => some.map(([field, value]) => `,"${field}":${value}`).join(''))
  for (const signal of ['traces', 'metrics'] as const) {
    fc.assert(
      fc.property(requests(signal), extra, (request, more) => {
        const json = protoToJson(signal, encodeRequest(signal, request)).toString()
        fc.pre(json !== '{}')
        const line = `${json.slice(0, -1)}${more}}`
        const first = line.replace('[', `[{"schemaUrl":""${more}},`)
        for (const text of [line, first]) {
          const [usual, long] = [text, `${text} `].map((one) => parseChunk(Buffer.from(one), 7))
          assert.deepEqual(usual, long)
        }
      }),
      { numRuns: 200 },
    )
  }
})

test('[R3] the time of a line is the first that is one', () => {
  const metrics = (times: readonly string[]) =>
    `{"resourceMetrics":[${times.map((time) => `{"timeUnixNano":${time}}`).join()}]}`
  const timeOf = (times: readonly string[]) => parseChunk(Buffer.from(metrics(times)), 1).timesMs[0]
  assert.equal(timeOf(['"x"', '17000000', '"18000000"']), 17)
  assert.equal(timeOf(['"1764000000123000000"', '"2"']), 1_764_000_000_123)
  assert.ok(Number.isNaN(timeOf(['"x"'])))
})

test('[R4] lines are counted, blank ones and those before them too', () => {
  const good = '{"resourceMetrics":[]}'
  const text = `${good}\n\n \r\n{"resourceMetrics":[],}\n${good}\r\nx\n${good}`
  const { broken, ends } = parseChunk(Buffer.from(text), 10)
  assert.deepEqual([ends.length, broken.map(({ line }) => line)], [3, [13, 15]])
})

test('[R4] what the engine never reads may be anything, all else is checked', () => {
  const line = (point: string) =>
    `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{${point}}]}}]}]}]}`
  const { broken } = parseChunk(Buffer.from(`${line('"bucketCounts":["x"]')}\n${line('"count":"x"')}`), 1)
  const message = 'resourceMetrics[0].scopeMetrics[0].metrics[0].histogram.dataPoints[0].count: a whole number expected'
  assert.deepEqual(broken, [{ line: 2, message }])
})

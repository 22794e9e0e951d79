import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonToProto } from '../../proto/json_to_proto.ts'
import { without } from '../../proto/narrow.ts'
import { messageNamed } from '../../proto/schema.ts'
import { decodeMetrics } from './oracle.ts'

const METRICS = messageNamed('ExportMetricsServiceRequest')

test('[J6] a field left out is ignored under either name, however deep, and whatever it holds; its neighbours stay', () => {
  const request = without(METRICS, new Set(['HistogramDataPoint.bucketCounts', 'Metric.description']))
  const point = '{"count":"3","bucketCounts":["1","x"],"bucket_counts":7,"explicitBounds":[5]}'
  const metric = `{"name":"a","description":{},"histogram":{"dataPoints":[${point}]}}`
  const json = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${metric}]}]}]}`
  const bytes = jsonToProto('metrics', json, request)
  assert.ok(bytes instanceof Uint8Array)
  const [read] = decodeMetrics(bytes).resourceMetrics![0]!.scopeMetrics![0]!.metrics!
  assert.deepEqual(read, { name: 'a', histogram: { dataPoints: [{ count: '3', explicitBounds: [5] }] } })
  assert.ok(!(jsonToProto('metrics', json) instanceof Uint8Array), 'the whole message still has it')
})

test('a message of which nothing is left out is itself, also where messages contain one another', () => {
  assert.equal(without(METRICS, new Set(['Span.events'])), METRICS)
  const anyValue = messageNamed('AnyValue')
  assert.equal(without(anyValue, new Set()), anyValue)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEngine } from '../../processor/leak_detector/engine/engine.ts'
import { engineTopology } from '../../processor/leak_detector/engine/topology.ts'
import { jsonToProto } from '../../proto/json_to_proto.ts'
import { createFeed } from '../../service/replay/feed.ts'
import { boutiqueMetrics } from './boutique.ts'
import { readBoutique, realData, recordings } from './convert.ts'

const folder = realData()
const skip = folder === undefined ? 'no real data beside this checkout' : false

function fed(signal: 'traces' | 'metrics', lines: readonly string[]) {
  const engine = createEngine()
  const feed = createFeed(engine)
  const events = lines.flatMap((line) => {
    const bytes = jsonToProto(signal, line)
    assert(bytes instanceof Uint8Array)
    const nanos = /"(?:startTimeU|timeU)nixNano":"(\d+)"/.exec(line)![1]
    return feed.line({ signal, bytes, timeMs: Number(nanos) / 1e6 })
  })
  return { engine, events: [...events, ...feed.end()] }
}

test('[D3] the spans of a real shop give its real graph', { skip }, () => {
  const traces = [...recordings(folder!)].find(({ name }) => name === 'boutique/traces')!
  const graph = engineTopology(fed('traces', traces.lines).engine.state)
  assert.deepEqual(graph.inNeighbors('productcatalogservice').toSorted(), [
    'checkoutservice',
    'frontend',
    'recommendationservice',
  ])
  assert.deepEqual(graph.inNeighbors('frontend'), ['outside'])
  assert.deepEqual(graph.outNeighbors('checkoutservice').toSorted(), [
    'cartservice',
    'emailservice',
    'paymentservice',
    'productcatalogservice',
    'shippingservice',
  ])
})

test('[D4] a pod whose clock is 200,000,000 s ahead neither moves time nor hides the others', { skip }, () => {
  const lines = boutiqueMetrics(readBoutique(folder!), true)
  const { engine, events } = fed('metrics', lines)
  assert.equal(events.length, 0)
  assert(engine.gauges().ahead > 0)
  assert.equal(new Date(engine.gauges().watermarkMs).toISOString().slice(0, 10), '2022-08-22')
  assert(engine.counts.stepsClosed > 1_200)
  assert.equal(engine.gauges().instances, 10)
})

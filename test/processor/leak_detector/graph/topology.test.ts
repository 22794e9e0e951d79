import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportGraph } from '../../../../processor/leak_detector/graph/export.ts'
import {
  downstream,
  downstreamGraph,
  neighbours,
  OPERATIONS_MAX,
  pathBetween,
  type ServiceNode,
  topologyOf,
  type WayRow,
} from '../../../../processor/leak_detector/graph/topology.ts'

const node = (id: string, kind = 'service'): ServiceNode => ({ id, label: id, namespace: '', kind, instances: 1 })
const way = (source: string, target: string, calls = 1, operation = 'GET /'): WayRow => ({
  source,
  target,
  kind: 'call',
  callerOperation: 'GET /',
  operation,
  calls,
  errors: 0,
  durationUs: calls * 2_000,
})

const NODES = [node('mobile'), node('frontend'), node('cart'), node('catalog'), node('database:carts "1"', 'database')]
const WAYS = [
  way('mobile', 'cart', 4, 'POST /cart'),
  way('frontend', 'cart', 8, 'POST /cart'),
  way('frontend', 'cart', 2, 'GET /cart'),
  way('frontend', 'catalog', 5),
  way('cart', 'database:carts "1"', 14, 'INSERT'),
]

test('[G11] what one service asks of another is one edge, with its operations', () => {
  const graph = topologyOf(NODES, WAYS)
  const edge = graph.getEdgeAttributes('frontend', 'cart')
  assert.deepEqual([edge.calls, edge.meanMs], [10, 2])
  assert.deepEqual(
    edge.operations.map(({ operation, calls }) => [operation, calls]),
    [
      ['POST /cart', 8],
      ['GET /cart', 2],
    ],
  )
  assert.deepEqual(JSON.stringify(topologyOf(NODES.toReversed(), WAYS.toReversed())), JSON.stringify(graph))
})

test('[G12] neighbours, paths and everything downstream', () => {
  const graph = topologyOf(NODES, WAYS)
  assert.deepEqual(neighbours(graph, 'cart'), { callers: ['frontend', 'mobile'], callees: ['database:carts "1"'] })
  assert.deepEqual(pathBetween(graph, 'mobile', 'database:carts "1"'), ['mobile', 'cart', 'database:carts "1"'])
  assert.equal(pathBetween(graph, 'cart', 'mobile'), undefined)
  assert.deepEqual(downstream(graph, 'frontend'), ['frontend', 'cart', 'catalog', 'database:carts "1"'])
  assert.deepEqual(downstreamGraph(graph, 'mobile').nodes().toSorted(), ['cart', 'database:carts "1"', 'mobile'])
  assert.deepEqual(neighbours(graph, 'nobody'), { callers: [], callees: [] })
})

test('[G13] GEXF, DOT and JSON hold every node and edge, names quoted', () => {
  const graph = topologyOf(NODES, WAYS)
  const gexf = exportGraph(graph, 'gexf')
  assert.equal(gexf.match(/<node /g)?.length, 5)
  assert.equal(gexf.match(/<edge /g)?.length, 4)
  const dot = exportGraph(graph, 'dot')
  assert.match(dot, /"database:carts \\"1\\"" \[label=.*shape=cylinder\]/)
  assert.match(dot, /"frontend" -> "cart" \[label="10 calls, 2 ms"/)
  const json = JSON.parse(exportGraph(graph, 'json'))
  assert.deepEqual([json.nodes.length, json.edges.length], [5, 4])
})

test('[G14] of very many operations the busiest are listed and the rest is summed up', () => {
  const many = Array.from({ length: OPERATIONS_MAX + 10 }, (_, at) => way('mobile', 'cart', at + 1, `op ${at}`))
  const { operations, calls } = topologyOf(NODES, many).getEdgeAttributes('mobile', 'cart')
  assert.equal(operations.length, OPERATIONS_MAX + 1)
  assert.equal(operations.at(-1)?.operation, '_other')
  assert.equal(
    operations.reduce((sum, operation) => sum + operation.calls, 0),
    calls,
  )
})

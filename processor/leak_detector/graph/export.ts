/** The dependency graph as text that other programs read. */

import gexf from 'graphology-gexf'
import type { Topology } from './topology.ts'

/** Forms in which the graph is written. */
export type GraphFormat = 'gexf' | 'dot' | 'json'
/** All of them. */
export const GRAPH_FORMATS: readonly GraphFormat[] = ['gexf', 'dot', 'json']

/** The graph as text that ends in a line break. */
export function exportGraph(graph: Topology, format: GraphFormat): string {
  switch (format) {
    case 'gexf':
      return `${toGexf(graph)}\n`
    case 'dot':
      return toDot(graph)
    case 'json':
      return `${JSON.stringify(toJson(graph), undefined, 2)}\n`
  }
}

/** GEXF 1.2, for Gephi and others: operations are left out, since its attributes are plain values. */
function toGexf(graph: Topology): string {
  return gexf.write(graph, {
    version: '1.2',
    formatNode: (_, { label, namespace, kind, instances }) => ({ label, attributes: { namespace, kind, instances } }),
    formatEdge: (_, { kind, calls, errors, meanMs }) => ({
      weight: calls,
      attributes: { kind, calls, errors, meanMs },
    }),
  })
}

/** Graphviz: databases as cylinders, queues as boxes, the width of an edge by its share of all calls. */
function toDot(graph: Topology): string {
  const most = Math.max(1, ...graph.mapEdges((_, { calls }) => calls))
  const lines = ['digraph services {', '  rankdir=LR', '  node [shape=ellipse, fontname="sans-serif"]']
  graph.forEachNode((id, { label, kind }) => {
    lines.push(`  ${quoted(id)} [label=${quoted(label)}, shape=${SHAPES.get(kind) ?? 'ellipse'}]`)
  })
  graph.forEachEdge((_, { calls, errors, meanMs }, source, target) => {
    const width = (1 + (4 * Math.log1p(calls)) / Math.log1p(most)).toFixed(2)
    const failed = errors > 0 ? `, ${round(errors)} failed` : ''
    const text = quoted(`${round(calls)} calls${failed}, ${round(meanMs)} ms`)
    lines.push(`  ${quoted(source)} -> ${quoted(target)} [label=${text}, penwidth=${width}]`)
  })
  return `${lines.join('\n')}\n}\n`
}

const SHAPES: ReadonlyMap<string, string> = new Map([
  ['database', 'cylinder'],
  ['messaging', 'box'],
  ['virtual', 'diamond'],
  ['outside', 'point'],
])

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}

/** Nodes and edges with everything that is known of them. */
function toJson(graph: Topology): object {
  return {
    nodes: graph.mapNodes((id, attributes) => ({ id, ...attributes })),
    edges: graph.mapEdges((_, attributes, source, target) => ({ source, target, ...attributes })),
  }
}

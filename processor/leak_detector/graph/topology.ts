/**
 * The dependency graph as a graph: services are nodes, everything one service asks of another is an edge. Made afresh
 * from the counted ways when somebody asks; never touched by a span.
 */

import graphology from 'graphology'
import { bidirectional } from 'graphology-shortest-path/unweighted.js'

/** What a node is: a service seen itself, or something seen only by those who call it. */
export interface NodeAttributes {
  readonly label: string
  readonly namespace: string
  /** service, database, messaging, virtual, or outside: where requests come from. */
  readonly kind: string
  readonly instances: number
}

/** Everything that one service asks of another. */
export interface EdgeAttributes {
  /** call, messaging, database, virtual, root. */
  readonly kind: string
  readonly calls: number
  readonly errors: number
  /** Mean duration on the side of the callee, milliseconds. */
  readonly meanMs: number
  readonly operations: readonly OperationCalls[]
}

/** Calls from one operation to another. */
export interface OperationCalls {
  readonly callerOperation: string
  readonly operation: string
  readonly calls: number
}

/** A node as the engine tells of it. */
export interface ServiceNode extends NodeAttributes {
  readonly id: string
}

/** A way from an operation to another, between nodes. */
export interface WayRow extends OperationCalls {
  readonly source: string
  readonly target: string
  readonly kind: string
  readonly errors: number
  readonly durationUs: number
}

/** Services and what they ask of one another, as a graphology graph. */
export type Topology = InstanceType<typeof graphology.DirectedGraph<NodeAttributes, EdgeAttributes>>

/** Operations listed on one edge, the busiest first; what is beyond is counted under `_other`. */
export const OPERATIONS_MAX = 64

/** Nodes and ways as a graph. Same input in any order, same graph. */
export function topologyOf(nodes: readonly ServiceNode[], ways: readonly WayRow[]): Topology {
  const graph: Topology = new graphology.DirectedGraph<NodeAttributes, EdgeAttributes>()
  for (const { id, ...attributes } of nodes.toSorted((a, b) => compare(a.id, b.id))) graph.addNode(id, attributes)
  const byEdge = Map.groupBy(ways, ({ source, target }) => `${source}\u0000${target}`)
  for (const [, rows] of [...byEdge].sort(([a], [b]) => compare(a, b))) {
    const { source, target } = rows[0]!
    graph.addEdgeWithKey(`${source}->${target}`, source, target, edgeOf(rows))
  }
  return graph
}

function edgeOf(rows: readonly WayRow[]): EdgeAttributes {
  const ordered = rows.toSorted((a, b) => b.calls - a.calls || compare(nameOf(a), nameOf(b)))
  const sum = (pick: (row: WayRow) => number) => rows.reduce((total, row) => total + pick(row), 0)
  const calls = sum((row) => row.calls)
  const listed = ordered.slice(0, OPERATIONS_MAX).map((row) => ({
    callerOperation: row.callerOperation,
    operation: row.operation,
    calls: row.calls,
  }))
  const rest = ordered.slice(OPERATIONS_MAX).reduce((total, row) => total + row.calls, 0)
  if (rest > 0) listed.push({ callerOperation: '_other', operation: '_other', calls: rest })
  return {
    kind: ordered[0]!.kind,
    calls,
    errors: sum((row) => row.errors),
    meanMs: calls > 0 ? sum((row) => row.durationUs) / calls / 1000 : 0,
    operations: listed,
  }
}

function nameOf({ callerOperation, operation, kind }: WayRow): string {
  return `${callerOperation}\u0000${operation}\u0000${kind}`
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Services that call `node` and that it calls, by name. */
export function neighbours(graph: Topology, node: string): { callers: string[]; callees: string[] } {
  if (!graph.hasNode(node)) return { callers: [], callees: [] }
  return { callers: graph.inNeighbors(node).sort(compare), callees: graph.outNeighbors(node).sort(compare) }
}

/** The shortest way from one service to another along calls, both ends included; undefined when there is none. */
export function pathBetween(graph: Topology, from: string, to: string): readonly string[] | undefined {
  if (!graph.hasNode(from) || !graph.hasNode(to)) return undefined
  return bidirectional(graph, from, to) ?? undefined
}

/** Everything that `node` depends on, itself included, nearest first. */
export function downstream(graph: Topology, node: string): readonly string[] {
  if (!graph.hasNode(node)) return []
  const reached = new Set([node])
  for (const at of reached) for (const next of graph.outNeighbors(at).sort(compare)) reached.add(next)
  return [...reached]
}

/** The part of the graph that `node` depends on. */
export function downstreamGraph(graph: Topology, node: string): Topology {
  const kept = new Set(downstream(graph, node))
  const part: Topology = graph.copy()
  for (const name of graph.nodes()) if (!kept.has(name)) part.dropNode(name)
  return part
}

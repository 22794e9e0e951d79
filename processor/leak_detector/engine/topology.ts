import { EDGE_KIND } from '../batch/batch.ts'
import type { Finding } from '../finding/finding.ts'
import type { GraphHeat } from '../finding/metrics.ts'
import { type ServiceNode, type Topology, topologyOf, type WayRow } from '../graph/topology.ts'
import type { Service } from './entities.ts'
import type { EngineState } from './state.ts'

/** Where requests come from that nobody instrumented sent. */
export const OUTSIDE = 'outside'

const KIND_NAMES: readonly string[] = Object.entries(EDGE_KIND)
  .sort(([, a], [, b]) => a - b)
  .map(([name]) => name)

/** The dependency graph as it is known now. */
export function engineTopology(state: Readonly<EngineState>): Topology {
  const { entities, ways, names } = state
  const nodes = new Map<string, ServiceNode>()
  const rows: WayRow[] = []
  for (const service of entities.eachService()) nodes.set(nodeId(service), nodeOf(service))
  for (const way of ways.each()) {
    const source = way.caller < 0 ? OUTSIDE : nodeId(entities.service(way.caller))
    const target = nodeId(entities.service(way.callee))
    if (way.caller < 0) nodes.set(OUTSIDE, { id: OUTSIDE, label: OUTSIDE, namespace: '', kind: OUTSIDE, instances: 0 })
    rows.push({
      source,
      target,
      kind: KIND_NAMES[way.kind] ?? 'call',
      callerOperation: names.text(way.callerOperation),
      operation: names.text(way.calleeOperation),
      calls: way.calls,
      errors: way.errors,
      durationUs: way.durationUs,
    })
  }
  return topologyOf(
    [...nodes.values()],
    rows.filter(({ source, target }) => nodes.has(source) && nodes.has(target)),
  )
}

/** A service's name in the graph: its namespace in front when it has one. */
export function nodeId({ namespace, name, kind }: Pick<Service, 'namespace' | 'name' | 'kind'>): string {
  const full = namespace === '' ? name : `${namespace}/${name}`
  return kind === 'service' ? full : `${kind}:${full}`
}

function nodeOf(service: Service): ServiceNode {
  const { namespace, name, kind, instances } = service
  return { id: nodeId(service), label: name, namespace, kind, instances: instances.size }
}

/** How hot each node and edge is: by its part in open findings, 0 where there is none. */
export function heatOf(topology: Topology, findings: readonly Finding[]): GraphHeat {
  const nodeHeat = new Map<string, number>()
  const edgeHeat = new Map<string, number>()
  const heat = (map: Map<string, number>, id: string, by: number) => map.set(id, Math.max(map.get(id) ?? 0, by))
  for (const { carrier } of findings) {
    const { attribution, verdict } = carrier
    const target = nodeId({ namespace: carrier.namespace, name: carrier.service, kind: 'service' })
    heat(nodeHeat, target, verdict.growth.confidence)
    if (attribution?.kind !== 'request_driven') continue
    const caller = attribution.culprit.callerService
    for (const source of topology.hasNode(target) ? topology.inNeighbors(target) : []) {
      const label = topology.getNodeAttribute(source, 'label')
      if (label === caller || (caller === '' && source === OUTSIDE))
        heat(edgeHeat, `${source}->${target}`, attribution.share)
    }
  }
  return {
    nodes: topology.mapNodes((id, { label, kind }) => ({
      id,
      title: label,
      subtitle: kind,
      heat: nodeHeat.get(id) ?? 0,
    })),
    edges: topology.mapEdges((_, __, source, target) => {
      const id = `${source}->${target}`
      return { id, source, target, heat: edgeHeat.get(id) ?? 0 }
    }),
  }
}

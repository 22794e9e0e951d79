/**
 * What there has to be for a configuration to run, before anything is built: one node for each instance, each with the
 * nodes it hands telemetry to. Comparing two plans tells what a reload must replace and what it may keep.
 */

import type { Factory } from '../../component/component.ts'
import { SIGNALS, type Signal } from '../../component/payload.ts'
import { sectionOf } from '../config/catalogue.ts'
import type { Configuration, Pipeline } from '../config/configuration.ts'
import { canonical, nodeAt } from '../config/tree.ts'
import { pipelinesOf, type Role } from './role.ts'

/** What an instance is. */
export type NodeKind = Factory['kind']

/** The door of another node through which telemetry of one signal goes. */
export interface Door {
  readonly key: string
  readonly signal: Signal
}

/** One instance that there has to be. */
export interface PlanNode {
  /** Tells instances apart: `receiver otlp`, `exporter traces debug`, `processor traces/1 batch`. */
  readonly key: string
  readonly kind: NodeKind
  /** The component's id as configured. */
  readonly id: string
  /** Of processors and exporters, which have one instance a pipeline and a signal. */
  readonly signal?: Signal
  readonly pipeline?: string
  /** Where it hands what; several doors of one signal are a fan-out. */
  readonly outputs: Partial<Readonly<Record<Signal, readonly Door[]>>>
  /** Equal when an instance of the one node can go on as the other. */
  readonly fingerprint: string
}

/** In the order of starting: extensions, then whatever is handed telemetry before what hands it, receivers last. */
export type Plan = readonly PlanNode[]

type Outputs = Partial<Record<Signal, Door[]>>

/** @param role the part of the configuration that this thread builds. */
export function planOf(configuration: Configuration, role: Role): Plan {
  const pipelines = pipelinesOf(configuration, role)
  const nodes = new Map<string, PlanNode>()
  const add = (kind: NodeKind, id: string, more: Pick<PlanNode, 'signal' | 'pipeline'>, outputs: Outputs) => {
    const key = keyOf(kind, id, more)
    nodes.set(key, { key, kind, id, ...more, outputs, fingerprint: fingerprint(configuration, kind, id, outputs) })
  }
  for (const pipeline of pipelines) {
    const { signal } = pipeline
    for (const id of pipeline.exporters) if (!configuration.connectors.has(id)) add('exporter', id, { signal }, {})
    for (const [index, id] of pipeline.processors.entries()) {
      add(
        'processor',
        id,
        { signal, pipeline: pipeline.id },
        { [signal]: doorsAfter(configuration, pipeline, index + 1) },
      )
    }
  }
  for (const id of sourcesIn(configuration, pipelines)) {
    add(configuration.connectors.has(id) ? 'connector' : 'receiver', id, {}, outputsOf(configuration, pipelines, id))
  }
  if (role !== 'ingest') for (const id of configuration.service.extensions) add('extension', id, {}, {})
  return inStartOrder([...nodes.values()])
}

/** Receivers and connectors of these pipelines, connectors that are only handed telemetry among them. */
function sourcesIn(configuration: Configuration, pipelines: readonly Pipeline[]): ReadonlySet<string> {
  const ids = pipelines.flatMap(({ receivers, exporters }) => [
    ...receivers,
    ...exporters.filter((id) => configuration.connectors.has(id)),
  ])
  return new Set(ids)
}

function outputsOf(configuration: Configuration, pipelines: readonly Pipeline[], source: string): Outputs {
  const outputs: Outputs = {}
  for (const signal of SIGNALS) {
    const fed = pipelines.filter((pipeline) => pipeline.signal === signal && pipeline.receivers.includes(source))
    if (fed.length > 0) outputs[signal] = fed.flatMap((pipeline) => doorsAfter(configuration, pipeline, 0))
  }
  return outputs
}

/** Where telemetry goes in a pipeline once it is past the first `passed` processors. */
function doorsAfter(configuration: Configuration, pipeline: Pipeline, passed: number): Door[] {
  const { signal } = pipeline
  const processor = pipeline.processors[passed]
  if (processor !== undefined) return [{ key: keyOf('processor', processor, { pipeline: pipeline.id }), signal }]
  return pipeline.exporters.map((id) => {
    return {
      key: configuration.connectors.has(id) ? keyOf('connector', id, {}) : keyOf('exporter', id, { signal }),
      signal,
    }
  })
}

function keyOf(kind: NodeKind, id: string, of: Pick<PlanNode, 'signal' | 'pipeline'>): string {
  const where = of.pipeline ?? of.signal
  return where === undefined ? `${kind} ${id}` : `${kind} ${where} ${id}`
}

function fingerprint(configuration: Configuration, kind: NodeKind, id: string, outputs: Outputs): string {
  const node = nodeAt(configuration.tree, [sectionOf(kind), id])
  return JSON.stringify([node === undefined ? '' : canonical(node), Object.keys(outputs).toSorted()])
}

/** Depth first from every node, a node after all that it hands to. Circles between instances are cut where met. */
function inStartOrder(nodes: readonly PlanNode[]): Plan {
  const byKey = new Map(nodes.map((node) => [node.key, node]))
  const ordered = new Set<PlanNode>()
  const entered = new Set<PlanNode>()
  const visit = (node: PlanNode): void => {
    if (entered.has(node)) return
    entered.add(node)
    for (const doors of Object.values(node.outputs)) for (const door of doors ?? []) visit(byKey.get(door.key)!)
    ordered.add(node)
  }
  for (const node of nodes) if (node.kind === 'extension') visit(node)
  for (const node of nodes) if (node.kind !== 'receiver') visit(node)
  for (const node of nodes) visit(node)
  return [...ordered]
}

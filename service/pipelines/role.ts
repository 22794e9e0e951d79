/**
 * Which part of a configuration a thread builds. Alone in the process: all of it. With several: ingest threads build
 * what network receivers reach, the main thread what comes out of connectors that gather.
 */

import type { Configuration, Pipeline } from '../config/configuration.ts'
import { flowsOf } from '../config/flow.ts'

/** Alone in the process; one of several that take telemetry in; the one that has the engine. */
export type Role = 'all' | 'ingest' | 'engine'

/** The pipelines of a role, their lists of receivers cut down to what is there in that role. */
export function pipelinesOf(configuration: Configuration, role: Role): readonly Pipeline[] {
  if (role === 'all') return configuration.pipelines
  const isSource = (id: string): boolean => {
    const connector = configuration.connectors.get(id)
    if (connector === undefined) return role === 'ingest'
    return role === 'engine' && connector.factory.gathers === true
  }
  const gathers = (id: string) => configuration.connectors.get(id)?.factory.gathers === true
  const alive = new Set(configuration.pipelines.filter((pipeline) => pipeline.receivers.some(isSource)))
  const flows = flowsOf(configuration.pipelines, configuration.connectors).filter((flow) => !gathers(flow.connector))
  for (let before = -1; before !== alive.size; ) {
    before = alive.size
    for (const flow of flows) if (alive.has(flow.from)) alive.add(flow.to)
  }
  const feeds = (id: string, into: Pipeline) =>
    flows.some((flow) => flow.connector === id && flow.to === into && alive.has(flow.from))
  return [...alive].map((pipeline) => {
    return { ...pipeline, receivers: pipeline.receivers.filter((id) => isSource(id) || feeds(id, pipeline)) }
  })
}

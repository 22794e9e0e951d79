/**
 * How telemetry flows from pipeline to pipeline: out of one into a connector, out of the connector into the next.
 * Whether the connector turns the one signal into the other is its factory's word.
 */

import type { Configured, Pipeline } from './configuration.ts'
import type { Issue } from './issue.ts'
import { type MapNode, placeAt } from './tree.ts'

type Connectors = ReadonlyMap<string, Configured<'connectors'>>

/** One way from a pipeline through a connector into another pipeline. */
export interface Flow {
  readonly from: Pipeline
  readonly connector: string
  readonly to: Pipeline
}

/** Every way that the configuration opens. */
export function flowsOf(pipelines: readonly Pipeline[], connectors: Connectors): readonly Flow[] {
  return pipelines.flatMap((from) =>
    from.exporters.flatMap((connector) => {
      const converts = connectors.get(connector)?.factory.converts
      if (converts === undefined) return []
      return pipelines
        .filter((to) => to.receivers.includes(connector) && converts[from.signal]?.includes(to.signal))
        .map((to) => ({ from, connector, to }))
    }),
  )
}

/** Connectors that lead nowhere or come from nowhere, and circles; in the Collector's words. */
export function checkFlow(root: MapNode, pipelines: readonly Pipeline[], connectors: Connectors): readonly Issue[] {
  const flows = flowsOf(pipelines, connectors)
  const ends = [...connectors.keys()].flatMap((id) => checkEnds(root, id, pipelines, flows))
  const circle = findCircle(flows)
  if (circle === undefined) return ends
  const path = ['service', 'pipelines', circle[0]!.from.id]
  return [...ends, { place: placeAt(root, path), path, message: `cycle detected: ${circleText(circle)}` }]
}

function checkEnds(
  root: MapNode,
  id: string,
  pipelines: readonly Pipeline[],
  flows: readonly Flow[],
): readonly Issue[] {
  const place = placeAt(root, ['connectors', id])
  const path = ['connectors', id]
  const intoNowhere = pipelines.filter(
    (one) => one.exporters.includes(id) && !flows.some((flow) => flow.connector === id && flow.from === one),
  )
  const fromNowhere = pipelines.filter(
    (one) => one.receivers.includes(id) && !flows.some((flow) => flow.connector === id && flow.to === one),
  )
  const issues: Issue[] = []
  if (intoNowhere.length > 0) {
    const message = `connector "${id}" used as exporter in [${names(intoNowhere)}] pipeline but not used in any supported receiver pipeline`
    issues.push({ place, path, message })
  }
  if (fromNowhere.length > 0) {
    const message = `connector "${id}" used as receiver in [${names(fromNowhere)}] pipeline but not used in any supported exporter pipeline`
    issues.push({ place, path, message })
  }
  return issues
}

function names(pipelines: readonly Pipeline[]): string {
  return pipelines.map((pipeline) => pipeline.id).join(' ')
}

/** The first circle there is, as the ways that make it. */
function findCircle(flows: readonly Flow[]): readonly Flow[] | undefined {
  const done = new Set<Pipeline>()
  const trail: Flow[] = []
  const visit = (pipeline: Pipeline): readonly Flow[] | undefined => {
    const start = trail.findIndex((flow) => flow.from === pipeline)
    if (start >= 0) return trail.slice(start)
    if (done.has(pipeline)) return undefined
    for (const flow of flows.filter((one) => one.from === pipeline)) {
      trail.push(flow)
      const circle = visit(flow.to)
      if (circle !== undefined) return circle
      trail.pop()
    }
    done.add(pipeline)
    return undefined
  }
  for (const { from } of flows) {
    const circle = visit(from)
    if (circle !== undefined) return circle
  }
  return undefined
}

function circleText(circle: readonly Flow[]): string {
  const steps = circle.map(({ from, connector, to }) => {
    return `pipeline "${from.id}" -> connector "${connector}" (${from.signal} to ${to.signal})`
  })
  return `${steps.join(' -> ')} -> pipeline "${circle[0]!.from.id}"`
}

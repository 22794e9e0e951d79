import { SIGNALS, type Signal } from '../../component/payload.ts'
import type { Section } from './catalogue.ts'
import type { ReadSection } from './components.ts'
import type { Pipeline } from './configuration.ts'
import { decode } from './decode.ts'
import type { Report } from './issue.ts'
import { pipelineSchema } from './service_schema.ts'
import { nearest, suggestion } from './suggest.ts'
import { type MapNode, nodeAt, placeAt, type Step } from './tree.ts'

type Sections = Readonly<Record<Section, ReadSection<Section>>>

const PIPELINES: readonly Step[] = ['service', 'pipelines']

/** Reads `service::pipelines` and checks that everything they refer to is there. Sentences are the Collector's. */
export function readPipelines(root: MapNode, sections: Sections, report: Report): readonly Pipeline[] {
  const node = nodeAt(root, PIPELINES)
  if (
    node === undefined ||
    (node.kind === 'scalar' && node.value === null) ||
    (node.kind === 'map' && node.entries.size === 0)
  ) {
    const message = 'service must have at least one pipeline'
    report.issues.push({ place: placeAt(root, PIPELINES), path: PIPELINES, message })
    return []
  }
  if (node.kind !== 'map') {
    report.issues.push({ place: node.place, path: PIPELINES, message: "'pipelines' expected a map" })
    return []
  }
  const pipelines: Pipeline[] = []
  for (const id of node.entries.keys()) {
    const pipeline = readPipeline(root, id, report)
    if (pipeline === undefined) continue
    pipelines.push(pipeline)
    checkReferences(root, pipeline, sections, report)
  }
  return pipelines
}

function readPipeline(root: MapNode, id: string, report: Report): Pipeline | undefined {
  const path = [...PIPELINES, id]
  const slash = id.indexOf('/')
  const word = slash < 0 ? id : id.slice(0, slash)
  const signal = SIGNALS.find((one) => one === word)
  if (signal === undefined || slash === id.length - 1) {
    const message =
      signal === undefined ? `unknown signal "${word}"` : `in "${id}" id: the part after / should not be empty`
    const hint = signal === undefined ? (suggestion(word, SIGNALS) ?? '') : 'write traces or traces/name'
    report.issues.push({ place: placeAt(root, path), path, message, hint })
    return undefined
  }
  const decoded = decode(pipelineSchema, root, path)
  if (!decoded.ok) {
    report.issues.push(...decoded.issues)
    return undefined
  }
  const { receivers, processors, exporters } = decoded.value
  return { id, signal, processors, receivers: [...new Set(receivers)], exporters: [...new Set(exporters)] }
}

function checkReferences(root: MapNode, pipeline: Pipeline, sections: Sections, report: Report): void {
  const path = [...PIPELINES, pipeline.id]
  for (const [list, kind] of [
    ['receivers', 'receiver'],
    ['exporters', 'exporter'],
  ] as const) {
    if (pipeline[list].length > 0) continue
    report.issues.push({ place: placeAt(root, [...path, list]), path, message: `must have at least one ${kind}` })
  }
  checkList(root, pipeline, 'receivers', 'receiver', [sections.receivers, sections.connectors], report)
  checkList(root, pipeline, 'processors', 'processor', [sections.processors], report)
  checkList(root, pipeline, 'exporters', 'exporter', [sections.exporters, sections.connectors], report)
}

function checkList(
  root: MapNode,
  pipeline: Pipeline,
  list: 'receivers' | 'processors' | 'exporters',
  kind: string,
  among: readonly ReadSection<Section>[],
  report: Report,
): void {
  const path = [...PIPELINES, pipeline.id]
  const seen = new Set<string>()
  for (const [index, id] of pipeline[list].entries()) {
    const place = placeAt(root, [...path, list, index])
    if (seen.has(id) && list === 'processors')
      report.issues.push({ place, path, message: `references ${kind} "${id}" multiple times` })
    seen.add(id)
    if (among.some((section) => section.written.has(id))) continue
    const known = among.flatMap((section) => [...section.written])
    const near = nearest(id, known) ?? known.find((other) => other.split('/', 1)[0] === id.split('/', 1)[0])
    const message = `references ${kind} "${id}" which is not configured`
    report.issues.push({ place, path, message, ...(near !== undefined && { hint: `did you mean "${near}"?` }) })
  }
}

/** Components that cannot do what a pipeline wants of them: a signal they do not know. */
export function checkSignals(root: MapNode, pipelines: readonly Pipeline[], sections: Sections, report: Report): void {
  for (const pipeline of pipelines) {
    for (const list of ['receivers', 'processors', 'exporters'] as const) {
      for (const [index, id] of pipeline[list].entries()) {
        const configured = sections[list].configured.get(id)
        if (configured === undefined || configured.factory.stability[pipeline.signal] !== undefined) continue
        const path = [...PIPELINES, pipeline.id, list, index]
        report.issues.push({
          place: placeAt(root, path),
          path: path.slice(0, 3),
          message: unsupported(list, id, pipeline.signal),
        })
      }
    }
  }
}

function unsupported(list: 'receivers' | 'processors' | 'exporters', id: string, signal: Signal): string {
  return `failed to create "${id}" ${list.slice(0, -1)} for data type "${signal}": telemetry type is not supported`
}

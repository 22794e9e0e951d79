/**
 * Everything between the command line and a configuration that can be trusted. Loading goes on after an error
 * wherever it can, so that all of them are told at once.
 */

import { type Catalogue, SECTIONS } from './catalogue.ts'
import { checkAmbiguous, type ReadSection, readSection } from './components.ts'
import type { Configuration } from './configuration.ts'
import { decode } from './decode.ts'
import { checkFlow } from './flow.ts'
import { emptyReport, type Issue, type Notice, type Report, sortedIssues } from './issue.ts'
import type { Outside } from './outside.ts'
import { checkSignals, readPipelines } from './pipelines.ts'
import { type ServiceConfig, serviceSchema } from './service_schema.ts'
import { readSources, type Sources } from './sources.ts'
import { suggestion } from './suggest.ts'
import { type MapNode, nodeAt, placeAt } from './tree.ts'

/** What comes of loading; notices are there either way. */
export type Loaded =
  | { readonly ok: true; readonly configuration: Configuration; readonly notices: readonly Notice[] }
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly notices: readonly Notice[] }

/** Reads all sources and checks them. Loads the code of those components only that are named. */
export async function load(sources: Sources, outside: Outside, catalogue: Catalogue): Promise<Loaded> {
  const report = emptyReport()
  const tree = readSources(sources, outside, report)
  if (tree === undefined) return failed(report)
  return check(tree, catalogue, report)
}

/** The second half of `load`, for trees that were read elsewhere: in another thread. */
export async function check(tree: MapNode, catalogue: Catalogue, report: Report = emptyReport()): Promise<Loaded> {
  checkRoot(tree, report)
  const receivers = await readSection('receivers', tree, catalogue, report)
  const processors = await readSection('processors', tree, catalogue, report)
  const exporters = await readSection('exporters', tree, catalogue, report)
  const connectors = await readSection('connectors', tree, catalogue, report)
  const extensions = await readSection('extensions', tree, catalogue, report)
  const sections = { receivers, processors, exporters, connectors, extensions }
  checkAmbiguous(tree, sections, report)
  const service = readService(tree, extensions, report)
  const pipelines = readPipelines(tree, sections, report)
  checkSignals(tree, pipelines, sections, report)
  if (report.issues.length === 0) report.issues.push(...checkFlow(tree, pipelines, connectors.configured))
  if (report.issues.length > 0 || service === undefined) return failed(report)
  const configuration: Configuration = {
    receivers: receivers.configured,
    processors: processors.configured,
    exporters: exporters.configured,
    connectors: connectors.configured,
    extensions: extensions.configured,
    pipelines,
    service,
    tree,
  }
  return { ok: true, configuration, notices: report.notices }
}

function failed(report: Report): Loaded {
  return { ok: false, issues: sortedIssues(report.issues), notices: report.notices }
}

function checkRoot(tree: MapNode, report: Report): void {
  const known: readonly string[] = [...SECTIONS, 'service']
  for (const [key, entry] of tree.entries) {
    if (known.includes(key)) continue
    const hint = suggestion(key, known)
    report.issues.push({
      place: entry.keyPlace,
      path: [key],
      message: `'' has invalid keys: ${key}`,
      ...(hint && { hint }),
    })
  }
}

function readService(tree: MapNode, extensions: ReadSection<'extensions'>, report: Report): ServiceConfig | undefined {
  const decoded = decode(serviceSchema, tree, ['service'])
  if (!decoded.ok) {
    report.issues.push(...decoded.issues)
    return undefined
  }
  for (const [index, id] of decoded.value.extensions.entries()) {
    if (extensions.written.has(id)) continue
    const path = ['service', 'extensions']
    const message = `references extension "${id}" which is not configured`
    const hint = suggestion(id, [...extensions.written])
    report.issues.push({ place: placeAt(tree, [...path, index]), path, message, ...(hint && { hint }) })
  }
  noteUnused(tree, report)
  return decoded.value
}

/** Keys that are taken for the sake of configurations that have them, and change nothing. */
function noteUnused(tree: MapNode, report: Report): void {
  const paths = [
    ['service', 'telemetry', 'traces'],
    ['service', 'telemetry', 'logs', 'processors'],
    ['service', 'telemetry', 'metrics', 'address'],
    ['service', 'telemetry', 'metrics', 'views'],
  ]
  for (const path of paths) {
    if (nodeAt(tree, path) === undefined) continue
    report.notices.push({ place: placeAt(tree, path), message: `${path.join('::')} has no effect` })
  }
}

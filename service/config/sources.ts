import { expand } from './expand.ts'
import type { Report } from './issue.ts'
import { mergeMaps, openPaths } from './merge.ts'
import type { Outside } from './outside.ts'
import { retrieve } from './retrieve.ts'
import { emptyMap, type MapNode, movedTo, type Place, type TreeNode } from './tree.ts'
import { parseYaml } from './yaml.ts'

/** What the command line says about configuration, in the order it says it. */
export interface Sources {
  /** Paths, `file:`, `env:` or `yaml:` URIs; later ones win. */
  readonly configs: readonly string[]
  /** `a.b=value` or `a::b=value`; these win over everything. */
  readonly sets: readonly string[]
}

/** Reads, merges and expands all sources. Undefined when one of them cannot be read at all. */
export function readSources(sources: Sources, outside: Outside, report: Report): MapNode | undefined {
  const issuesBefore = report.issues.length
  if (sources.configs.length === 0) {
    report.issues.push({ path: [], message: 'at least one config flag must be provided', hint: 'write --config FILE' })
  }
  let merged: MapNode | undefined
  for (const uri of sources.configs) merged = laidOver(merged, readConfig(uri, outside, report))
  for (const set of sources.sets) merged = laidOver(merged, readSet(set, report))
  if (report.issues.length > issuesBefore || merged === undefined) return undefined
  const expanded = expand(merged, outside, report)
  return report.issues.length > issuesBefore || expanded.kind !== 'map' ? undefined : expanded
}

function laidOver(under: MapNode | undefined, over: MapNode | undefined): MapNode | undefined {
  return under === undefined || over === undefined ? (over ?? under) : mergeMaps(under, over)
}

function readConfig(uri: string, outside: Outside, report: Report): MapNode | undefined {
  const got = retrieve(uri, 'file', outside, undefined, report)
  if (got === undefined) return undefined
  const tree = parseYaml(got.text, got.file, report)
  return tree === undefined ? undefined : asRoot(tree, got.file, report)
}

function asRoot(tree: TreeNode, file: string, report: Report): MapNode | undefined {
  if (tree.kind === 'map') return openPaths(tree)
  if (tree.kind === 'scalar' && tree.value === null) return emptyMap({ file, line: 1, column: 1 })
  const type = tree.kind === 'list' ? 'list' : typeof tree.value
  const message = `retrieved value (type=${type}) cannot be used as a configuration`
  report.issues.push({
    place: tree.place,
    path: [],
    message,
    hint: 'the top level must be a map: receivers:, exporters:, service: …',
  })
  return undefined
}

function readSet(set: string, report: Report): MapNode | undefined {
  const place: Place = { file: `--set ${set}`, line: 0, column: 0 }
  const equals = set.indexOf('=')
  if (equals < 0) {
    report.issues.push({ place, path: [], message: 'missing equal sign', hint: 'write --set a.b=value' })
    return undefined
  }
  const key = set.slice(0, equals).trim().replaceAll('.', '::')
  const value = parseYaml(set.slice(equals + 1), place.file, report)
  if (value === undefined) return undefined
  const entry = { keyPlace: place, node: movedTo(value, place) }
  return openPaths({ kind: 'map', place, entries: new Map([[key, entry]]) })
}

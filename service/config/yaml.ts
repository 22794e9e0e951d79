import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
} from 'yaml'
import type { Report } from './issue.ts'
import { plainScalar } from './scalar.ts'
import type { MapEntry, MapNode, Place, ScalarValue, TreeNode } from './tree.ts'

/** Nodes of one source after its aliases are followed: a few lines of YAML can otherwise ask for billions. */
export const YAML_NODES_MAX = 200_000

interface Reading {
  readonly document: Document
  readonly report: Report
  readonly placeOf: (node: Node) => Place
  nodes: number
}

/**
 * Reads YAML into a tree with places; what is wrong goes to `report` and the result is then undefined.
 * Keys that stand twice in one map are errors, as they are for the Collector.
 */
export function parseYaml(text: string, file: string, report: Report): TreeNode | undefined {
  const counter = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: counter,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const at = (offset: number): Place => {
    const { line, col } = counter.linePos(offset)
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  for (const error of document.errors) {
    report.issues.push({ place: at(error.pos[0]), path: [], message: `yaml: ${error.message}` })
  }
  if (document.errors.length > 0) return undefined
  const start = at(0)
  const placeOf = (node: Node): Place => (node.range ? at(node.range[0]) : start)
  const reading: Reading = { document, report, placeOf, nodes: 0 }
  const issuesBefore = report.issues.length
  const tree = document.contents === null ? nothing(start) : convert(reading, document.contents)
  return report.issues.length > issuesBefore ? undefined : tree
}

function nothing(place: Place): TreeNode {
  return { kind: 'scalar', value: null, place }
}

function convert(reading: Reading, node: Node): TreeNode {
  const place = reading.placeOf(node)
  reading.nodes += 1
  if (reading.nodes > YAML_NODES_MAX) {
    if (reading.nodes === YAML_NODES_MAX + 1) {
      reading.report.issues.push({ place, path: [], message: `yaml: more than ${YAML_NODES_MAX} values` })
    }
    return nothing(place)
  }
  if (isAlias(node)) return convertAlias(reading, node, place)
  if (isMap(node)) return convertMap(reading, node.items as readonly YamlPair[], place)
  if (isSeq(node)) {
    return {
      kind: 'list',
      place,
      items: node.items.map((item) => (item ? convert(reading, item as Node) : nothing(place))),
    }
  }
  return { kind: 'scalar', place, value: isScalar(node) ? scalarValue(node) : null }
}

interface YamlPair {
  readonly key: unknown
  readonly value: unknown
}

function convertAlias(reading: Reading, alias: Alias, place: Place): TreeNode {
  const target = alias.resolve(reading.document)
  if (target !== undefined) return convert(reading, target)
  reading.report.issues.push({ place, path: [], message: `yaml: unknown anchor '${alias.source}' referenced` })
  return nothing(place)
}

function convertMap(reading: Reading, pairs: readonly YamlPair[], place: Place): MapNode {
  const entries = new Map<string, MapEntry>()
  const merged: MapNode[] = []
  for (const pair of pairs) {
    const keyNode = pair.key as Node
    const keyPlace = keyNode ? reading.placeOf(keyNode) : place
    const key = isScalar(keyNode) ? keyText(keyNode) : undefined
    if (key === undefined) {
      reading.report.issues.push({ place: keyPlace, path: [], message: 'yaml: a key must be a plain text' })
      continue
    }
    const node = pair.value ? convert(reading, pair.value as Node) : nothing(keyPlace)
    if (key === '<<' && isScalar(keyNode) && keyNode.type === Scalar.PLAIN) {
      merged.push(...(node.kind === 'list' ? node.items : [node]).filter((item) => item.kind === 'map'))
      continue
    }
    const first = entries.get(key)
    if (first === undefined) entries.set(key, { keyPlace, node })
    else reading.report.issues.push(duplicateKey(key, keyPlace, first.keyPlace))
  }
  for (const map of merged) for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry)
  return { kind: 'map', place, entries }
}

function duplicateKey(key: string, place: Place, first: Place): { place: Place; path: string[]; message: string } {
  return { place, path: [], message: `yaml: mapping key "${key}" already defined at line ${first.line}` }
}

function keyText(node: Scalar): string {
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}

function scalarValue(node: Scalar): ScalarValue {
  if (node.type === Scalar.PLAIN && node.tag === undefined) return plainScalar(node.source ?? '')
  const value = node.value
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  return typeof value === 'bigint' ? Number(value) : String(value)
}

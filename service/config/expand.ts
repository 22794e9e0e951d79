/**
 * `${env:X}`, `${X}`, `${X:-default}`, `${file:path}`, `${yaml:text}` inside values, innermost first, as the
 * Collector expands them.
 *
 * A value that is one expansion and nothing else becomes whatever its text means as YAML: a number, a list, a map. The
 * text is kept beside it for fields that want a string. An expansion amid other text puts its text there. `$$` is a
 * dollar sign, so `$${X}` stays `${X}`.
 */

import type { Report } from './issue.ts'
import type { Outside } from './outside.ts'
import { retrieve } from './retrieve.ts'
import { type MapEntry, movedTo, type Place, type TreeNode } from './tree.ts'
import { parseYaml } from './yaml.ts'

/** How often one value may be expanded again before we take it for a circle. */
const RECURSIONS_MAX = 1_000
/** How many different expansions one value may hold. */
const URIS_MAX = 100
/** How many expansions a whole configuration may carry out: files that include themselves twice would never end. */
export const EXPANSIONS_MAX = 20_000
/** How long, in UTF-16 units, one text may grow. */
const TEXT_MAX = 4_000_000

interface Expansion {
  readonly outside: Outside
  readonly report: Report
  done: number
}

/** Every expansion in `node` carried out; what cannot be is reported and becomes null. */
export function expand(node: TreeNode, outside: Outside, report: Report): TreeNode {
  return expandNode({ outside, report, done: 0 }, node, 0)
}

function expandNode(ctx: Expansion, node: TreeNode, depth: number): TreeNode {
  switch (node.kind) {
    case 'scalar':
      return typeof node.value === 'string' ? expandText(ctx, node.value, node.place, depth) : node
    case 'list':
      return { ...node, items: node.items.map((item) => expandNode(ctx, item, depth)) }
    case 'map': {
      const entries = new Map<string, MapEntry>()
      for (const [key, entry] of node.entries) {
        entries.set(key, { keyPlace: entry.keyPlace, node: expandNode(ctx, entry.node, depth) })
      }
      return { ...node, entries }
    }
  }
}

function expandText(ctx: Expansion, written: string, place: Place, depth: number): TreeNode {
  const uris = new Set<string>()
  let text = written
  let whole = false
  for (let rounds = depth; ; rounds++) {
    const found = findUri(text)
    if (found === undefined) return textNode(undoubled(text), place, whole)
    const uri = text.slice(found.start, found.end)
    uris.add(uri)
    ctx.done += 1
    const trouble = tooMuch(ctx, rounds, uris.size, text.length)
    if (trouble === 'told') return { kind: 'scalar', value: null, place }
    if (trouble !== undefined) {
      ctx.report.issues.push({ place, path: [], message: trouble })
      return { kind: 'scalar', value: null, place }
    }
    const got = retrieve(uri.slice(2, -1), 'env', ctx.outside, place, ctx.report)
    if (got === undefined) return { kind: 'scalar', value: null, place }
    if (uri !== text) {
      text = text.slice(0, found.start) + got.text + text.slice(found.end)
      continue
    }
    whole = true
    const value = readValue(got.text, got.ownPlaces ? got.file : undefined, place)
    if (value.kind === 'scalar') {
      if (typeof value.value !== 'string') return { ...value, place, original: undoubled(got.text) }
      text = got.text
      continue
    }
    return { ...expandNode(ctx, value, rounds + 1), original: undoubled(got.text) }
  }
}

function tooMuch(ctx: Expansion, rounds: number, uris: number, length: number): string | undefined {
  if (ctx.done > EXPANSIONS_MAX + 1) return 'told'
  if (ctx.done > EXPANSIONS_MAX) return `too many expansions in all: more than ${EXPANSIONS_MAX}`
  if (rounds >= RECURSIONS_MAX) return `too many recursive expansions: more than ${RECURSIONS_MAX}`
  if (uris > URIS_MAX) return `too many URIs in one value: more than ${URIS_MAX}`
  if (length > TEXT_MAX) return `expanded text is too long: more than ${TEXT_MAX} characters`
  return undefined
}

function textNode(value: string, place: Place, whole: boolean): TreeNode {
  return whole ? { kind: 'scalar', value, place, original: value } : { kind: 'scalar', value, place }
}

/** Text that is not YAML is itself. Without a file of its own it lies where the expansion is written. */
function readValue(text: string, file: string | undefined, place: Place): TreeNode {
  const scratch: Report = { issues: [], notices: [] }
  const tree = parseYaml(text, file ?? place.file, scratch)
  if (tree === undefined) return { kind: 'scalar', value: text, place }
  return file === undefined ? movedTo(tree, place) : tree
}

/**
 * The first expansion to carry out: up to the first `}`, from the last `${` before it, so the innermost. One behind
 * an odd number of dollar signs is escaped and left alone.
 */
function findUri(text: string): { readonly start: number; readonly end: number } | undefined {
  let from = 0
  for (;;) {
    const close = text.indexOf('}', from)
    if (close < 0) return undefined
    const open = text.slice(from, close).lastIndexOf('${')
    if (open >= 0 && !escaped(text, from, from + open)) return { start: from + open, end: close + 1 }
    from = close + 1
  }
}

function escaped(text: string, from: number, open: number): boolean {
  let dollars = 0
  while (open - 1 - dollars >= from && text[open - 1 - dollars] === '$') dollars += 1
  return dollars % 2 === 1
}

function undoubled(text: string): string {
  return text.replaceAll('$$', () => '$')
}

/**
 * A configuration before anyone knows what it means: maps, lists and scalars, each knowing where it was written.
 *
 * Places survive merging and expansion, because an error without its line is an error that is searched for an hour.
 */

/** Where something was written: lines and columns count from 1, as editors do. `line` 0 means the source has none. */
export interface Place {
  /** File name, or how the source was given on the command line. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** What YAML's plain scalars become. */
export type ScalarValue = null | boolean | number | string

interface Placed {
  readonly place: Place
  /**
   * The text that an expansion `${…}` put here, before it was read as YAML. A field that wants a string gets this text
   * instead of the typed value: `0123` is 83 for a number and "0123" for a string.
   */
  readonly original?: string
}

/** A single value. */
export interface ScalarNode extends Placed {
  readonly kind: 'scalar'
  readonly value: ScalarValue
}

/** Values in order. */
export interface ListNode extends Placed {
  readonly kind: 'list'
  readonly items: readonly TreeNode[]
}

/** Values by key, in the order written. */
export interface MapNode extends Placed {
  readonly kind: 'map'
  readonly entries: ReadonlyMap<string, MapEntry>
}

/** `keyPlace` is where the key itself is written. */
export interface MapEntry {
  readonly keyPlace: Place
  readonly node: TreeNode
}

/** Any part of a configuration. */
export type TreeNode = ScalarNode | ListNode | MapNode

/** One step down: a key of a map or an index of a list. */
export type Step = string | number

/** A map with nothing in it. */
export function emptyMap(place: Place): MapNode {
  return { kind: 'map', place, entries: new Map() }
}

/** Plain data, as `JSON.parse` would give it. */
export function plain(node: TreeNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list':
      return node.items.map(plain)
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plain(entry.node)]))
  }
}

/** One text for all trees that mean the same, wherever they are written and in whatever order their keys stand. */
export function canonical(node: TreeNode): string {
  const original = node.original === undefined ? '' : `!${JSON.stringify(node.original)}`
  switch (node.kind) {
    case 'scalar':
      return `${typeof node.value === 'number' ? node.value : JSON.stringify(node.value)}${original}`
    case 'list':
      return `[${node.items.map(canonical).join(',')}]${original}`
    case 'map': {
      const keys = [...node.entries.keys()].toSorted()
      return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(node.entries.get(key)!.node)}`).join(',')}}${original}`
    }
  }
}

/** What lies at the end of `path`, or undefined. */
export function nodeAt(node: TreeNode, path: readonly Step[]): TreeNode | undefined {
  let at: TreeNode | undefined = node
  for (const step of path) at = at === undefined ? undefined : child(at, step)
  return at
}

/** The place of the deepest part of `path` that exists: its key where it is in a map, else the value. */
export function placeAt(node: TreeNode, path: readonly Step[]): Place {
  let at = node
  let place = node.place
  for (const step of path) {
    const next = child(at, step)
    if (next === undefined) return place
    place = at.kind === 'map' ? at.entries.get(String(step))!.keyPlace : next.place
    at = next
  }
  return place
}

/** The same tree with another node at `path`; `undefined` takes the entry away. A path that leads nowhere is ignored. */
export function replaceAt(node: TreeNode, path: readonly Step[], by: TreeNode | undefined): TreeNode {
  const [step, ...rest] = path
  if (step === undefined) return by ?? node
  const old = child(node, step)
  if (old === undefined) return node
  const next = rest.length === 0 ? by : replaceAt(old, rest, by)
  if (node.kind === 'list') {
    return { ...node, items: node.items.flatMap((item, i) => (i !== step ? [item] : next === undefined ? [] : [next])) }
  }
  if (node.kind === 'scalar') return node
  const entries = new Map(node.entries)
  if (next === undefined) entries.delete(String(step))
  else entries.set(String(step), { ...entries.get(String(step))!, node: next })
  return { ...node, entries }
}

/** The same tree as if all of it were written at one place. */
export function movedTo(node: TreeNode, place: Place): TreeNode {
  if (node.kind === 'scalar') return { ...node, place }
  if (node.kind === 'list') return { ...node, place, items: node.items.map((item) => movedTo(item, place)) }
  const entries = new Map<string, MapEntry>()
  for (const [key, entry] of node.entries) entries.set(key, { keyPlace: place, node: movedTo(entry.node, place) })
  return { ...node, place, entries }
}

function child(node: TreeNode, step: Step): TreeNode | undefined {
  if (node.kind === 'map') return node.entries.get(String(step))?.node
  if (node.kind === 'list') return typeof step === 'number' ? node.items[step] : undefined
  return undefined
}

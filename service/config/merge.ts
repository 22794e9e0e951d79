import type { MapEntry, MapNode, TreeNode } from './tree.ts'

/**
 * Lays one configuration over another: maps are joined key by key, everything else (lists, scalars, null) replaces
 * what was there. So a later `batch:` without a value puts the batch processor back to its defaults.
 */
export function mergeMaps(under: MapNode, over: MapNode): MapNode {
  const entries = new Map(under.entries)
  for (const [key, entry] of over.entries) {
    const old = entries.get(key)
    entries.set(key, old === undefined ? entry : { keyPlace: entry.keyPlace, node: mergeNodes(old.node, entry.node) })
  }
  return { kind: 'map', place: over.entries.size > 0 ? over.place : under.place, entries }
}

function mergeNodes(under: TreeNode, over: TreeNode): TreeNode {
  return under.kind === 'map' && over.kind === 'map' ? mergeMaps(under, over) : over
}

/** Opens keys that are written as a path, `processors::batch::timeout: 2s`, at the top of a source. */
export function openPaths(map: MapNode): MapNode {
  let opened: MapNode = { ...map, entries: new Map() }
  for (const [key, entry] of map.entries) opened = mergeMaps(opened, nested(key.split('::'), entry, map))
  return { ...opened, place: map.place }
}

function nested(keys: readonly string[], entry: MapEntry, map: MapNode): MapNode {
  const [first, ...rest] = keys
  const node = rest.length === 0 ? entry.node : nested(rest, entry, map)
  return { kind: 'map', place: map.place, entries: new Map([[first!, { keyPlace: entry.keyPlace, node }]]) }
}

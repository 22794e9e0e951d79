import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mergeMaps, openPaths } from '../../../service/config/merge.ts'
import type { MapNode, Place, TreeNode } from '../../../service/config/tree.ts'
import { emptyMap, plain } from '../../../service/config/tree.ts'

const place: Place = { file: 'f', line: 1, column: 1 }

function treeOf(data: unknown): TreeNode {
  if (Array.isArray(data)) return { kind: 'list', place, items: data.map(treeOf) }
  if (typeof data === 'object' && data !== null) {
    const entries = Object.entries(data).map(([key, value]) => [key, { keyPlace: place, node: treeOf(value) }] as const)
    return { kind: 'map', place, entries: new Map(entries) }
  }
  return { kind: 'scalar', place, value: data as string }
}

const mapOf = (data: object) => treeOf(data) as MapNode
const key = fc.constantFrom('a', 'b', 'c')
const { tree: anyTree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, 1, 'x', true),
    fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
  ),
}))
const anyMap = fc.dictionary(key, anyTree, { maxKeys: 3 }).map(mapOf)

/** Maps in which a key is a map everywhere or nowhere. */
const { tree: agreeing } = fc.letrec<{ tree: object }>((tie) => ({
  tree: fc.record(
    {
      leaf: fc.constantFrom<unknown>(null, 1, 'x', [1, 2], []),
      other: fc.constantFrom<unknown>(true, 'y'),
      branch: fc.option(tie('tree'), { maxDepth: 2, nil: {} }),
    },
    { requiredKeys: [] },
  ),
}))

test('[C5] merging is associative where all agree on what is a map', () => {
  const map = agreeing.map(mapOf)
  fc.assert(
    fc.property(map, map, map, (a, b, c) => {
      assert.deepEqual(plain(mergeMaps(mergeMaps(a, b), c)), plain(mergeMaps(a, mergeMaps(b, c))))
    }),
  )
})

test('[C5] laying nothing, or the same again, over changes nothing', () => {
  fc.assert(
    fc.property(anyMap, (a) => {
      assert.deepEqual(plain(mergeMaps(a, emptyMap(place))), plain(a))
      assert.deepEqual(plain(mergeMaps(emptyMap(place), a)), plain(a))
      assert.deepEqual(plain(mergeMaps(a, a)), plain(a))
    }),
  )
})

test('[C5] at every path the upper layer decides unless both are maps', () => {
  fc.assert(
    fc.property(anyMap, anyMap, (under, over) => {
      const merged = mergeMaps(under, over)
      for (const [name, { node }] of over.entries) {
        const below = under.entries.get(name)?.node
        const result = merged.entries.get(name)!.node
        if (node.kind !== 'map' || below?.kind !== 'map') assert.deepEqual(plain(result), plain(node))
      }
      for (const name of under.entries.keys()) assert.ok(merged.entries.has(name), 'nothing is lost')
    }),
  )
})

test('[C5] maps join, lists replace, null puts back to nothing', () => {
  const under = mapOf({ processors: { batch: { size: 1, list: [1, 2] }, other: null }, x: [1, 2] })
  const over = mapOf({ processors: { batch: { list: [3] } }, x: [] })
  assert.deepEqual(plain(mergeMaps(under, over)), {
    processors: { batch: { size: 1, list: [3] }, other: null },
    x: [],
  })
  const reset = mapOf({ processors: { batch: null } })
  assert.deepEqual(plain(mergeMaps(under, reset)), { processors: { batch: null, other: null }, x: [1, 2] })
})

test('[C5] keys written as paths are opened', () => {
  const opened = openPaths(mapOf({ 'processors::batch::timeout': '2s', processors: { batch: { size: 3 } } }))
  assert.deepEqual(plain(opened), { processors: { batch: { timeout: '2s', size: 3 } } })
})

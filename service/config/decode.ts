/**
 * From a tree to a configuration, by a zod schema.
 *
 * YAML has types and expansions blur them: `${env:PORT}` may be a number where the schema wants text. So the schema
 * decides: it is asked first with the typed values, and where it wanted text and an expansion was there, it is asked
 * again with the text. An explicit null where the schema has no use for one means "as if not written".
 */

import type { z } from 'zod'
import type { Issue } from './issue.ts'
import { describe, type ZodIssue } from './schema_issue.ts'
import { nodeAt, plain, replaceAt, type Step, type TreeNode } from './tree.ts'

/** Schemas with several layers reveal what they want layer by layer; ten layers are plenty. */
const ROUNDS_MAX = 10

/** A value that can be trusted, or everything that is wrong with it. */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly Issue[] }

/**
 * @param root whole configuration: issues tell places and paths in it.
 * @param path where in `root` the value to decode lies; it may be absent.
 */
export function decode<T>(schema: z.ZodType<T>, root: TreeNode, path: readonly Step[]): Decoded<T> {
  let tree = nodeAt(root, path)
  for (let round = 0; ; round++) {
    const result = schema.safeParse(tree === undefined ? undefined : plain(tree))
    if (result.success) return { ok: true, value: result.data }
    const issues = result.error.issues as readonly ZodIssue[]
    const adapted = tree === undefined || round === ROUNDS_MAX ? tree : adapt(tree, issues)
    if (adapted === tree) return { ok: false, issues: issues.flatMap((issue) => describe(issue, schema, root, path)) }
    tree = adapted
  }
}

function adapt(tree: TreeNode, issues: readonly ZodIssue[]): TreeNode {
  let adapted = tree
  for (const { path, expected } of flatten(issues, [])) {
    const node = nodeAt(adapted, path)
    if (node === undefined) continue
    if (expected === 'string' && node.original !== undefined && !isText(node)) {
      adapted = replaceAt(adapted, path, { kind: 'scalar', value: node.original, place: node.place })
    } else if (node.kind === 'scalar' && node.value === null && typeof path.at(-1) === 'string') {
      adapted = replaceAt(adapted, path, undefined)
    }
  }
  return adapted
}

function isText(node: TreeNode): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string'
}

interface Wanted {
  readonly path: readonly Step[]
  readonly expected: string | undefined
}

/** Every place that an issue or one of its alternatives complains about. */
function flatten(issues: readonly ZodIssue[], under: readonly Step[]): readonly Wanted[] {
  return issues.flatMap((issue) => {
    const path = [...under, ...(issue.path as Step[])]
    if (issue.code === 'invalid_union') return flatten(issue.errors.flat() as readonly ZodIssue[], path)
    return [{ path, expected: issue.code === 'invalid_type' ? issue.expected : undefined }]
  })
}

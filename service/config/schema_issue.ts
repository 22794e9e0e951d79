/** What a zod schema found wrong, in words that say what would be right. */

import type { z } from 'zod'
import type { Issue } from './issue.ts'
import { fieldsAt } from './schema_fields.ts'
import { suggestion } from './suggest.ts'
import { nodeAt, placeAt, plain, type Step, type TreeNode } from './tree.ts'

/** An issue as zod tells it. */
export type ZodIssue = z.core.$ZodIssue

/**
 * The issues of ours that one of zod's amounts to.
 * @param schema what was parsed, lying at `path` in `root`.
 */
export function describe(issue: ZodIssue, schema: z.ZodType, root: TreeNode, path: readonly Step[]): readonly Issue[] {
  const within = issue.path as Step[]
  const full = [...path, ...within]
  if (issue.code === 'unrecognized_keys') {
    const fields = fieldsAt(schema, within)
    return issue.keys.map((key) => unknownKey(key, fields, full, root))
  }
  if (issue.code === 'invalid_union') return describeUnion(issue, schema, root, path)
  const value = nodeAt(root, full)
  const place = value === undefined ? placeAt(root, full) : value.place
  return [{ place, path: full, ...sentence(issue, value) }]
}

function unknownKey(key: string, fields: readonly string[], parent: readonly Step[], root: TreeNode): Issue {
  const path = [...parent, key]
  const message = `'${parent.at(-1) ?? ''}' has invalid keys: ${key}`
  const hint = suggestion(key, fields)
  return { place: placeAt(root, path), path, message, ...(hint !== undefined && { hint }) }
}

/** Of several shapes that a value might have had, the complaints of the one it came nearest to. */
function describeUnion(
  issue: Extract<ZodIssue, { code: 'invalid_union' }>,
  schema: z.ZodType,
  root: TreeNode,
  path: readonly Step[],
): readonly Issue[] {
  const within = issue.path as Step[]
  const branches = issue.errors.map((branch) =>
    branch.map((inner) => ({ ...inner, path: [...within, ...(inner.path as Step[])] }) as ZodIssue),
  )
  const deepest = branches.filter((branch) =>
    branch.every((inner) => inner.path.length > within.length || inner.code === 'unrecognized_keys'),
  )
  const chosen = deepest.toSorted((a, b) => a.length - b.length)[0]
  if (chosen !== undefined) return chosen.flatMap((inner) => describe(inner, schema, root, path))
  const full = [...path, ...within]
  const value = nodeAt(root, full)
  const wanted = [...new Set(branches.flat().map((inner) => wantedBy(inner)))].filter((word) => word !== undefined)
  const message = wanted.length > 0 ? `expected ${wanted.join(' or ')}, got ${shown(value)}` : issue.message
  return [{ place: value === undefined ? placeAt(root, full) : value.place, path: full, message }]
}

function wantedBy(issue: ZodIssue): string | undefined {
  if (issue.code === 'invalid_type') return typeWord(issue.expected)
  if (issue.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(' or ')
  return issue.message === 'Invalid input' ? undefined : issue.message
}

/** zod's own words for its issues; anything else was written by whoever wrote the schema, and stays. */
const ZOD_WORDS = /^(?:Invalid|Too (?:small|big)|Unrecognized)/

function sentence(issue: ZodIssue, value: TreeNode | undefined): { message: string; hint?: string } {
  if (!ZOD_WORDS.test(issue.message)) return { message: issue.message }
  switch (issue.code) {
    case 'invalid_type':
      if (value === undefined) return { message: `is missing: expected ${typeWord(issue.expected)}` }
      return { message: `expected ${typeWord(issue.expected)}, got ${shown(value)}` }
    case 'invalid_value': {
      const known = issue.values.map(String)
      const written = value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
      const hint = written === undefined ? undefined : suggestion(written, known)
      const list = issue.values.map((one) => JSON.stringify(one)).join(', ')
      const message = `expected ${issue.values.length > 1 ? 'one of ' : ''}${list}, got ${shown(value)}`
      return hint?.startsWith('did you') ? { message, hint } : { message }
    }
    case 'too_small':
      return {
        message: `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${counted(issue.origin)}, got ${shown(value)}`,
      }
    case 'too_big':
      return {
        message: `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${counted(issue.origin)}, got ${shown(value)}`,
      }
    default:
      return { message: issue.message }
  }
}

function counted(origin: string): string {
  if (origin === 'string') return ' characters long'
  return origin === 'array' ? ' entries long' : ''
}

/** zod's word for a type, as one who writes YAML says it. */
function typeWord(expected: string): string {
  const words: Readonly<Record<string, string>> = {
    string: 'a string',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    object: 'a map',
    record: 'a map',
    array: 'a list',
    null: 'null',
  }
  return words[expected] ?? expected
}

function shown(node: TreeNode | undefined): string {
  if (node === undefined) return 'nothing'
  if (node.kind === 'map') return 'a map'
  if (node.kind === 'list') return 'a list'
  const text = JSON.stringify(plain(node)) ?? String(node.value)
  const cut = text.length > 60 ? `${text.slice(0, 59)}…` : text
  return node.value === null || typeof node.value === 'boolean' ? cut : `${typeof node.value} ${cut}`
}

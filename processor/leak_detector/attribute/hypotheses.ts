/**
 * What could drive the leak: one caller's calls of one operation, one operation whoever calls it, everything one
 * caller does, every call, or time alone.
 */

import type { Candidate } from './attribution.ts'

/** What may drive a leak: calls of some candidates (`members`, positions in the list), or time. */
export type Hypothesis =
  | { readonly kind: 'edge'; readonly members: readonly number[] }
  | { readonly kind: 'operation'; readonly members: readonly number[] }
  | { readonly kind: 'caller'; readonly members: readonly number[] }
  | { readonly kind: 'all'; readonly members: readonly number[] }
  | { readonly kind: 'time'; readonly members: readonly [] }

/**
 * The hypotheses that differ from one another, the narrower first.
 *
 * An edge is one caller's one operation of ours; edges that differ only in the caller's own operation are tried apart
 * and together.
 */
export function hypothesesOf(candidates: readonly Candidate[]): Hypothesis[] {
  const all = candidates.map((_, index) => index)
  const out: Hypothesis[] = all.map((index) => ({ kind: 'edge', members: [index] }))
  const seen = new Set(out.map((hypothesis) => hypothesis.members.join()))
  const add = (kind: 'edge' | 'operation' | 'caller' | 'all', members: readonly number[]): void => {
    const key = members.join()
    if (members.length === 0 || seen.has(key)) return
    seen.add(key)
    out.push({ kind, members })
  }
  for (const members of groups(candidates, (c) => JSON.stringify([c.callerService, c.operation]))) add('edge', members)
  for (const members of groups(candidates, (c) => c.operation)) add('operation', members)
  for (const members of groups(candidates, (c) => c.callerService)) add('caller', members)
  add('all', all)
  out.push({ kind: 'time', members: [] })
  return out
}

function groups(candidates: readonly Candidate[], keyOf: (candidate: Candidate) => string): number[][] {
  const byKey = new Map<string, number[]>()
  for (let i = 0; i < candidates.length; i++) {
    const key = keyOf(candidates[i]!)
    const members = byKey.get(key)
    if (members === undefined) byKey.set(key, [i])
    else members.push(i)
  }
  return [...byKey.values()]
}

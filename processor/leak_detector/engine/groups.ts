/** What is judged together: one resource of one service, over all of its running copies. */

import type { LeakResource } from '../detect/evidence.ts'
import type { Instance, Limit } from './entities.ts'
import { type Owner, ownersOf } from './owners.ts'
import type { SourceSeries } from './series.ts'
import type { EngineState } from './state.ts'

/** One resource of one service, or of one of its containers. */
export interface Group {
  readonly namespace: string
  readonly service: string
  readonly container: string
  readonly resource: LeakResource
  readonly members: readonly Member[]
}

/** One running copy's part in a group. */
export interface Member {
  readonly owner: Owner
  /** Series by metric: the components of one metric are summed. */
  readonly metrics: ReadonlyMap<string, readonly SourceSeries[]>
}

/** All groups, in the order of their names. */
export function groupsOf(state: EngineState): readonly Group[] {
  const groups = new Map<string, Group & { readonly members: Member[] }>()
  for (const owner of ownersOf(state)) {
    for (const [resource, metrics] of levelsOf(state, owner)) {
      const { namespace, service, container } = owner
      const key = [namespace, service, container, resource].join('\u0000')
      const group = groups.get(key) ?? { namespace, service, container, resource, members: [] }
      group.members.push({ owner, metrics })
      groups.set(key, group)
    }
  }
  const ordered = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
  for (const { members } of ordered) members.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  return ordered
}

/** What tells running copies of one service apart, in order and in findings. */
export function nameOf({ owner }: Member): string {
  return owner.instance.text
}

/** The series that tell a level of a copy, by resource and metric. */
export function levelsOf({ series }: EngineState, owner: Owner): Map<LeakResource, Map<string, SourceSeries[]>> {
  const byResource = new Map<LeakResource, Map<string, SourceSeries[]>>()
  for (const part of owner.parts) {
    for (const id of part.series) {
      const source = series.get(id)
      if (source.kind !== 'source' || source.metric.role.kind !== 'level') continue
      const metrics = byResource.get(source.metric.role.resource) ?? new Map<string, SourceSeries[]>()
      metrics.set(source.metric.name, [...(metrics.get(source.metric.name) ?? []), source])
      byResource.set(source.metric.role.resource, metrics)
    }
  }
  return byResource
}

/** A metric must have been heard in so many of the newest steps to be the one that is watched. */
export const HEARD_STEPS = 15

/**
 * The metric that is watched: of those that at least half of the living copies send, the one nearest to the allocator.
 * Undefined when no copy lives.
 */
export function watchedMetric(state: EngineState, { members }: Group): string | undefined {
  const senders = new Map<string, { readonly name: string; readonly rank: number; copies: number }>()
  let living = 0
  for (const { metrics } of members) {
    let isLiving = false
    for (const sources of metrics.values()) {
      if (!sources.some((source) => isHeard(state, source))) continue
      isLiving = true
      const { name } = sources[0]!.metric
      const known = senders.get(name)
      if (known === undefined) senders.set(name, { name, rank: rankOf(sources[0]!), copies: 1 })
      else known.copies += 1
    }
    if (isLiving) living += 1
  }
  let best: { readonly name: string; readonly rank: number } | undefined
  for (const sender of senders.values()) {
    if (sender.copies * 2 >= living && sender.rank < (best?.rank ?? Number.POSITIVE_INFINITY)) best = sender
  }
  return best?.name
}

/** The nearer to the allocator, the lower. */
export function rankOf({ metric: { role } }: SourceSeries): number {
  return role.kind === 'level' ? role.rank : 0
}

/** The copies that ever sent this metric. */
export function sendersOf({ members }: Group, metric: string): readonly Member[] {
  return members.filter((member) => member.metrics.has(metric))
}

/** Those of them that sent it lately; all when none has. What is gone grows no more. */
export function livingOf(state: EngineState, senders: readonly Member[], metric: string): readonly Member[] {
  const living = senders.filter(({ metrics }) => metrics.get(metric)!.some((source) => isHeard(state, source)))
  return living.length > 0 ? living : senders
}

function isHeard({ tensor, closedStep }: EngineState, source: SourceSeries): boolean {
  return tensor.lastStep(source.id) > closedStep - HEARD_STEPS
}

/** The least limit that any source tells for the resource of a copy. */
export function limitOf(member: Member, resource: LeakResource): Limit | undefined {
  const limits = member.owner.parts.flatMap((part: Instance) => {
    const own = part.limits.get(resource)
    return own === undefined ? [] : [own]
  })
  return limits.sort((a, b) => a.value - b.value)[0]
}

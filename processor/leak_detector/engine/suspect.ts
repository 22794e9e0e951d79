/** What detection and attribution say of one group, put together for the ledger. */

import { type AssessContext, assess } from '../detect/assess.ts'
import { assessByAge } from '../detect/by_age.ts'
import type { Growth, LeakResource, SeriesWindow, Verdict } from '../detect/evidence.ts'
import type { Suspicion } from '../finding/suspicion.ts'
import { blameOf } from './blame.ts'
import { ceilingOf } from './ceilings.ts'
import { type Group, limitOf, livingOf, type Member, nameOf, sendersOf } from './groups.ts'
import { attributesOf } from './owners.ts'
import type { EngineState } from './state.ts'
import { windowsOf } from './windows.ts'

/** A group looked at properly. `isOpen`: a finding on it is open. */
export function suspect(state: EngineState, group: Group, metric: string, isOpen: boolean): Suspicion {
  const said = suspectBy(state, group, metric, isOpen)
  const { verdict } = said
  if (verdict.kind !== 'explained' || !verdict.reasons.includes('collection_cycle')) return said
  // What was left after collections knows better than what is in use between them.
  const after = afterCollection(group, metric)
  const second = after === undefined ? said : suspectBy(state, group, after, isOpen)
  return second.verdict.kind === 'growing' ? second : said
}

/** Another metric of the same heap, told as it was after a collection. */
function afterCollection({ members }: Group, metric: string): string | undefined {
  const names = members.flatMap(({ metrics }) => [...metrics.keys()])
  return names.find((name) => name !== metric && AFTER_COLLECTION.test(name))
}

function suspectBy(state: EngineState, group: Group, metric: string, isOpen: boolean): Suspicion {
  const senders = sendersOf(group, metric)
  const living = livingOf(state, senders, metric)
  const context = contextOf(state, group, metric, isOpen, living)
  const byAge = livesShort(group)
  const windows = new Map((byAge ? senders : living).map((member) => [member, windowsOf(state, member, metric)]))
  const aged = byAge ? assessByAge([...windows.values()].flat(), context) : undefined
  const members = aged === undefined ? living : senders
  const looked = members.flatMap((member) => windows.get(member)!)
  const verdict = aged ?? assess(looked, context)
  return {
    ...subjectOf(state, group),
    atMs: context.nowMs,
    sourceMetric: metric,
    unit: living[0]!.metrics.get(metric)![0]!.metric.unit,
    verdict,
    ...(verdict.kind === 'growing' ? grown(state, group, members, metric, verdict.growth, looked) : calm(living)),
  }
}

function contextOf(
  state: EngineState,
  group: Group,
  metric: string,
  open: boolean,
  members: readonly Member[],
): AssessContext {
  const { closedStep, settings } = state
  const limits = new Map<string, number>()
  const ceilings = new Map<string, number>()
  for (const member of members) {
    const limit = limitOf(member, group.resource)?.value
    if (limit !== undefined) limits.set(nameOf(member), limit)
    const ceiling = group.resource === 'heap' ? ceilingOf(state, member, member.metrics.get(metric)!) : undefined
    if (ceiling !== undefined) ceilings.set(nameOf(member), ceiling)
  }
  const nowMs = (closedStep + 1) * settings.stepMs
  return { nowMs, kind: kindOf(group, metric), settings: settings.detect, open, limits, ceilings }
}

/** So many copies, or lives of one copy, are remembered that they may be put over each other by age. */
export function livesShort({ members }: Group): boolean {
  let lives = 0
  for (const { owner } of members) lives += 1 + Math.max(...owner.parts.map(({ cuts }) => cuts.length))
  return lives >= LIVES_MIN
}

const LIVES_MIN = 6

/** A group that needs no look: said only of what the ledger follows. */
export function quietSuspicion(state: EngineState, group: Group, metric: string, verdict: Verdict): Suspicion {
  const members = sendersOf(group, metric)
  return {
    ...subjectOf(state, group),
    atMs: (state.closedStep + 1) * state.settings.stepMs,
    sourceMetric: metric,
    unit: members[0]?.metrics.get(metric)?.[0]?.metric.unit ?? 'By',
    verdict,
    ...calm(members.length > 0 ? members : group.members),
  }
}

function subjectOf({ settings }: EngineState, { namespace, service, container, resource }: Group) {
  return { cluster: settings.cluster, namespace, service, container, resource }
}

/** Metrics that are read just after a collection, or are a collector's own target: no sawtooth in them. */
const AFTER_COLLECTION = /after_last_gc|last_collection|gc\.goal/

function kindOf({ resource }: Group, metric: string): AssessContext['kind'] {
  const items = resource !== 'memory' && resource !== 'heap' && resource !== 'native'
  return { items, heap: resource === 'heap', collected: resource === 'heap' && !AFTER_COLLECTION.test(metric) }
}

type Rest = Pick<
  Suspicion,
  | 'attribution'
  | 'limit'
  | 'version'
  | 'previousVersion'
  | 'exhaustions'
  | 'restartMs'
  | 'role'
  | 'propagationPath'
  | 'exemplarTraceIds'
  | 'resourceJson'
>

function calm(members: readonly Member[]): Rest {
  return {
    version: newest(members).version,
    exhaustions: 0,
    role: 'source',
    propagationPath: [],
    exemplarTraceIds: [],
    resourceJson: resourceOf(members),
  }
}

function grown(
  state: EngineState,
  { resource }: Group,
  members: readonly Member[],
  metric: string,
  growth: Growth,
  windows: readonly SeriesWindow[],
): Rest {
  const affected = members.filter((member) => growth.affectedInstances.includes(nameOf(member)))
  const limit = affected.map((member) => limitOf(member, resource)).find((one) => one !== undefined)
  // Copies that do not grow would speak against every call.
  const blame = blameOf(state, affected.length > 0 ? affected : members, metric, growth.onsetMs.value, windows)
  const restartMs = lastRestart(state, affected)
  const version = newest(affected).version
  const previousVersion = versionBefore(state, affected, growth)
  return {
    ...(blame && { attribution: blame.attribution }),
    ...(limit && { limit }),
    version,
    ...(previousVersion !== undefined && { previousVersion }),
    exhaustions: exhaustionsOf(affected, resource, windows, growth),
    ...(restartMs !== undefined && { restartMs }),
    role: 'source',
    propagationPath: [],
    exemplarTraceIds: blame?.exemplars ?? [],
    resourceJson: resourceOf(affected),
  }
}

function newest(members: readonly Member[]) {
  return members.map(({ owner }) => owner.instance).toSorted((a, b) => b.lastSeenMs - a.lastSeenMs)[0]!
}

/** Start of the newest life among the copies; undefined when none has begun since we look. */
function lastRestart({ settings, firstStep }: EngineState, members: readonly Member[]): number | undefined {
  const starts = members.flatMap(({ owner }) =>
    owner.parts.flatMap(({ startMs, firstSeenMs, cuts }) => {
      const appeared = firstSeenMs > (firstStep + 2) * settings.stepMs ? firstSeenMs : 0
      return [startMs, appeared, (cuts.at(-1) ?? 0) * settings.stepMs]
    }),
  )
  const latest = Math.max(0, ...starts)
  return latest > 0 ? latest : undefined
}

/** The version before the one that the growth came with; undefined when it did not come with a version. */
function versionBefore(state: EngineState, members: readonly Member[], growth: Growth): string | undefined {
  const { service, version } = newest(members)
  if (service < 0 || version === '') return undefined
  const { versions } = state.entities.service(service)
  const at = versions.findIndex((known) => known.version === version)
  const isRollOut = at > 0 && versions[at]!.firstSeenMs <= growth.onsetMs.high
  return isRollOut ? versions[at - 1]!.version : undefined
}

/** Used up to this share, a limit counts as hit when the process then begins anew. */
const EXHAUSTED_SHARE = 0.9

function exhaustionsOf(
  members: readonly Member[],
  resource: LeakResource,
  windows: readonly SeriesWindow[],
  growth: Growth,
): number {
  let count = 0
  for (const member of members) {
    const limit = limitOf(member, resource)
    const window = windows.find(({ instance }) => instance === nameOf(member))
    if (limit === undefined || window === undefined) continue
    for (const cut of window.cuts) {
      const before = window.mean.subarray(0, cut).findLast((value) => !Number.isNaN(value))
      const isAfterOnset = window.startMs + cut * window.stepMs > growth.onsetMs.low
      if (isAfterOnset && before !== undefined && before >= EXHAUSTED_SHARE * limit.value) count += 1
    }
  }
  return count
}

/** Keys that tell copies of one service apart: left out when a finding speaks of several. */
const INSTANCE_KEY =
  /^(service\.instance\.id|process\..*|host\..*|container\.id|k8s\.pod\..*|k8s\.node\..*|k8s\.container\.restart_count)$/

/** The copies' own resource, without what is not theirs in common. */
function resourceOf(members: readonly Member[]): string {
  const json = newest(members).resourceJson
  if (members.length === 1) return json
  const kept = [...attributesOf(json)].filter(([key]) => !INSTANCE_KEY.test(key))
  return JSON.stringify({ attributes: kept.map(([key, stringValue]) => ({ key, value: { stringValue } })) })
}

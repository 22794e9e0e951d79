/** What really happened in a run: counted while the shop lives, not taken from its plan. */
import type { TrueLeak } from '../case.ts'
import type { LeakPlan, ServicePlan, ShopPlan } from './plan.ts'
import { residentBytes } from './resident.ts'
import { type Copy, moments } from './run.ts'

/** What is known of one leak while the shop lives. */
interface Track {
  readonly service: string
  readonly plan: LeakPlan
  /** By process: what it had kept when the leak began, and when last seen. */
  readonly kept: Map<string, { fromMs: number; from: number; toMs: number; to: number }>
  exhaustMs: number
  /** Of the process nearest to its limit at the end. */
  roomAtEnd: number
}

/** The leaks of a plan with their measured rates and the time they run out. */
export function leaksOf(plan: ShopPlan): readonly TrueLeak[] {
  const tracks: Track[] = plan.services.flatMap(({ name, leaks }) =>
    leaks.map((leak) => ({
      service: name,
      plan: leak,
      kept: new Map(),
      exhaustMs: Number.NaN,
      roomAtEnd: Number.POSITIVE_INFINITY,
    })),
  )
  if (tracks.length === 0) return []
  for (const { atMs, copies } of moments(plan)) {
    for (const track of tracks) {
      if (atMs < track.plan.onsetMs || atMs > track.plan.untilMs) continue
      track.roomAtEnd = Number.POSITIVE_INFINITY
      for (const copy of copies) if (copy.service.name === track.service) follow(track, copy, atMs)
    }
  }
  for (const track of tracks) if (Number.isNaN(track.exhaustMs)) lookAhead(plan, track)
  return tracks.map(told)
}

/** Longest that a shop is lived on after the end of its run to see when the limit is reached. */
const AHEAD_MS = 12 * 86_400_000

/** The leaking service lives its life again alone, in coarser steps, until it is full; beyond that the rate is taken as steady. */
function lookAhead(plan: ShopPlan, track: Track): void {
  const service = plan.services.find(({ name }) => name === track.service)!
  if (track.plan.untilMs < plan.endMs || roomless(service)) return
  const endMs = plan.endMs + AHEAD_MS
  const lives = service.lives.map((life) => (life.endMs === plan.endMs ? { ...life, endMs } : life))
  const alone = { ...service, lives, leaks: [track.plan] }
  const stepMs = Math.max(plan.stepMs, 300_000)
  for (const { atMs, copies } of moments({ ...plan, endMs, stepMs, services: [alone] })) {
    if (atMs < plan.endMs) continue
    if (!copies.some((copy) => roomOf(copy, track.plan) <= 0)) continue
    track.exhaustMs = atMs
    return
  }
}

function roomless({ heapLimitBytes, containerLimitBytes }: ServicePlan): boolean {
  return heapLimitBytes === 0 && containerLimitBytes === 0
}

function follow(track: Track, copy: Copy, atMs: number): void {
  const leaked = copy.leaked[copy.service.leaks.indexOf(track.plan)]!
  const known = track.kept.get(copy.instance)
  if (known === undefined) track.kept.set(copy.instance, { fromMs: atMs, from: leaked, toMs: atMs, to: leaked })
  else Object.assign(known, { toMs: atMs, to: leaked })
  const room = roomOf(copy, track.plan)
  if (leaked > 0) track.roomAtEnd = Math.min(track.roomAtEnd, room)
  if (room <= 0 && Number.isNaN(track.exhaustMs)) track.exhaustMs = atMs
}

/** Bytes to the limit that the leak reaches first. */
function roomOf(copy: Copy, { level }: LeakPlan): number {
  if (level !== 'live' && level !== 'native') return Number.POSITIVE_INFINITY
  const { heapLimitBytes, containerLimitBytes } = copy.service
  const inHeap = level === 'live' && heapLimitBytes > 0 ? heapLimitBytes - copy.levels.live : Number.POSITIVE_INFINITY
  return Math.min(
    inHeap,
    containerLimitBytes > 0 ? containerLimitBytes - residentBytes(copy) : Number.POSITIVE_INFINITY,
  )
}

function told({ service, plan, kept, exhaustMs, roomAtEnd }: Track): TrueLeak {
  const leaking = [...kept.values()].filter(({ from, to, fromMs, toMs }) => to > from && toMs > fromMs)
  const grown = leaking.reduce((sum, { from, to }) => sum + to - from, 0)
  const seconds = leaking.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / 1000, 0)
  const perSecond = seconds > 0 ? grown / seconds : 0
  const endMs = Math.max(...leaking.map(({ toMs }) => toMs))
  const ahead = Number.isNaN(exhaustMs) ? endMs + (roomAtEnd / perSecond) * 1000 : exhaustMs
  const { resources, onsetMs, untilMs, kind, culprit, identifiable } = plan
  return {
    service,
    resources,
    onsetMs,
    untilMs,
    perSecond,
    kind,
    identifiable,
    ...(culprit !== undefined && { culprit }),
    ...(Number.isFinite(ahead) && { exhaustMs: ahead }),
  }
}

/** What really happened in a run: counted while the shop lives, not taken from its plan. */
import type { TrueLeak } from '../case.ts'
import type { LeakPlan, ShopPlan } from './plan.ts'
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
  return tracks.map(told)
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
function roomOf({ service, levels, heap }: Copy, { level }: LeakPlan): number {
  if (level !== 'live' && level !== 'native') return Number.POSITIVE_INFINITY
  const { heapLimitBytes, containerLimitBytes } = service
  const inHeap = level === 'live' && heapLimitBytes > 0 ? heapLimitBytes - levels.live : Number.POSITIVE_INFINITY
  const held = Math.max(heap.committedBytes, levels.live) + levels.native
  return Math.min(inHeap, containerLimitBytes > 0 ? containerLimitBytes - held : Number.POSITIVE_INFINITY)
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

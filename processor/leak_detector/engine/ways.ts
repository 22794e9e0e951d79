/** The ways in which one operation calls another, and how often each was taken. */

import { createRoster, type Roster } from '../batch/roster.ts'
import { IDLE_STEPS } from './entities.ts'

/** A caller's operation calls a callee's operation. Services and operations are the engine's numbers. */
export interface Way {
  readonly id: number
  /** Number of the calling service; -1 for traffic from outside. */
  readonly caller: number
  readonly callerOperation: number
  readonly callee: number
  readonly calleeOperation: number
  /** An `EDGE_KIND`. */
  readonly kind: number
  /** Since it was first seen. */
  calls: number
  /** Spans that told of them since. */
  spans: number
  errors: number
  durationUs: number
  firstStep: number
  lastStep: number
  /** In its newest step. */
  stepCalls: number
  /** Newest trace ids, oldest first. */
  readonly exemplars: string[]
}

/** Trace ids kept of one way. */
export const EXEMPLARS_MAX = 5

/** All ways, bounded. */
export interface Ways {
  readonly roster: Roster<string>
  get(id: number): Way
  admit(key: WayKey, step: number): Way | undefined
  each(): Iterable<Way>
}

/** What tells one way from another. */
export type WayKey = Pick<Way, 'caller' | 'callerOperation' | 'callee' | 'calleeOperation' | 'kind'>

/** @param max ways kept at the same time. */
export function createWays(max: number): Ways {
  const all: (Way | undefined)[] = []
  const roster = createRoster<string>({ max, idleSteps: IDLE_STEPS }, (id) => {
    all[id] = undefined
  })
  return {
    roster,
    get: (id) => all[id]!,
    admit(key, step) {
      const { caller, callerOperation, callee, calleeOperation, kind } = key
      const id = roster.admit(`${caller} ${callerOperation} ${callee} ${calleeOperation} ${kind}`, step)
      if (id < 0) return undefined
      const nothing = { calls: 0, spans: 0, errors: 0, durationUs: 0, stepCalls: 0, firstStep: step, lastStep: step }
      all[id] ??= { id, caller, callerOperation, callee, calleeOperation, kind, ...nothing, exemplars: [] }
      return all[id]
    },
    *each() {
      for (const way of all) if (way !== undefined) yield way
    },
  }
}

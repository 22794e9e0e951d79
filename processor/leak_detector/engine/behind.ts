/**
 * Senders whose clock is behind everybody's. What they send always comes after its step was closed, so nothing of them
 * would ever be seen: a pod on a host that lost its time server, an exporter that holds data back for minutes. They are
 * read as if their clock were right: their times are moved on by the whole steps that they are late.
 *
 * Being late once is no reason: a queue that is drained after an outage is late and catches up. Moved is who was late
 * by about as many steps each time he was heard over several closed steps; and no longer, once he is in time again.
 */

import type { Batch } from '../batch/batch.ts'
import { NOBODY } from '../graph/pairing.ts'
import { AHEAD_MS } from './watermark.ts'

/** Heard so often after each other, a step closed in between, until it is believed. */
const BELIEVED_AFTER = 3
/** By how many steps more or less it may be late from one time to the next. */
const STEADY_STEPS = 1

/** By how many steps the senders are behind. */
export interface Behind {
  /** A sender's newest step in a batch, as its own clock has it. @param closedStep newest closed step by then. */
  hear(sender: number, newestStep: number, closedStep: number): void
  /** Steps by which its times are moved on. */
  stepsOf(sender: number): number
  forget(sender: number): void
  /** Senders that are moved. */
  readonly count: number
}

interface Hearing {
  shift: number
  /** Times in a row that it was later than `shift` allows, and by how many steps at most; or in time without it. */
  late: number
  lateSteps: number
  inTime: number
  newestStep: number
  closedStep: number
}

/** Nobody is behind yet. @param stepMs who is later than a wrong clock may be is not followed. */
export function createBehind(stepMs: number): Behind {
  const senders = new Map<number, Hearing>()
  const farthest = Math.max(1, Math.floor(AHEAD_MS / stepMs))
  return {
    get count() {
      let count = 0
      for (const { shift } of senders.values()) if (shift > 0) count += 1
      return count
    },
    stepsOf: (sender) => senders.get(sender)?.shift ?? 0,
    forget: (sender) => senders.delete(sender),
    hear(sender, newestStep, closedStep) {
      const late = Number.isFinite(closedStep) ? Math.max(0, closedStep + 1 - newestStep) : 0
      const known = senders.get(sender)
      if (known === undefined && late === 0) return
      const hearing = known ?? { shift: 0, late: 0, lateSteps: 0, inTime: 0, newestStep: -1, closedStep: -1 }
      if (known === undefined) senders.set(sender, hearing)
      if (newestStep <= hearing.newestStep || closedStep <= hearing.closedStep || late > farthest) return
      hearing.newestStep = newestStep
      hearing.closedStep = closedStep
      judge(hearing, late)
      if (hearing.shift === 0 && hearing.late === 0) senders.delete(sender)
    },
  }
}

function judge(hearing: Hearing, late: number): void {
  const isLater = late > hearing.shift
  const isSteady = hearing.late === 0 || Math.abs(late - hearing.lateSteps) <= STEADY_STEPS
  hearing.late = isLater ? (isSteady ? hearing.late + 1 : 1) : 0
  hearing.lateSteps = isLater ? (isSteady ? Math.max(late, hearing.lateSteps) : late) : 0
  hearing.inTime = late === 0 && hearing.shift > 0 ? hearing.inTime + 1 : 0
  if (hearing.late >= BELIEVED_AFTER) Object.assign(hearing, { shift: hearing.lateSteps, late: 0, lateSteps: 0 })
  if (hearing.inTime >= BELIEVED_AFTER) Object.assign(hearing, { shift: 0, inTime: 0 })
}

/**
 * The batch with the times of those who are behind moved on; itself when nobody in it is.
 *
 * @param instances engine's number of each instance row.
 */
export function movedOn(batch: Batch, instances: Uint32Array, behind: Behind, stepMs: number): Batch {
  const byRow = Float64Array.from(instances, (sender) => (sender === NOBODY ? 0 : behind.stepsOf(sender) * stepMs))
  if (byRow.every((ms) => ms === 0)) return batch
  const { spans, windows } = batch
  const moved = (times: Float64Array, rows: Uint32Array) => times.map((ms, at) => ms + byRow[rows[at]!]!)
  return {
    ...batch,
    windows: { ...windows, windowMs: moved(windows.windowMs, windows.instance) },
    spans: {
      ...spans,
      startMs: moved(spans.startMs, spans.instance),
      endMs: moved(spans.endMs, spans.instance),
    },
  }
}

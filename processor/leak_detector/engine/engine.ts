/**
 * The engine: batches in, findings out, by the data's own clock.
 *
 * It never asks what time it is. Data moves a watermark; when the watermark has passed a step by the lateness that is
 * allowed, the step is closed: its cells go into the tensor, its calls into the graph, every series is looked at, and
 * the ledger decides what is worth telling. The same batches in any order within a step give the same findings.
 */

import assert from 'node:assert/strict'
import type { Batch } from '../batch/batch.ts'
import { decodeBatch } from '../batch/codec.ts'
import type { FindingEvent } from '../finding/finding.ts'
import { createLedger, type Ledger } from '../finding/ledger.ts'
import { foldStep } from './fold.ts'
import { createLookout, lookAt } from './look.ts'
import { mergeBatch } from './merge.ts'
import { recordCall } from './record_call.ts'
import { type EngineSettings, engineDefaults } from './settings.ts'
import { createState, type EngineCounts, type EngineState } from './state.ts'

/** Batches in, finding events out. */
export interface Engine {
  readonly settings: EngineSettings
  /** Takes a batch in, as it is or encoded. Bytes that are no batch are counted and answered with false. */
  merge(batch: Batch | Uint8Array): boolean
  /** The newest time that the data agree on: what `advance` goes by. -Infinity before there is any. */
  readonly heardMs: number
  /**
   * Closes every step whose time is up and tells what changed.
   * @param untilMs goes no further than this: for who knows that older data is still on its way.
   */
  advance(untilMs?: number): readonly FindingEvent[]
  /** The data has ended: closes everything up to the newest time that was agreed on. */
  flush(): readonly FindingEvent[]
  /** What has been found: for everything that is told of findings. */
  readonly ledger: Ledger
  gauges(): EngineGauges
  readonly counts: Readonly<EngineCounts>
  /** What it knows, for graphs, pages and tests; not to be changed by anyone else. */
  readonly state: Readonly<EngineState>
}

/** How full it is. */
export interface EngineGauges {
  readonly watermarkMs: number
  readonly series: number
  readonly instances: number
  readonly services: number
  readonly edges: number
  readonly names: number
  readonly spansWaiting: number
  readonly tensorBytes: number
  /** Groups judged at the newest step, the others being plainly flat. */
  readonly judged: number
  readonly findings: number
  /** Members displaced and newcomers turned away, over all rosters. */
  readonly evicted: number
  readonly refused: number
  /** Batches in which some sender's clock was far ahead. */
  readonly ahead: number
  /** Senders whose clock is behind, and whose times are moved on. */
  readonly behind: number
}

/** Gaps longer than this are stepped over: nothing is concluded from silence step by step for ever. */
const GAP_STEPS_MAX = 256

/** @param settings what differs from `engineDefaults(stepMs)`. */
export function createEngine(settings: Partial<EngineSettings> = {}): Engine {
  const full = { ...engineDefaults(settings.stepMs), ...settings }
  assert(full.waitMs <= full.latenessMs, 'a step is closed only after its spans have waited')
  const state = createState(full)
  const ledger = createLedger(full.ledger)
  const lookout = createLookout()

  function closeThrough(step: number): FindingEvent[] {
    const events: FindingEvent[] = []
    for (const next of stepsUpTo(state, step)) {
      foldStep(state, next)
      events.push(...ledger.step(lookAt(state, lookout, ledger), (next + 1) * full.stepMs))
    }
    return events
  }

  return {
    settings: full,
    counts: state.counts,
    state,
    ledger,
    gauges: () => gaugesOf(state, ledger, lookout.judged),
    get heardMs() {
      return state.watermark.ms
    },
    merge(batch) {
      const decoded = batch instanceof Uint8Array ? decodeBatch(batch) : { ok: true as const, batch }
      if (decoded.ok) mergeBatch(state, decoded.batch)
      else state.counts.malformed += 1
      return decoded.ok
    },
    advance(untilMs = Number.POSITIVE_INFINITY) {
      const { watermark, pairing } = state
      if (!watermark.isSettled) return []
      const nowMs = Math.min(watermark.ms, untilMs)
      pairing.advance(nowMs, (call) => recordCall(state, call))
      return closeThrough(Math.floor((nowMs - full.latenessMs) / full.stepMs) - 1)
    },
    flush() {
      if (!Number.isFinite(state.watermark.ms)) return []
      state.pairing.flush((call) => recordCall(state, call))
      return closeThrough(Math.floor(state.watermark.ms / full.stepMs))
    },
  }
}

/** Steps to close, in order, up to `last`; over a long silence only its end. */
function* stepsUpTo(state: EngineState, last: number): Generator<number> {
  if (state.closedStep === Number.NEGATIVE_INFINITY) {
    const first = Math.min(...state.open.keys())
    if (first > last) return
    state.firstStep = first
    state.closedStep = first - 1
  }
  while (state.closedStep < last) {
    const next = state.closedStep + 1
    if (last - next > GAP_STEPS_MAX && !state.open.has(next)) {
      const known = [...state.open.keys()].filter((step) => step > next)
      yield Math.min(last - GAP_STEPS_MAX, ...known)
    } else yield next
  }
}

function gaugesOf(state: EngineState, ledger: Ledger, judged: number): EngineGauges {
  const { entities, series, ways, names, pairing, tensor, watermark, behind } = state
  const rosters = [entities.services, entities.instances, series.roster, ways.roster]
  return {
    watermarkMs: watermark.ms,
    series: series.roster.size,
    instances: entities.instances.size,
    services: entities.services.size,
    edges: ways.roster.size,
    names: names.size,
    spansWaiting: pairing.waiting,
    tensorBytes: tensor.bytes,
    judged,
    findings: ledger.counts().live,
    evicted: rosters.reduce((sum, { counts }) => sum + counts.evicted, 0),
    refused: rosters.reduce((sum, { counts }) => sum + counts.refused, 0),
    ahead: watermark.ahead,
    behind: behind.count,
  }
}

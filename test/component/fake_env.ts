/**
 * A world for tests that stands still: time moves when the test says so, chance comes from a seed, what is logged and
 * measured can be read back.
 *
 * @example
 * const env = fakeEnv()
 * const batch = batchProcessor.create({ id: 'batch', env, host: fakeHost() }, 'traces', config, next)
 * await env.clock.advance(200)
 * env.metrics.sum('otelcol_processor_batch_timeout_trigger_send', { processor: 'batch' }) // => 1
 */

import { createAdvice } from '../../component/advice.ts'
import type { Host, Settings } from '../../component/component.ts'
import type { Env, Log, LogFields, LogLevel, Random } from '../../component/env.ts'
import { createFirstLook } from '../../component/first_look.ts'
import { type ManualClock, manualClock } from './manual_clock.ts'
import { type RecordedMetrics, recordingMeter } from './recording_meter.ts'

export interface FakeEnv extends Env {
  readonly clock: ManualClock
  readonly log: RecordingLog
  readonly metrics: RecordedMetrics
}

/** @param options.nowMs wall time at the start; 2026-01-01 when not said. */
export function fakeEnv(options: { readonly seed?: number; readonly nowMs?: number } = {}): FakeEnv {
  const { meter, metrics } = recordingMeter()
  return {
    clock: manualClock(options.nowMs ?? Date.UTC(2026, 0, 1)),
    random: seededRandom(options.seed ?? 1),
    log: recordingLog(),
    meter,
    metrics,
  }
}

/** A process around the component under test: version 0.0.0, one thread. */
export function fakeHost(overrides: Partial<Host> = {}): Host {
  return {
    build: { name: 'leakmesh', version: '0.0.0' },
    advice: createAdvice(),
    thread: 0,
    firstLook: createFirstLook(),
    reusePort: false,
    ...overrides,
  }
}

/** What the service would give to a component of this id. */
export function fakeSettings(id: string, env: Env, host: Partial<Host> = {}): Settings {
  return { id, env, host: fakeHost(host) }
}

export interface RecordingLog extends Log {
  readonly lines: readonly LogLine[]
}

export interface LogLine {
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

export function recordingLog(): RecordingLog {
  const lines: LogLine[] = []
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      lines.push({ level, message, fields })
    }
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Mulberry32: small, good enough for tests, the same everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let t = state
      t = Math.imul(t ^ (t >>> 15), t | 1)
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
      return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
    },
  }
}

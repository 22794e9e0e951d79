import { DEFAULT_DETECT_SETTINGS, type DetectSettings } from '../detect/settings.ts'
import type { LedgerSettings } from '../finding/settings.ts'
import type { RingSettings } from '../tensor/rings.ts'

/** Everything that may be said to the engine. Sound without touching any. */
export interface EngineSettings {
  /** Name of the cluster: part of every finding's fingerprint. */
  readonly cluster: string
  /** Step of event time, milliseconds. */
  readonly stepMs: number
  /** How long after the end of a step its data may still come, milliseconds of event time. */
  readonly latenessMs: number
  /** How long a span waits for its other half; at most `latenessMs`. */
  readonly waitMs: number
  /** Grains of history, fine to coarse; the first is the step itself. */
  readonly rings: readonly RingSettings[]
  readonly seriesMax: number
  readonly instancesMax: number
  readonly servicesMax: number
  /** Distinct (caller, its operation, callee, its operation) ways. */
  readonly edgesMax: number
  /** Distinct names of operations and peers. */
  readonly namesMax: number
  /** Spans that wait for their other half. */
  readonly spansMax: number
  /** Steps that may be open at the same time, data of the future included. */
  readonly openStepsMax: number
  readonly detect: DetectSettings
  readonly ledger: Partial<LedgerSettings>
}

/** Shortest and longest waiting time chosen when none is said: batching SDKs send a span up to 5 s after its end. */
const WAIT_LEAST_MS = 6_000
const WAIT_MOST_MS = 10_000

/** The waiting times that go with a step. */
export function waitingTimes(stepMs: number): Pick<EngineSettings, 'waitMs' | 'latenessMs'> {
  const waitMs = Math.min(Math.max(stepMs / 6, WAIT_LEAST_MS), WAIT_MOST_MS)
  return { waitMs, latenessMs: Math.max(stepMs / 3, waitMs) }
}

/** Defaults for a step: three grains that see two hours, a day and two weeks at the default step of a minute. */
export function engineDefaults(stepMs = 60_000): EngineSettings {
  return {
    cluster: '',
    stepMs,
    ...waitingTimes(stepMs),
    rings: [
      { stepMs, steps: 120 },
      { stepMs: stepMs * 10, steps: 144 },
      { stepMs: stepMs * 60, steps: 336 },
    ],
    seriesMax: 100_000,
    instancesMax: 20_000,
    servicesMax: 10_000,
    edgesMax: 20_000,
    namesMax: 50_000,
    spansMax: 400_000,
    openStepsMax: 256,
    detect: DEFAULT_DETECT_SETTINGS,
    ledger: {},
  }
}

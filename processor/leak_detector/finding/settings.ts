/**
 * How sure, and for how long, before something is said.
 *
 * Hold times count steps, not minutes: a ledger that is stepped each second for a demonstration and one stepped each
 * minute in production ask for the same amount of evidence.
 */
export interface LedgerSettings {
  /** `leak.finding.mode`: what the events of this ledger are for. */
  readonly mode: FindingMode
  /** From which state on a finding is told as log, trace and warning. Metrics show every state. */
  readonly announceFrom: 'suspected' | 'open'
  /** Growth of at least this confidence is worth watching: more likely a leak than not. */
  readonly suspectConfidence: number
  /**
   * Growth of at least this confidence counts towards opening. Detection has paid for its false alarms before it says
   * "grows" at all; this asks for more than the least evidence, and a step that only just reaches it does not open.
   */
  readonly openConfidence: number
  /** Steps in a row of at least `suspectConfidence` until a finding is suspected. */
  readonly suspectSteps: number
  /** Steps of at least `openConfidence`, with nothing below `suspectConfidence` between, until it opens. */
  readonly openSteps: number
  /** … and for at least this share of the time for which it has grown: what was seen in days is not sure in minutes. */
  readonly openShare: number
  /**
   * A finding ready to open waits at most so many steps more for a culprit to be named; an urgent one only if all of them are
   * less than a quarter of the time left.
   */
  readonly culpritSteps: number
  /** Steps in a row for which the growth is explained until an open finding is suppressed. */
  readonly suppressSteps: number
  /** Steps without growth until a finding is resolved, at least. */
  readonly resolveSteps: number
  /** … and at most, for a leak that grew for long. */
  readonly resolveStepsMax: number
  /** Between the two: this share of the steps for which it grew. A leak that was seen to exhaust waits for all of them. */
  readonly resolveShare: number
  /** Steps without any data until a finding is resolved as gone. */
  readonly goneSteps: number
  /** Findings kept, live and past. At the limit the oldest past one is forgotten; with none left nothing new is taken. */
  readonly findingsMax: number
  /** Series followed before there is a finding; at the limit new ones wait. */
  readonly tracksMax: number
  /** Resource attributes of our own metrics; with several replicas give each its `service.instance.id`. */
  readonly self: Readonly<Record<string, string>>
  /** Which policy decides; `leak.policy.id`, `leak.policy.revision`. */
  readonly policy: { readonly id: string; readonly revision: string }
}

/** `leak.finding.mode`: told for real, told as a trial, or replayed from the past. */
export type FindingMode = 'enforce' | 'dryrun' | 'backtest'

/** Sound without touching any. */
export const LEDGER_DEFAULTS: LedgerSettings = {
  mode: 'enforce',
  announceFrom: 'open',
  suspectConfidence: 0.5,
  openConfidence: 0.7,
  suspectSteps: 3,
  openSteps: 6,
  openShare: 1 / 20,
  culpritSteps: 12,
  suppressSteps: 15,
  resolveSteps: 30,
  resolveStepsMax: 720,
  resolveShare: 0.25,
  goneSteps: 60,
  findingsMax: 1_000,
  tracksMax: 4_000,
  self: { 'service.name': 'leakmesh' },
  policy: { id: 'builtin', revision: '1' },
}

/** `updated` is said at most this often (contract, section 1). */
export const UPDATE_EVERY_MS = 600_000

/** Time left must have changed by more than this share to be worth an `updated`. */
export const TIME_LEFT_CHANGE = 0.25

/** For so long after a kill or a hit of the limit a finding counts as exhausted "now". */
export const EXHAUSTED_FOR_MS = 600_000

/** Less time left than this is critical; more than the other is no reason to hurry. */
export const CRITICAL_UNDER_SECONDS = 3_600
export const INFO_OVER_SECONDS = 86_400

/** Out-of-memory kills from which "killed repeatedly" is said. */
export const KILLED_REPEATEDLY = 2

/**
 * The ledger: one entry a leak, from the first suspicion to its end.
 *
 * It is told once a step what detection says of every resource, keeps count, and answers with the events that are worth
 * telling. Same suspicions, same events: it knows no clock and no chance, and the order of suspicions does not matter.
 */
import assert from 'node:assert/strict'
import {
  type Book,
  type Entry,
  entriesInOrder,
  type LedgerState,
  membersOf,
  openBook,
  release,
  roomForTrack,
  saveBook,
} from './book.ts'
import {
  type EndState,
  type Finding,
  type FindingEvent,
  type FindingState,
  kindOf,
  nearestLimit,
  timeLeft,
} from './finding.ts'
import { gather } from './gather.ts'
import { byNearness } from './group.ts'
import { findingId, fingerprintOf, type Subject, subjectKey } from './identity.ts'
import { fixedBy, LIFE, observe, resolutionOf, severityOf } from './life.ts'
import { LEDGER_DEFAULTS, type LedgerSettings } from './settings.ts'
import type { Suspicion } from './suspicion.ts'
import { count, startTally, type Tally } from './tally.ts'
import { isWorthTelling, tell } from './telling.ts'
import { observationOf, startTrack, stepTrack, symptomOf } from './track.ts'
import { NO_VOTES, recalled } from './votes.ts'

/** All leaks that are known, and what has been told of them. Owns its entries; time moves only by `step`. */
export interface Ledger {
  readonly settings: LedgerSettings
  /**
   * Takes one step.
   * @param suspicions everything that is not quiet, and everything that `subjects` names; any order.
   * @param atMs event time, later than that of the step before.
   * @returns what is to be told, in an order that depends on nothing but the findings.
   */
  step(suspicions: readonly Suspicion[], atMs: number): readonly FindingEvent[]
  /** What has to be told of at the next step even when it is quiet. */
  subjects(): readonly Subject[]
  /** Live findings as of the last step, in every live state, ordered by fingerprint. */
  live(): readonly Finding[]
  /** Those of them that have been told. */
  told(): readonly Finding[]
  counts(): LedgerCounts
  /** What its metrics have to remember; `toMetrics` changes it. */
  readonly tally: Tally
  /** Everything it knows, as plain data: JSON keeps it. */
  save(): LedgerState
}

/** How much is kept, and what became of what could not be; `forgotten` and `refused` only grow. */
export interface LedgerCounts {
  readonly live: number
  readonly past: number
  readonly tracks: number
  /** Past findings forgotten for room: when such a leak returns its episodes count from 1. */
  readonly forgotten: number
  /** Times that a limit was met and something was not followed, the new or the least sure of the old. */
  readonly refused: number
}

/**
 * @param state what an earlier ledger saved; settings may have changed since.
 * @example
 * const ledger = createLedger()
 * ledger.step([], 60_000) // => []: nothing suspected, nothing said
 */
export function createLedger(settings: Partial<LedgerSettings> = {}, state?: LedgerState): Ledger {
  const book = openBook({ ...LEDGER_DEFAULTS, ...settings }, state)
  const tally = startTally(book.settings.findingsMax)
  const live = (entries: readonly Entry[]) => entries.map((entry) => view(book, entry, entry.course.state))
  return {
    settings: book.settings,
    tally,
    step(suspicions, atMs) {
      const events = step(book, suspicions, atMs)
      count(tally, events, atMs)
      return events
    },
    subjects: () => [...book.tracks.values()].map(({ latest }) => latest),
    live: () => live(entriesInOrder(book)),
    told: () => live(entriesInOrder(book).filter(({ told }) => told !== undefined)),
    counts: () => ({
      live: book.live.size,
      past: book.past.size,
      tracks: book.tracks.size,
      forgotten: book.forgotten,
      refused: book.refused,
    }),
    save: () => saveBook(book),
  }
}

function step(book: Book, suspicions: readonly Suspicion[], atMs: number): readonly FindingEvent[] {
  assert(atMs > book.atMs, 'a ledger is stepped forward in time')
  book.atMs = atMs
  follow(book, suspicions)
  gather(book)
  const events = entriesInOrder(book).flatMap((entry) => advance(book, entry))
  for (const track of book.tracks.values()) {
    if (track.finding === '' && track.weakRun === 0) book.tracks.delete(track.key)
  }
  return events
}

/** Every track takes its step; what newly grows gets one. */
function follow(book: Book, suspicions: readonly Suspicion[]): void {
  const byKey = new Map<string, Suspicion>()
  for (const suspicion of suspicions) {
    const key = subjectKey(suspicion)
    const rival = byKey.get(key)
    if (rival === undefined || confidence(suspicion) > confidence(rival)) byKey.set(key, suspicion)
  }
  for (const track of book.tracks.values()) stepTrack(track, byKey.get(track.key), book.settings)
  const fresh = [...byKey].filter(([key]) => !book.tracks.has(key)).toSorted(([a], [b]) => (a < b ? -1 : 1))
  for (const [key, suspicion] of fresh) {
    const observation = observationOf(suspicion, book.settings)
    const symptom = symptomOf(suspicion, observation)
    if (symptom === undefined || !roomForTrack(book, symptom)) continue
    const before = book.past.get(fingerprintOf(suspicion))?.votes
    book.tracks.set(key, startTrack(key, symptom, observation, before))
  }
}

function confidence({ verdict }: Suspicion): number {
  return verdict.kind === 'growing' ? verdict.growth.confidence : -1
}

/** One step of a finding's life. */
function advance(book: Book, entry: Entry): readonly FindingEvent[] {
  const { course } = entry
  const signal = observe(course, membersOf(book, entry), book.atMs, book.settings)
  const next = LIFE[course.state][signal]
  if (next === 'resolved' || next === 'suppressed') return end(book, entry, next)
  course.state = next
  if (next === 'suspected' && book.settings.announceFrom === 'open') return []
  const finding = view(book, entry, next)
  if (entry.told === undefined) {
    entry.told = tell(finding, undefined)
    return [{ name: 'opened', finding }]
  }
  if (!isWorthTelling(finding, entry.told)) return []
  entry.told = tell(finding, entry.told)
  return [{ name: 'updated', finding }]
}

/** What was never told ends without a word and leaves its number to the next. */
function end(book: Book, entry: Entry, state: EndState): readonly FindingEvent[] {
  const finding = view(book, entry, state)
  const carrier = membersOf(book, entry)[0]!
  const isOver = state === 'suppressed' || finding.resolution === 'fixed_by_version'
  const votes = isOver ? NO_VOTES : recalled(carrier.votes)
  release(book, entry)
  carrier.weakRun = 0
  carrier.strongRun = 0
  carrier.strongSinceMs = 0
  if (entry.told === undefined) return []
  book.past.delete(entry.fingerprint)
  const { fingerprint, episode } = entry
  const past = { fingerprint, episode, endedMs: book.atMs, ...(votes.looks > 0 && { votes }) }
  book.past.set(fingerprint, past)
  return [{ name: state, finding }]
}

function view(book: Book, entry: Entry, state: FindingState): Finding {
  const { fingerprint, episode, course } = entry
  const [carrier, ...others] = membersOf(book, entry)
  const grown = {
    carrier: carrier!.growing,
    symptoms: others.filter(({ weakRun }) => weakRun > 0).map(({ growing }) => growing),
  }
  const symptoms = grown.symptoms.toSorted(byNearness)
  const left = timeLeft(nearestLimit(grown))?.value
  const fixed = fixedBy(carrier!)
  return {
    id: findingId(fingerprint, episode),
    fingerprint,
    episode,
    state,
    mode: book.settings.mode,
    severity: severityOf(state, book.atMs < course.exhaustedUntilMs, left),
    verdict: course.detected ? 'detected' : 'predicted',
    kind: kindOf(grown),
    atMs: book.atMs,
    grewMs: course.grewMs,
    exhaustions: course.exhaustions,
    carrier: grown.carrier,
    symptoms,
    ...(state === 'resolved' && { resolution: resolutionOf(course, carrier!, book.settings) }),
    ...(state === 'resolved' && fixed !== undefined && { fixedBy: fixed }),
    reasons: state === 'suppressed' ? course.reasons : [],
    policy: book.settings.policy,
  }
}

/** What a ledger remembers, how much of it, and how it is kept over a restart. */
import type { Symptom } from './finding.ts'
import type { Course } from './life.ts'
import type { LedgerSettings } from './settings.ts'
import type { Told } from './telling.ts'
import type { Track } from './track.ts'
import type { Votes } from './votes.ts'

/** A live finding. Plain data, changed in place by its ledger. */
export interface Entry {
  fingerprint: string
  episode: number
  /** Keys of its tracks, carrier first. */
  members: readonly string[]
  readonly course: Course
  told?: Told
  /** How the episode before ended; absent in the first. */
  before?: Past
}

/** A finding that ended: what is needed to number the next episode, and to go on with what was known. */
export interface Past {
  readonly fingerprint: string
  readonly episode: number
  readonly endedMs: number
  /** Who was blamed, where the next episode may be the same leak in another life. */
  readonly votes?: Votes
}

/** What survives a restart. `version` changes with the meaning. */
export interface LedgerState {
  readonly version: 1
  /** The last step; absent before the first. */
  readonly atMs?: number
  readonly tracks: readonly Track[]
  readonly live: readonly Entry[]
  readonly past: readonly Past[]
  readonly forgotten: number
  readonly refused: number
}

/** The ledger's own state. At most `tracksMax` tracks; at most `findingsMax` of live and past together. */
export interface Book {
  readonly settings: LedgerSettings
  atMs: number
  readonly tracks: Map<string, Track>
  readonly live: Map<string, Entry>
  /** Oldest end first. */
  readonly past: Map<string, Past>
  forgotten: number
  refused: number
}

/** @param state what `saveBook` gave; it is copied. */
export function openBook(settings: LedgerSettings, state?: LedgerState): Book {
  const { atMs, tracks, live, past, forgotten, refused }: LedgerState =
    state === undefined
      ? { version: 1, tracks: [], live: [], past: [], forgotten: 0, refused: 0 }
      : structuredClone(state)
  return {
    settings,
    atMs: atMs ?? Number.NEGATIVE_INFINITY,
    tracks: new Map(tracks.map((track) => [track.key, track])),
    live: new Map(live.map((entry) => [entry.fingerprint, entry])),
    past: new Map(past.map((ended) => [ended.fingerprint, ended])),
    forgotten,
    refused,
  }
}

/** A copy as plain data, which JSON keeps without loss. */
export function saveBook(book: Book): LedgerState {
  const { atMs, tracks, live, past, forgotten, refused } = book
  return structuredClone({
    version: 1,
    ...(Number.isFinite(atMs) && { atMs }),
    tracks: [...tracks.values()],
    live: [...live.values()],
    past: [...past.values()],
    forgotten,
    refused,
  })
}

/** By fingerprint: an order that depends on nothing but the findings. */
export function entriesInOrder(book: Book): readonly Entry[] {
  return [...book.live.values()].toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))
}

/** Carrier first. */
export function membersOf(book: Book, entry: Entry): readonly Track[] {
  return entry.members.map((key) => book.tracks.get(key)!)
}

/** At the limit the least sure track that belongs to no finding makes room for a surer one. */
export function roomForTrack(book: Book, symptom: Symptom): boolean {
  if (book.tracks.size < book.settings.tracksMax) return true
  const free = [...book.tracks.values()].filter(({ finding }) => finding === '')
  const weakest = least(free, ({ growing }) => growing.verdict.growth.confidence)
  book.refused += 1
  if (weakest === undefined || weakest.growing.verdict.growth.confidence >= symptom.verdict.growth.confidence)
    return false
  return book.tracks.delete(weakest.key)
}

/**
 * At the limit the oldest past finding is forgotten; with none left, the least sure one that has not been told makes
 * room for a surer one. What returns takes the place of its own past.
 */
export function roomForFinding(book: Book, fingerprint: string, symptom: Symptom): boolean {
  const { findingsMax } = book.settings
  if (book.past.has(fingerprint) || book.live.size + book.past.size < findingsMax) return true
  if (book.past.size === 0 && !dropWeakest(book, symptom)) return false
  forget(book, findingsMax - 1)
  return true
}

function dropWeakest(book: Book, symptom: Symptom): boolean {
  const untold = [...book.live.values()].filter(({ told }) => told === undefined)
  const sureness = (entry: Entry) => membersOf(book, entry)[0]!.growing.verdict.growth.confidence
  const weakest = least(untold, sureness)
  book.refused += 1
  if (weakest === undefined || sureness(weakest) >= symptom.verdict.growth.confidence) return false
  release(book, weakest)
  return true
}

/** Forgets past findings, oldest end first, until at most `max` are kept or none is past. */
export function forget(book: Book, max: number): void {
  for (const fingerprint of book.past.keys()) {
    if (book.live.size + book.past.size <= max) return
    book.past.delete(fingerprint)
    book.forgotten += 1
  }
}

/** Puts an entry into the book under its carrier's fingerprint, in place of that one's past. */
export function enter(book: Book, entry: Entry, fingerprint: string): void {
  const past = book.past.get(fingerprint)
  entry.fingerprint = fingerprint
  entry.episode = (past?.episode ?? 0) + 1
  if (past === undefined) delete entry.before
  else entry.before = past
  book.past.delete(fingerprint)
  book.live.set(fingerprint, entry)
  for (const track of membersOf(book, entry)) track.finding = fingerprint
}

/** Takes an entry out of the book as if it had never been; its tracks go on by themselves. */
export function release(book: Book, entry: Entry): void {
  book.live.delete(entry.fingerprint)
  if (entry.before !== undefined) book.past.set(entry.fingerprint, entry.before)
  for (const track of membersOf(book, entry)) track.finding = ''
}

function least<T>(items: readonly T[], measure: (item: T) => number): T | undefined {
  let best: T | undefined
  for (const item of items) if (best === undefined || measure(item) < measure(best)) best = item
  return best
}

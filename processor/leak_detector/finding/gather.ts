/** Tracks that have grown for long enough join the finding they belong to, or begin one. */
import { type Book, type Entry, enter, entriesInOrder, forget, membersOf, release, roomForFinding } from './book.ts'
import { byNearness, carrierOf, sameLeak } from './group.ts'
import { fingerprintOf, serviceKey } from './identity.ts'
import { startCourse } from './life.ts'
import { isGrowing, type Track } from './track.ts'

/** One step of the book: no order of arrival shows in the result. */
export function gather(book: Book): void {
  const loose = looseTracks(book)
  if (loose.size === 0) return
  const entries = Map.groupBy(entriesInOrder(book), (entry) => serviceKey(carrierTrack(book, entry).latest))
  for (const [service, tracks] of loose) {
    const ordered = tracks.toSorted((a, b) => byNearness(a.growing, b.growing))
    beginAll(
      book,
      ordered.filter((track) => !joinOne(book, entries.get(service) ?? [], track)),
    )
  }
}

function looseTracks(book: Book): Map<string, Track[]> {
  const ready = [...book.tracks.values()].filter(
    (track) => track.finding === '' && isGrowing(track) && track.weakRun >= book.settings.suspectSteps,
  )
  return new Map([...Map.groupBy(ready, ({ latest }) => serviceKey(latest))].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function joinOne(book: Book, entries: readonly Entry[], track: Track): boolean {
  const entry = entries.find(
    // One that made room for another in this very step is gone.
    (candidate) =>
      book.live.get(candidate.fingerprint) === candidate &&
      sameLeak(track.growing, carrierTrack(book, candidate).growing),
  )
  if (entry === undefined) return false
  track.finding = entry.fingerprint
  entry.members = [...entry.members, track.key]
  if (entry.told === undefined) carry(book, entry)
  return true
}

/** Each begins with the track nearest to a cause and takes along what belongs to it. */
function beginAll(book: Book, tracks: readonly Track[]): void {
  let rest = tracks
  while (rest.length > 0) {
    const seed = rest[0]!
    const together = rest.filter((track) => track === seed || sameLeak(track.growing, seed.growing))
    rest = rest.filter((track) => !together.includes(track))
    const members = carrierFirst(together)
    const fingerprint = fingerprintOf(members[0]!.latest)
    if (!roomForFinding(book, fingerprint, members[0]!.growing)) continue
    const entry: Entry = {
      fingerprint,
      episode: 0,
      members: members.map(({ key }) => key),
      course: startCourse(book.atMs),
    }
    enter(book, entry, fingerprint)
  }
}

/** Chooses anew who names a finding. Once it has been told the name stays for the episode. */
function carry(book: Book, entry: Entry): void {
  const members = carrierFirst(membersOf(book, entry))
  release(book, entry)
  entry.members = members.map(({ key }) => key)
  enter(book, entry, fingerprintOf(members[0]!.latest))
  forget(book, book.settings.findingsMax)
}

function carrierFirst(tracks: readonly Track[]): readonly Track[] {
  const named = carrierOf(tracks.map(({ growing }) => growing))
  return tracks.toSorted((a, b) => Number(b.growing === named) - Number(a.growing === named))
}

function carrierTrack(book: Book, entry: Entry): Track {
  return membersOf(book, entry)[0]!
}

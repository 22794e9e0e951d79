/** Tracks that have grown for long enough join the finding they belong to, or begin one. */
import { type Book, type Entry, entriesInOrder, membersOf, roomForFinding } from './book.ts'
import { byNearness, carrierOf, sameLeak } from './group.ts'
import { fingerprintOf, serviceKey } from './identity.ts'
import { startCourse } from './life.ts'
import { isGrowing, type Track } from './track.ts'

/** One step of the book: no order of arrival shows in the result. */
export function gather(book: Book): void {
  const loose = looseTracks(book)
  if (loose.size === 0) return
  const entries = Map.groupBy(entriesInOrder(book), (entry) => serviceKey(membersOf(book, entry)[0]!.latest))
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
  const entry = entries.find((candidate) => sameLeak(track.growing, membersOf(book, candidate)[0]!.growing))
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
    if (!roomForFinding(book, seed.growing)) continue
    const entry: Entry = {
      fingerprint: '',
      episode: 0,
      members: together.map(({ key }) => key),
      course: startCourse(book.atMs),
    }
    carry(book, entry)
  }
}

/** Chooses who names the finding. Once it has been told the name stays for the episode. */
function carry(book: Book, entry: Entry): void {
  const members = membersOf(book, entry)
  const named = carrierOf(members.map(({ growing }) => growing))
  const carrier = members.find(({ growing }) => growing === named)!
  book.live.delete(entry.fingerprint)
  entry.fingerprint = fingerprintOf(carrier.latest)
  entry.episode = (book.past.get(entry.fingerprint)?.episode ?? 0) + 1
  entry.members = [carrier.key, ...entry.members.filter((key) => key !== carrier.key)]
  for (const track of members) track.finding = entry.fingerprint
  book.live.set(entry.fingerprint, entry)
}

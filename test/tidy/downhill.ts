/**
 * Who may import whom. A room is a folder with all that is in it; the longest name that fits is a file's room. What is
 * not listed is not allowed; within a room everything is.
 */

const WORDS = ['proto', 'component']

const ENGINE_ROOMS = ['batch', 'graph', 'tensor', 'detect', 'attribute', 'finding'].map(engine)

function engine(room: string): string {
  return `processor/leak_detector/${room}`
}

/** The arrows; `test/tidy/tidy.test.ts` reads every import and fails on any other. */
export const DOWNHILL: Readonly<Record<string, readonly string[]>> = {
  proto: [],
  component: ['proto'],
  [engine('batch')]: WORDS,
  [engine('graph')]: [...WORDS, engine('batch')],
  [engine('tensor')]: [...WORDS, engine('batch')],
  [engine('detect')]: WORDS,
  [engine('attribute')]: [...WORDS, engine('detect')],
  [engine('finding')]: [...WORDS, engine('detect'), engine('attribute')],
  [engine('engine')]: [...WORDS, ...ENGINE_ROOMS],
  'receiver/otlp': WORDS,
  'exporter/debug': WORDS,
  'exporter/file': WORDS,
  'exporter/nop': WORDS,
  'exporter/otlp_grpc': WORDS,
  'exporter/otlp_http': WORDS,
  'processor/batch': WORDS,
  'processor/memory_limiter': WORDS,
  'connector/forward': WORDS,
  'connector/leak_detector': [...WORDS, ...ENGINE_ROOMS, engine('engine')],
  'extension/health_check': WORDS,
}

/** Rooms that may import everything; nobody but tests imports them. */
export const TOP: readonly string[] = ['service', 'test']

/** The room of a file, or undefined when it stands in none. */
export function roomOf(file: string): string | undefined {
  const rooms = [...Object.keys(DOWNHILL), ...TOP].filter((room) => file.startsWith(`${room}/`))
  return rooms.toSorted((a, b) => b.length - a.length)[0]
}

/** May a file of this room import a file of that room? */
export function mayImport(from: string, to: string): boolean {
  if (from === to || from === 'test') return true
  if (from === 'service') return to !== 'test'
  return DOWNHILL[from]!.includes(to)
}

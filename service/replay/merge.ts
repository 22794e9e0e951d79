/**
 * Several recordings as one, by time. Each file is read as it goes, a chunk of lines at a time, and the file whose next
 * line is the oldest goes on: a week of data needs no week of memory. Within a chunk lines are put in order, for senders
 * do not write in order; a line of a clock that is far ahead moves its file's time by ten minutes at most, so that it
 * does not hold its file back until the others have ended.
 */

import { type Chunk, chunksOf } from './lines.ts'
import { type BrokenLine, type LineSignal, lineBytes, lineSignal, type ParsedChunk } from './parse.ts'
import type { ParsePool } from './pool.ts'

/** One export request of a recording. */
export interface Line {
  readonly signal: LineSignal
  /** Valid until the next line is asked for. */
  readonly bytes: Uint8Array
  readonly timeMs: number
}

export interface MergeReport {
  broken(file: string, line: BrokenLine): void
  /** Bytes of a file read so far. */
  read(file: string, fileBytes: number): void
}

const AHEAD_MS = 600_000

/** All lines of all files by time; of equal times the file named first comes first. */
export async function* mergeFiles(
  files: readonly string[],
  pool: ParsePool,
  report: MergeReport,
): AsyncGenerator<Line> {
  const ahead = Math.max(1, Math.ceil(pool.width / files.length))
  const sources = await Promise.all(files.map((file) => openSource(file, pool, ahead, report)))
  for (let source = oldest(sources); source !== undefined; source = oldest(sources)) {
    const { parsed, order, at } = source
    const row = order[at]!
    yield { signal: lineSignal(parsed, row), bytes: lineBytes(parsed, row), timeMs: source.keyMs }
    source.at += 1
    await settle(source)
  }
}

interface Source {
  readonly next: () => Promise<ParsedChunk | undefined>
  parsed: ParsedChunk
  /** Rows of the chunk by time. */
  order: Uint32Array
  at: number
  /** Time of the next line. */
  keyMs: number
  hasEnded: boolean
}

const NOTHING: ParsedChunk = {
  requests: new Uint8Array(0),
  ends: new Uint32Array(0),
  signals: new Uint8Array(0),
  timesMs: new Float64Array(0),
  broken: [],
}

async function openSource(file: string, pool: ParsePool, ahead: number, report: MergeReport): Promise<Source> {
  const source: Source = {
    next: readAhead(file, pool, ahead, report),
    parsed: NOTHING,
    order: new Uint32Array(0),
    at: 0,
    keyMs: Number.NEGATIVE_INFINITY,
    hasEnded: false,
  }
  await settle(source)
  return source
}

/** Gives the chunks of a file in order, with some under way. */
function readAhead(file: string, pool: ParsePool, ahead: number, report: MergeReport) {
  const chunks = chunksOf(file)
  const underWay: { readonly chunk: Chunk; readonly parsed: Promise<ParsedChunk> }[] = []
  let hasEnded = false
  return async (): Promise<ParsedChunk | undefined> => {
    while (!hasEnded && underWay.length < ahead) {
      const { value, done } = await chunks.next()
      if (done === true) hasEnded = true
      else underWay.push({ chunk: value, parsed: pool.parse(value) })
    }
    const first = underWay.shift()
    if (first === undefined) return undefined
    const parsed = await first.parsed
    for (const line of parsed.broken) report.broken(file, line)
    report.read(file, first.chunk.fileBytes)
    return parsed
  }
}

/** Makes the next line ready: another chunk when this one has ended. */
async function settle(source: Source): Promise<void> {
  while (source.at >= source.order.length && !source.hasEnded) {
    const parsed = await source.next()
    if (parsed === undefined) {
      source.hasEnded = true
      return
    }
    source.parsed = parsed
    source.order = orderOf(parsed.timesMs)
    source.at = 0
  }
  const timeMs = source.parsed.timesMs[source.order[source.at]!]!
  if (timeMs > source.keyMs) source.keyMs = clamp(source.keyMs, timeMs)
}

function clamp(keyMs: number, timeMs: number): number {
  return keyMs === Number.NEGATIVE_INFINITY ? timeMs : Math.min(timeMs, keyMs + AHEAD_MS)
}

/** Rows by time, those without one where they stand. */
function orderOf(timesMs: Float64Array): Uint32Array {
  const keys = new Float64Array(timesMs.length)
  let last = Number.NEGATIVE_INFINITY
  for (let row = 0; row < keys.length; row++) {
    last = Number.isNaN(timesMs[row]!) ? last : timesMs[row]!
    keys[row] = last
  }
  return Uint32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b)
}

function oldest(sources: readonly Source[]): Source | undefined {
  let best: Source | undefined
  for (const source of sources) {
    if (source.hasEnded) continue
    if (best === undefined || source.keyMs < best.keyMs) best = source
  }
  return best
}

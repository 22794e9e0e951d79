/**
 * Several recordings as one, by time. Each file is read as it goes, a chunk of lines at a time, and the file whose next
 * line is the oldest goes on: a week of data needs no week of memory. Within a chunk lines are put in order, for senders
 * do not write in order. A line counts as no later than what follows it in the next chunk, so that one whose clock is
 * wrong by years does not hold its file back until all others have ended.
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

/** Told of what happens on the way. */
export interface MergeReport {
  broken(file: string, line: BrokenLine): void
  /** Bytes of a file read so far. */
  read(file: string, fileBytes: number): void
}

/** All lines of all files by time; of equal times the file named first comes first. */
export async function* mergeFiles(
  files: readonly string[],
  pool: ParsePool,
  report: MergeReport,
): AsyncGenerator<Line> {
  const ahead = Math.max(1, Math.ceil(pool.width / Math.max(1, files.length)))
  const sources = await Promise.all(files.map((file) => openSource(file, pool, ahead, report)))
  for (let source = oldest(sources); source !== undefined; source = oldest(sources)) {
    const { parsed, order, at } = source
    const row = order[at]!
    yield { signal: lineSignal(parsed, row), bytes: lineBytes(parsed, row), timeMs: source.keyMs }
    source.at += 1
    if (source.at < order.length) tellTime(source)
    else await settle(source)
  }
}

interface Source {
  readonly next: () => Promise<Ordered | undefined>
  parsed: ParsedChunk
  /** Rows of the chunk by time. */
  order: Uint32Array
  at: number
  /** The chunk after this one; undefined when this is the last. */
  following: Ordered | undefined
  /** Time of the next line. */
  keyMs: number
  hasEnded: boolean
}

/** A chunk with its rows by time. */
interface Ordered {
  readonly parsed: ParsedChunk
  readonly order: Uint32Array
}

const NOTHING: ParsedChunk = {
  requests: new Uint8Array(0),
  ends: new Uint32Array(0),
  signals: new Uint8Array(0),
  timesMs: new Float64Array(0),
  broken: [],
}

async function openSource(file: string, pool: ParsePool, ahead: number, report: MergeReport): Promise<Source> {
  const next = readAhead(file, pool, ahead, report)
  const source: Source = {
    next,
    parsed: NOTHING,
    order: new Uint32Array(0),
    at: 0,
    following: await next(),
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
  return async (): Promise<Ordered | undefined> => {
    while (true) {
      const parsed = await nextChunk()
      if (parsed === undefined || parsed.timesMs.length > 0) return parsed && { parsed, order: orderOf(parsed.timesMs) }
    }
  }

  async function nextChunk(): Promise<ParsedChunk | undefined> {
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

/** Makes the first line of the next chunk ready. */
async function settle(source: Source): Promise<void> {
  const { following } = source
  if (following === undefined) {
    source.hasEnded = true
    return
  }
  source.parsed = following.parsed
  source.order = following.order
  source.at = 0
  source.following = await source.next()
  tellTime(source)
}

/** The time that the next line counts as: its own, unless what follows is older; never older than the line before. */
function tellTime(source: Source): void {
  const { following } = source
  const ownMs = timeAt(source, source.at)
  const timeMs = following === undefined ? ownMs : Math.min(ownMs, timeAt(following, 0))
  if (timeMs > source.keyMs) source.keyMs = timeMs
}

function timeAt({ parsed, order }: Ordered, at: number): number {
  return parsed.timesMs[order[at]!]!
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

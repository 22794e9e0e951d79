/**
 * Which step suits a recording, when nobody says? As fine as the data was exported, but no finer than needed to see the
 * whole of it in the finest ring, and never coarser than a minute: a demonstration of three minutes is looked at in
 * steps of seconds, a week in steps of minutes. Only times are looked at, and only so much of each file, so that the
 * same files give the same step everywhere.
 */

import { chunksOf } from './lines.ts'

/** Of each file so much is looked at; a longer one counts as long. */
const LOOK_BYTES = 268_435_456
const STEP_MAX_MS = 60_000
/** The recording should fill about so many steps. */
const STEPS_WANTED = 120
const NICE_MS = [1_000, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, STEP_MAX_MS] as const

/** @returns the step in milliseconds, one of 1, 2, 5, 10, 15, 20, 30, 60 seconds. */
export async function chooseStep(files: readonly string[]): Promise<number> {
  const look = createLook()
  for (const file of files) {
    let bytes = 0
    for await (const chunk of chunksOf(file)) {
      if (bytes > LOOK_BYTES) return STEP_MAX_MS
      bytes += chunk.bytes.length
      look.text(Buffer.from(chunk.bytes.buffer, chunk.bytes.byteOffset, chunk.bytes.length).toString('latin1'))
      if (look.spanMs() >= STEP_MAX_MS * STEPS_WANTED) return STEP_MAX_MS
    }
  }
  return stepFor(look.intervalMs(), look.spanMs())
}

/** @example stepFor(5_000, 600_000) // => 5000: ten minutes, exported every five seconds */
export function stepFor(intervalMs: number, spanMs: number): number {
  const wanted = Math.max(intervalMs, spanMs / STEPS_WANTED)
  return NICE_MS.find((step) => step >= wanted * 0.999) ?? STEP_MAX_MS
}

interface Look {
  text(text: string): void
  /** Median time between two exports of the same resource; 0 when none came twice. */
  intervalMs(): number
  /** The longest stretch without a gap of more than about ten minutes: a clock that is wrong by years makes no span. */
  spanMs(): number
}

const TIME = /"timeUnixNano"\s*:\s*"?(\d+)/
const START_TIME = /"startTimeUnixNano"\s*:\s*"?(\d+)/
const SENDERS_MAX = 10_000
const GAPS_MAX = 10_000
const BUCKET_MS = 600_000
const BUCKETS_MAX = 10_000

/** First and last time within one bucket. */
interface Bucket {
  firstMs: number
  lastMs: number
}

function createLook(): Look {
  const lastMs = new Map<string, number>()
  const gapsMs: number[] = []
  const buckets = new Map<number, Bucket>()
  return {
    text(text) {
      for (const line of text.split('\n')) {
        const isMetrics = line.includes('"resourceMetrics"')
        const nanos = (isMetrics ? TIME : START_TIME).exec(line)?.[1]
        if (nanos === undefined) continue
        const timeMs = Number(nanos) / 1e6
        noteTime(buckets, timeMs)
        if (isMetrics) noteGap(lastMs, gapsMs, line.slice(0, line.indexOf('"scopeMetrics"')), timeMs)
      }
    },
    intervalMs: () => median(gapsMs),
    spanMs: () => longestRun(buckets),
  }
}

function noteTime(buckets: Map<number, Bucket>, timeMs: number): void {
  const at = Math.floor(timeMs / BUCKET_MS)
  const bucket = buckets.get(at)
  if (bucket === undefined && buckets.size < BUCKETS_MAX) buckets.set(at, { firstMs: timeMs, lastMs: timeMs })
  if (bucket === undefined) return
  bucket.firstMs = Math.min(bucket.firstMs, timeMs)
  bucket.lastMs = Math.max(bucket.lastMs, timeMs)
}

function longestRun(buckets: ReadonlyMap<number, Bucket>): number {
  let longest = 0
  let beganMs = 0
  for (const [at, { firstMs, lastMs }] of [...buckets].sort(([a], [b]) => a - b)) {
    if (!buckets.has(at - 1)) beganMs = firstMs
    longest = Math.max(longest, lastMs - beganMs)
  }
  return longest
}

function noteGap(lastMs: Map<string, number>, gapsMs: number[], sender: string, timeMs: number): void {
  const last = lastMs.get(sender)
  if (last !== undefined && timeMs - last > MOMENT_MS && gapsMs.length < GAPS_MAX) gapsMs.push(timeMs - last)
  if (last !== undefined || lastMs.size < SENDERS_MAX) lastMs.set(sender, Math.max(last ?? timeMs, timeMs))
}

/** What one export splits into several lines lies closer together. */
const MOMENT_MS = 200

function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

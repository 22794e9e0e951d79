/**
 * Which step suits a recording, when nobody says? As fine as the data was exported, but no finer than needed to see the
 * whole of it in the finest ring, and never coarser than a minute: a demonstration of three minutes is looked at in
 * steps of seconds, a week in steps of minutes. Only times are looked at, and only so much of each file, so that the
 * same files give the same step everywhere.
 */

import { chunksOf } from './lines.ts'

/** Of each file so much is looked at; a longer one counts as long. */
const LOOK_BYTES = 268_435_456
export const STEP_MAX_MS = 60_000
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
  /** From the first to the last time, the outermost hundredth on either side left out: a clock may be wrong. */
  spanMs(): number
}

const TIME = /"timeUnixNano"\s*:\s*"?(\d+)/
const START_TIME = /"startTimeUnixNano"\s*:\s*"?(\d+)/
const SENDERS_MAX = 10_000

function createLook(): Look {
  const lastMs = new Map<string, number>()
  const gapsMs: number[] = []
  const timesMs: number[] = []
  return {
    text(text) {
      for (const line of text.split('\n')) {
        const isMetrics = line.includes('"resourceMetrics"')
        const nanos = (isMetrics ? TIME : START_TIME).exec(line)?.[1]
        if (nanos === undefined) continue
        const timeMs = Number(nanos) / 1e6
        timesMs.push(timeMs)
        if (isMetrics) noteGap(lastMs, gapsMs, line.slice(0, line.indexOf('"scopeMetrics"')), timeMs)
      }
    },
    intervalMs: () => quantile(gapsMs, 0.5),
    spanMs: () => quantile(timesMs, 0.99) - quantile(timesMs, 0.01),
  }
}

function noteGap(lastMs: Map<string, number>, gapsMs: number[], sender: string, timeMs: number): void {
  const last = lastMs.get(sender)
  if (last !== undefined && timeMs - last > MOMENT_MS) gapsMs.push(timeMs - last)
  if (last !== undefined || lastMs.size < SENDERS_MAX) lastMs.set(sender, Math.max(last ?? timeMs, timeMs))
}

/** What one export splits into several lines lies closer together. */
const MOMENT_MS = 200

function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return 0
  const ordered = values.toSorted((a, b) => a - b)
  return ordered[Math.round(share * (ordered.length - 1))]!
}

import type { Clock } from '../../component/env.ts'

/** So many crashes within `CRASH_WINDOW_MS` are borne; one more is too many. */
export const CRASHES_MAX = 5
export const CRASH_WINDOW_MS = 300_000
const PAUSE_FIRST_MS = 1_000
const PAUSE_MAX_MS = 30_000

/** Decides after each crash whether to go on, and after which pause. */
export interface CrashCount {
  /** `pauseMs` is undefined when it was one too many. */
  note(): { readonly count: number; readonly pauseMs: number | undefined }
}

/** Pauses double with each crash in the window: 1 s, 2 s, 4 s … 30 s. */
export function createCrashCount(clock: Clock): CrashCount {
  const crashesMs: number[] = []
  return {
    note() {
      const nowMs = clock.elapsedMs()
      crashesMs.push(nowMs)
      while (nowMs - crashesMs[0]! > CRASH_WINDOW_MS) crashesMs.shift()
      const count = crashesMs.length
      const pauseMs = Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** (count - 1))
      return { count, pauseMs: count > CRASHES_MAX ? undefined : pauseMs }
    },
  }
}

/**
 * What time is it in the data? As late as the newest data says, except when one sender's clock is far ahead: one pod
 * whose clock is wrong by years must neither close everybody's steps nor stop the world.
 *
 * Time moves with any data that is at most `AHEAD_MS` ahead of it. Data further ahead moves it only when the senders
 * heard lately agree: the lower median of their newest times decides. So a lone jump is ignored, and a gap in a whole
 * recording is not. Until two senders have agreed, or three steps have gone by, time may also go back: the first
 * sender heard may be the one with the wrong clock.
 */

/** How far one sender may be ahead of the others. */
export const AHEAD_MS = 600_000
/** A sender not heard in so many batches has no say. */
const HEARD_LATELY = 64
const SENDERS_MAX = 4_096

/** Event time as far as it is agreed on. */
export interface Watermark {
  readonly ms: number
  /** Steps may be closed: time will not go back. */
  readonly isSettled: boolean
  /** Batches in which a sender was ahead and time did not follow. */
  readonly ahead: number
  /** What one batch says: the newest time of each sender in it. Returns whether time went back. */
  hear(newest: ReadonlyMap<number, number>): boolean
  forget(sender: number): void
}

/** Knows no time yet. @param stepMs three steps on a single sender's word settle the time. */
export function createWatermark(stepMs: number): Watermark {
  const senders = new Map<number, { ms: number; heard: number }>()
  let ms = Number.NEGATIVE_INFINITY
  let firstMs = Number.NEGATIVE_INFINITY
  let isSettled = false
  let batches = 0
  let ahead = 0

  function note(sender: number, newestMs: number): void {
    const known = senders.get(sender)
    if (known === undefined && senders.size >= SENDERS_MAX) senders.delete(senders.keys().next().value!)
    senders.delete(sender)
    senders.set(sender, { ms: Math.max(known?.ms ?? newestMs, newestMs), heard: batches })
  }

  function agreed(): number {
    const lately = [...senders.values()].filter(({ heard }) => heard > batches - HEARD_LATELY)
    const times = lately.map((sender) => sender.ms).sort((a, b) => a - b)
    const median = times[Math.floor((times.length - 1) / 2)]!
    return times.findLast((time) => time <= median + AHEAD_MS)!
  }

  function supporters(): number {
    let count = 0
    for (const sender of senders.values()) if (Math.abs(sender.ms - ms) <= AHEAD_MS) count += 1
    return count
  }

  return {
    get ms() {
      return ms
    },
    get isSettled() {
      return isSettled
    },
    get ahead() {
      return ahead
    },
    forget: (sender) => senders.delete(sender),
    hear(newest) {
      batches += 1
      let jumped = false
      const isFirst = ms === Number.NEGATIVE_INFINITY
      for (const [sender, newestMs] of newest) {
        note(sender, newestMs)
        if (newestMs > ms + AHEAD_MS) jumped = true
        else if (newestMs > ms) ms = newestMs
      }
      if (jumped) {
        ms = Math.max(ms, agreed())
        if (Math.max(...newest.values()) > ms) ahead += 1
      }
      if (isFirst) firstMs = ms
      if (isSettled) return false
      const together = agreed()
      if (ms > together + AHEAD_MS) {
        ms = together
        firstMs = ms
        return true
      }
      isSettled = ms - firstMs >= 3 * stepMs || supporters() >= 2
      return false
    },
  }
}

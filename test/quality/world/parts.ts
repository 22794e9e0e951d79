/** What fills memory: leaks, and everything that looks like one. Sizes in bytes or items, times in milliseconds. */
import type { Levels, Part, Served, Tick } from './plan.ts'

export const KIB = 1024
export const MIB = 1024 * KIB
export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

export type Level = keyof Levels

/** Which calls keep something. */
export interface Keeps {
  readonly operation?: string
  /** '' or absent: whoever calls. */
  readonly caller?: string
  /** Only calls that fail. */
  readonly onlyFailed?: boolean
  readonly level: Level
  /** Bytes or items a call. */
  readonly perCall: number
  /** Only while this holds. */
  readonly when?: (tick: Tick) => boolean
}

const keeping = ({ operation, caller = '', onlyFailed = false }: Keeps, served: Served): number =>
  (operation === undefined || operation === served.operation) && (caller === '' || caller === served.caller)
    ? onlyFailed
      ? served.failed
      : served.count
    : 0

/** Each call keeps something for ever. */
export function keptByCalls(keeps: Keeps): Part {
  return () => {
    let kept = 0
    return (tick, levels) => {
      if (keeps.when?.(tick) ?? true) for (const served of tick.calls) kept += keeping(keeps, served) * keeps.perCall
      levels[keeps.level] += kept
    }
  }
}

/** Something is kept as time goes, whoever calls. */
export function keptByTime(level: Level, perHour: number, when: (tick: Tick) => boolean = () => true): Part {
  return () => {
    let kept = 0
    return (tick, levels) => {
      if (when(tick)) kept += (perHour * tick.stepMs) / HOUR_MS
      levels[level] += kept
    }
  }
}

/** Any curve of the process' age, bytes or items. */
export function byAge(level: Level, curve: (ageMs: number) => number): Part {
  return () => (tick, levels) => {
    levels[level] += curve(tick.ageMs)
  }
}

/** Any curve of time, the same for all copies. */
export function byTime(level: Level, curve: (atMs: number) => number): Part {
  return () => (tick, levels) => {
    levels[level] += curve(tick.atMs)
  }
}

/** A cache that fills to its bound and stays: `bound · (1 − e^(−age / fill))`. */
export function filledCache(bound: number, fillMs: number, level: Level = 'live'): Part {
  return byAge(level, (ageMs) => bound * (1 - Math.exp(-ageMs / fillMs)))
}

/** A cache of so many keys, one looked up a call, chosen evenly: it fills with the calls and stays. */
export function boundedLru(keys: number, bytesAKey: number, level: Level = 'live'): Part {
  return () => {
    let present = 0
    return ({ total }, levels) => {
      present += (keys - present) * (1 - (1 - 1 / keys) ** total)
      levels[level] += present * bytesAKey
    }
  }
}

/** What a request in flight holds. */
export function heldInFlight(bytesARequest: number, level: Level = 'live'): Part {
  return () => (tick, levels) => {
    levels[level] += tick.inFlight * bytesARequest
  }
}

/** What a request allocates and drops. */
export function droppedByCalls(bytesACall: number, bytesAMinute: number): Part {
  return (chance) => (tick, levels) => {
    const mean = tick.total * bytesACall + (bytesAMinute * tick.stepMs) / MINUTE_MS
    levels.garbage += Math.max(0, mean * (1 + 0.2 * chance.normal()))
  }
}

/** Noise with a memory: an Ornstein–Uhlenbeck process, never below `−2 · deviation`. */
export function wandering(deviation: number, correlationMs: number, level: Level = 'live'): Part {
  return (chance) => {
    let at = chance.normal() * deviation
    return (tick, levels) => {
      const hold = Math.exp(-tick.stepMs / correlationMs)
      at = at * hold + Math.sqrt(1 - hold * hold) * deviation * chance.normal()
      levels[level] += 2 * deviation + Math.max(-2 * deviation, at)
    }
  }
}

/** A level that is always there. */
export function constant(amount: number, level: Level = 'live'): Part {
  return byAge(level, () => amount)
}

/** Up when it begins, down when it ends, again and again. */
export function squareWave(amount: number, periodMs: number, busy: number, level: Level = 'live'): Part {
  return byTime(level, (atMs) => ((atMs / periodMs) % 1 < busy ? amount : 0))
}

/** Climbs and is dropped, each time at an age of its own. */
export function refills(amount: number, periodMs: number, level: Level = 'live'): Part {
  return (chance) => {
    let height = 0
    let pace = (amount / periodMs) * chance.between(0.7, 1.3)
    let top = amount * chance.between(0.7, 1.1)
    return (tick, levels) => {
      height += pace * tick.stepMs
      if (height > top) {
        height = top * chance.between(0, 0.2)
        pace = (amount / periodMs) * chance.between(0.7, 1.3)
        top = amount * chance.between(0.7, 1.1)
      }
      levels[level] += height
    }
  }
}

/** Work that cannot be handed on piles up while something is down, and drains afterwards. */
export function backlog(
  bytesACall: number,
  isDown: (atMs: number) => boolean,
  drainAMinute: number,
  level: Level = 'live',
): Part {
  return () => {
    let waiting = 0
    return (tick, levels) => {
      if (isDown(tick.atMs)) waiting += tick.total
      else waiting = Math.max(0, waiting - (drainAMinute * tick.stepMs) / MINUTE_MS)
      levels[level] += waiting * bytesACall
    }
  }
}

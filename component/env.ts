import type { Meter } from '@opentelemetry/api'

/** Everything that differs from one run to the next comes in through here: time, chance, log and meter. */
export interface Env {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly meter: Meter
}

/** What time it is, and what happens later. */
export interface Clock {
  /** Wall time, milliseconds since 1970. May jump. */
  nowMs(): number
  /** Time that only moves forward, milliseconds since some start. For durations. */
  elapsedMs(): number
  /** Runs `task` once, `delayMs` from now. Returns what cancels it. Does not keep the process alive. */
  after(delayMs: number, task: () => void): () => void
}

/** Chance. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number
}

/** From the least to the most urgent. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Fields are plain data, written as JSON. The component's own id is added by the service. */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

/** Names and values that go with a line of the log. */
export type LogFields = Readonly<Record<string, unknown>>

/** The machine's own clock: the one place that asks the operating system for the time. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  elapsedMs: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** The one place that asks the machine for chance. */
export const systemRandom: Random = { next: () => Math.random() }

/**
 * The process's own log, in the Collector's two encodings: console lines of tab-separated fields, or one JSON object a
 * line.
 */

import type { Clock, Log, LogFields, LogLevel } from '../../component/env.ts'
import type { LogsConfig } from '../config/telemetry_schema.ts'
import { createSampler } from './sampler.ts'

/** One line to write, without its end. */
export type WriteLine = (line: string) => void

/** The log of the process. Components get a child that names them. */
export interface RootLog extends Log {
  /** @param caller who speaks: a component's id or a part of the service. @param fields go with every line. */
  child(caller: string, fields: LogFields): Log
  /** From now on by other rules: after a reload. Children follow. */
  reconfigure(rules: LogRules): void
}

/** What is written, how, and where to. */
export interface LogRules {
  readonly config: LogsConfig
  /** Goes with every JSON line. */
  readonly resource: Readonly<Record<string, string>>
  readonly write: WriteLine
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

/** Levels of the Collector's logger that mean "less than errors": nothing of ours is graver than an error. */
const THRESHOLD: Readonly<Record<LogsConfig['level'], number>> = { ...RANK, dpanic: 4, panic: 4, fatal: 4 }

/** @param rules hold until `reconfigure`. */
export function createLog(rules: LogRules, clock: Clock): RootLog {
  let current = rules
  let sampled = createSampler(rules.config.sampling, clock)
  const emit = (level: LogLevel, caller: string, message: string, fields: LogFields) => {
    const { config, resource, write } = current
    if (RANK[level] < THRESHOLD[config.level] || !sampled(level, message)) return
    const time = new Date(clock.nowMs()).toISOString()
    const line = { level, time, caller: config.disable_caller ? undefined : caller, message }
    const all = { ...config.initial_fields, ...fields }
    write(config.encoding === 'json' ? jsonLine(line, resource, all) : consoleLine(line, all))
  }
  const child = (caller: string, fields: LogFields): Log => ({
    debug: (message, more) => emit('debug', caller, message, { ...fields, ...more }),
    info: (message, more) => emit('info', caller, message, { ...fields, ...more }),
    warn: (message, more) => emit('warn', caller, message, { ...fields, ...more }),
    error: (message, more) => emit('error', caller, message, { ...fields, ...more }),
  })
  return {
    ...child('service', {}),
    child,
    reconfigure(next) {
      current = next
      sampled = createSampler(next.config.sampling, clock)
    },
  }
}

interface Line {
  readonly level: LogLevel
  readonly time: string
  readonly caller: string | undefined
  readonly message: string
}

function consoleLine({ level, time, caller, message }: Line, fields: LogFields): string {
  const parts = [time, level, ...(caller === undefined ? [] : [caller]), message]
  if (Object.keys(fields).length > 0) parts.push(json(fields))
  return parts.join('\t')
}

function jsonLine({ level, time, caller, message }: Line, resource: LogFields, fields: LogFields): string {
  return json({ level, ts: time, ...(caller !== undefined && { caller }), msg: message, resource, ...fields })
}

/** Errors as their message, big integers as text; what cannot be written at all says so. */
function json(value: unknown): string {
  try {
    return JSON.stringify(value, (_key, one: unknown) => {
      if (one instanceof Error) return one.message
      return typeof one === 'bigint' ? String(one) : one
    })
  } catch (error) {
    return JSON.stringify({ unwritable: error instanceof Error ? error.message : String(error) })
  }
}

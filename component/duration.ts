/**
 * Durations as Collector configurations write them: Go's syntax, `300ms`, `1.5h`, `2h45m30s`.
 *
 * The grammar and the words of the errors are those of Go's `time.ParseDuration`, because that is what users of the
 * Collector know and grep for.
 */

import { z } from 'zod'

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5, the micro sign
  μs: 1e-3, // U+03BC, the Greek letter
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

/** A duration in milliseconds, or Go's sentence about what is wrong with the text. */
export type ParsedDuration =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly message: string }

/**
 * Reads a duration in Go's syntax: an optional sign, then numbers each with a unit, without spaces. `0` alone needs no
 * unit. Fractions of a millisecond are kept.
 *
 * @example parseDurationMs('1h30m') // => { ok: true, ms: 5_400_000 }
 * @example parseDurationMs('5') // => { ok: false, message: 'time: missing unit in duration "5"' }
 */
export function parseDurationMs(text: string): ParsedDuration {
  const unsigned = /^[+-]/.test(text) ? text.slice(1) : text
  const sign = text.startsWith('-') ? -1 : 1
  if (unsigned === '0') return { ok: true, ms: 0 }
  if (unsigned === '') return wrong(`time: invalid duration ${JSON.stringify(text)}`)
  let ms = 0
  let rest = unsigned
  while (rest !== '') {
    const number = /^(?:\d+(?:\.\d*)?|\.\d+)/.exec(rest)?.[0]
    if (number === undefined) return wrong(`time: invalid duration ${JSON.stringify(text)}`)
    const unit = /^[^\d.]*/.exec(rest.slice(number.length))![0]
    if (unit === '') return wrong(`time: missing unit in duration ${JSON.stringify(text)}`)
    const unitMs = Object.hasOwn(UNIT_MS, unit) ? UNIT_MS[unit] : undefined
    if (unitMs === undefined)
      return wrong(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`)
    ms += Number(number) * unitMs
    rest = rest.slice(number.length + unit.length)
  }
  return { ok: true, ms: ms === 0 ? 0 : sign * ms }
}

function wrong(message: string): ParsedDuration {
  return { ok: false, message }
}

/**
 * The configuration type of a duration: reads Go's syntax (or the number 0), gives milliseconds.
 * Defaults are given in milliseconds: `duration().default(200)`.
 *
 * @param limits.min least duration that is allowed, milliseconds; 0 when not said.
 */
export function duration(limits: { readonly min?: number } = {}): z.ZodType<number> {
  const min = limits.min ?? 0
  return z.unknown().transform((raw, context) => {
    const parsed = fromYaml(raw)
    const message = !parsed.ok
      ? parsed.message
      : parsed.ms < min
        ? `must be at least ${formatDuration(min)}, got ${formatDuration(parsed.ms)}`
        : undefined
    if (parsed.ok && message === undefined) return parsed.ms
    context.issues.push({ code: 'custom', message: message!, input: raw })
    return z.NEVER
  })
}

function fromYaml(raw: unknown): ParsedDuration {
  if (typeof raw === 'string') return parseDurationMs(raw)
  if (typeof raw === 'number') return raw === 0 ? { ok: true, ms: 0 } : parseDurationMs(String(raw))
  return wrong('expected a duration such as "30s" or "1h30m"')
}

/**
 * Writes a duration as Go's `time.Duration.String` does.
 *
 * @example formatDuration(5_400_000) // => '1h30m0s'
 * @example formatDuration(0.25) // => '250µs'
 */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`
  if (ms === 0) return '0s'
  if (ms < 1e-3) return `${trim(ms * 1e6, 0)}ns`
  if (ms < 1) return `${trim(ms * 1e3, 3)}µs`
  if (ms < 1_000) return `${trim(ms, 6)}ms`
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = trim((ms % 60_000) / 1_000, 6)
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`
}

/** At most `digits` digits after the point, without trailing zeros. */
function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)))
}

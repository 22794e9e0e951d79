/** Numbers as people say them: two digits are enough to act on, three more to argue about. */
import type { Estimate, LeakResource } from '../detect/evidence.ts'

const BYTE_STEPS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const
const SECONDS = { s: 1, min: 60, h: 3_600, day: 86_400 } as const
type TimeUnit = keyof typeof SECONDS

/** Ten and more without decimals, from one on with one at most, below with two digits: 412, 18, 9.5, 0.25. */
export function number(value: number): string {
  const size = Math.abs(value)
  if (size >= 9.95) return String(Math.round(value))
  return size >= 0.995 ? String(Math.round(value * 10) / 10) : String(Number(value.toPrecision(2)))
}

/** @example bytes(422_000) // => '412 KiB' */
export function bytes(value: number): string {
  let step = 0
  let size = value
  while (Math.abs(size) >= 999.5 && step < BYTE_STEPS.length - 1) {
    size /= 1024
    step += 1
  }
  return `${step === 0 ? String(Math.round(size)) : number(size)} ${BYTE_STEPS[step]}`
}

/**
 * Bytes a second as bytes an hour, or a day when that would be less than one KiB.
 * @example byteRate(5_243) // => '18 MiB/h'
 */
export function byteRate(bytesPerSecond: number): string {
  const anHour = bytesPerSecond * SECONDS.h
  return Math.abs(anHour) >= 1024 ? `${bytes(anHour)}/h` : `${bytes(bytesPerSecond * SECONDS.day)}/day`
}

/** Items a second, a minute, an hour or a day: the first at which there is at least one. */
export function itemRate(itemsPerSecond: number): string {
  const units = Object.entries(SECONDS)
  const [name, seconds] = units.find(([, length]) => Math.abs(itemsPerSecond) * length >= 1) ?? units.at(-1)!
  return `${number(itemsPerSecond * seconds)}/${name}`
}

/** @example duration(21_500) // => '6 h' */
export function duration(seconds: number): string {
  const unit = timeUnit(seconds)
  return inUnit(seconds, unit)
}

/**
 * The interval in the unit of its value, or both ends in their own when the lower one would vanish. An open end is said
 * as such.
 * @example durationRange({ value: 21_600, low: 14_400, high: 32_400 }) // => '4–9 h'
 */
export function durationRange({ value, low, high }: Estimate): string {
  const least = Math.max(low, 0)
  const unit = timeUnit(value)
  if (!Number.isFinite(high)) return `${duration(least)} or more`
  const ends = [least, high].map((seconds) => number(Math.round(seconds / SECONDS[unit])))
  if (ends[0] === '0' && least > 0) return `${duration(least)}–${duration(high)}`
  if (ends[0] === ends[1]) return inUnit(high, unit)
  return `${ends[0]}–${ends[1]} ${word(unit, Number(ends[1]))}`
}

function timeUnit(seconds: number): TimeUnit {
  if (seconds < 90) return 's'
  if (seconds < 90 * 60) return 'min'
  return seconds < 36 * 3_600 ? 'h' : 'day'
}

function inUnit(seconds: number, unit: TimeUnit): string {
  const count = Math.round(seconds / SECONDS[unit])
  return `${count} ${word(unit, count)}`
}

function word(unit: TimeUnit, count: number): string {
  return unit === 'day' && count !== 1 ? 'days' : unit
}

/** `09:41 UTC`, with the date in front when that is not the day of `nowMs`. */
export function moment(atMs: number, nowMs: number): string {
  const [day, time] = new Date(atMs).toISOString().split('T') as [string, string]
  const today = new Date(nowMs).toISOString().slice(0, 10)
  return `${day === today ? '' : `${day} `}${time.slice(0, 5)} UTC`
}

/** A share of one as percent; never 0 or 100 unless it is. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return '< 1 %'
  return `${share < 1 ? Math.min(Math.round(share * 100), 99) : 100} %`
}

/**
 * Six digits: more than any estimate here can claim, and few enough that the order in which parallel workers added up
 * does not show.
 */
export function sixDigits(value: number): number {
  return Number(value.toPrecision(6))
}

/** What a resource is called when it leaks, one and many; bytes have no "one". */
export const RESOURCE_WORDS: Readonly<Record<LeakResource, { readonly one: string; readonly many: string }>> = {
  memory: { one: 'memory', many: 'memory' },
  heap: { one: 'heap memory', many: 'heap memory' },
  native: { one: 'native memory', many: 'native memory' },
  fd: { one: 'file descriptor', many: 'file descriptors' },
  thread: { one: 'thread', many: 'threads' },
  goroutine: { one: 'goroutine', many: 'goroutines' },
  connection: { one: 'connection', many: 'connections' },
  handle: { one: 'handle', many: 'handles' },
  queue: { one: 'queue entry', many: 'queue entries' },
}

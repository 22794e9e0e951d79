/**
 * Services that never were: memory by the minute, made from a seed. Each shape is one story of the README of
 * `detect`, a leak or something harmless.
 */

/** What a service showed, one value a minute. */
export interface Shape {
  readonly floor: Float64Array
  readonly mean: Float64Array
  readonly concurrency?: Float64Array
  readonly calls?: Float64Array
  readonly cuts: readonly number[]
}

export interface Chance {
  /** Uniform in 0..1. */
  readonly even: () => number
  /** Standard normal. */
  readonly normal: () => number
}

/** Mulberry32: a small generator with a seed. */
export function chance(seed: number): Chance {
  let state = seed | 0
  const even = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return { even, normal: () => Math.sqrt(-2 * Math.log(1 - even())) * Math.cos(2 * Math.PI * even()) }
}

const MB = 1_000_000
const DAY = 1440

/** A level in bytes for every minute; noise is laid over it. */
type Level = (minute: number) => number

/** Minutes of `level` with noise that hangs together over `memory` minutes; floor below mean. */
function noisy(minutes: number, level: Level, noise: number, memory: number, random: Chance): Shape {
  const keep = memory > 0 ? Math.exp(-1 / memory) : 0
  const fresh = Math.sqrt(1 - keep * keep)
  let wander = random.normal()
  const floor = new Float64Array(minutes)
  const mean = new Float64Array(minutes)
  for (let i = 0; i < minutes; i++) {
    wander = keep * wander + fresh * random.normal()
    const value = level(i) + noise * wander
    floor[i] = value + 0.2 * noise * Math.abs(random.normal())
    mean[i] = floor[i]! + 0.5 * noise
  }
  return { floor, mean, cuts: [] }
}

export function calm(minutes: number, memory: number, random: Chance): Shape {
  return noisy(minutes, () => 500 * MB, 15 * MB, memory, random)
}

/** A straight leak from `onset` on. */
export function leak(minutes: number, mbPerHour: number, memory: number, onset: number, random: Chance): Shape {
  return noisy(minutes, (i) => 500 * MB + (mbPerHour * MB * Math.max(0, i - onset)) / 60, 15 * MB, memory, random)
}

/** Steps without drift that never come home. */
export function walk(minutes: number, random: Chance): Shape {
  let at = 500 * MB
  const floor = Float64Array.from({ length: minutes }, () => {
    at += 1.5 * MB * random.normal()
    return at
  })
  return { floor, mean: floor.map((value) => value + MB), cuts: [] }
}

/** A cache of `sizeMb` that fills with time constant `fillMinutes`. */
export function cache(minutes: number, sizeMb: number, fillMinutes: number, random: Chance): Shape {
  return noisy(minutes, (i) => (300 + sizeMb * (1 - Math.exp(-i / fillMinutes))) * MB, 5 * MB, 10, random)
}

/** A process that warms up with the logarithm of its age. */
export function warmUp(minutes: number, mbPerDoubling: number, random: Chance): Shape {
  return noisy(minutes, (i) => (200 + mbPerDoubling * Math.log2(1 + i / 5)) * MB, 0.5 * MB, 5, random)
}

export function step(minutes: number, at: number, mb: number, random: Chance): Shape {
  return noisy(minutes, (i) => (i < at ? 400 : 400 + mb) * MB, 4 * MB, 10, random)
}

/** Memory that follows the work in flight over the day; `known` tells the detector of the work. */
export function diurnal(minutes: number, known: boolean, phase: number, random: Chance): Shape {
  const load = Float64Array.from({ length: minutes }, (_, i) =>
    Math.max(1, 50 * (1 - 0.8 * Math.cos((2 * Math.PI * (i + phase)) / DAY)) * (1 + 0.05 * random.normal())),
  )
  const shape = noisy(minutes, (i) => (300 + load[i]!) * MB, 4 * MB, 5, random)
  return known ? { ...shape, concurrency: load, calls: load.map((value) => value * 600) } : shape
}

/** Bytes kept per call, traffic by the day: a staircase. */
export function staircase(minutes: number, mbPerDay: number, random: Chance): Shape {
  const calls = Float64Array.from({ length: minutes }, (_, i) => 3000 * (1 - 0.9 * Math.cos((2 * Math.PI * i) / DAY)))
  let kept = 0
  const level = calls.map((value) => {
    kept += (value * mbPerDay * MB) / (3000 * DAY)
    return kept
  })
  const shape = noisy(minutes, (i) => 400 * MB + level[i]!, 5 * MB, 10, random)
  return { ...shape, calls, concurrency: calls.map((value) => value / 600) }
}

/** A heap that is collected each `cycle` minutes, with or without a leak under it. */
export function sawtooth(minutes: number, cycle: number, mbPerHour: number, random: Chance): Shape {
  let garbage = 0
  let due = cycle
  const floor = new Float64Array(minutes)
  for (let i = 0; i < minutes; i++) {
    garbage += (200 / cycle) * (0.8 + 0.4 * random.even())
    due -= 1
    if (due <= 0) {
      garbage = 0
      due = cycle * (0.8 + 0.4 * random.even())
    }
    floor[i] = (150 + garbage + (mbPerHour * i) / 60 + Math.abs(random.normal())) * MB
  }
  return { floor, mean: floor.map((value) => value + 5 * MB), cuts: [] }
}

/** Restarts every `life` minutes, each with a start that warms up. */
export function restarts(minutes: number, life: number, random: Chance): Shape {
  const shape = noisy(minutes, (i) => (200 + 60 * (1 - Math.exp(-(i % life) / 20))) * MB, 3 * MB, 5, random)
  const cuts = Array.from({ length: Math.floor(minutes / life) }, (_, k) => (k + 1) * life).filter((c) => c < minutes)
  return { ...shape, cuts }
}

/** Rises for `until` minutes, then stays. */
export function trendThenStable(minutes: number, until: number, random: Chance): Shape {
  return noisy(minutes, (i) => (400 + (100 * Math.min(i, until)) / until) * MB, 4 * MB, 10, random)
}

/** A batch job: up for a while, down for a while. */
export function squareWave(minutes: number, period: number, random: Chance): Shape {
  return noisy(minutes, (i) => (i % period < period / 2 ? 300 : 420) * MB, 4 * MB, 5, random)
}

/** A leak that feeds on itself: doubles each `doubling` minutes from 5 MB on. */
export function accelerating(minutes: number, doubling: number, random: Chance): Shape {
  return noisy(minutes, (i) => (300 + 5 * 2 ** (i / doubling)) * MB, 6 * MB, 10, random)
}

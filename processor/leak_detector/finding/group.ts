/**
 * Which symptoms are one leak, and which of them names it.
 *
 * A leak seldom shows in one place: a leaked goroutine keeps its stack, the heap grows, the container's memory grows.
 * Three findings would be one too few answers and two too many pages. Resources of one service are taken for one leak
 * when they began together and nothing said of their causes contradicts it.
 *
 * Named is the resource nearest to the cause. Among bytes that is the one nearest to the allocator: heap before native
 * before the whole process. Things that can be counted (connections, goroutines, threads, …) come before bytes when
 * they can account for them: bytes grow, for each item, by what such an item may plausibly keep. When the bytes grow
 * far faster than that, the items are a symptom like the others.
 */
import type { LeakResource } from '../detect/evidence.ts'
import { isBytes, type Symptom } from './finding.ts'

/** Onsets further apart than this share of the leak's age are two leaks, unless their intervals overlap. */
const ONSET_SHARE = 0.25

/** Nearest to the cause first. A leaked connection holds a descriptor and, in Go, two goroutines: it is the cause. */
const NEAREST_TO_CAUSE: readonly LeakResource[] = [
  'connection',
  'goroutine',
  'thread',
  'handle',
  'fd',
  'queue',
  'heap',
  'native',
  'memory',
]

/** What one item plausibly keeps, bytes: its own structures at least, a page-sized request and its buffers at most. */
const BYTES_AN_ITEM: Readonly<Partial<Record<LeakResource, { readonly min: number; readonly max: number }>>> = {
  connection: { min: 256, max: 1 << 20 },
  goroutine: { min: 2_048, max: 1 << 20 },
  thread: { min: 4_096, max: 16 << 20 },
  handle: { min: 64, max: 1 << 20 },
  fd: { min: 64, max: 1 << 18 },
  queue: { min: 16, max: 16 << 20 },
}

/** Do these two resources of one service grow for one reason, as far as can be told? Symmetric. */
export function sameLeak(a: Symptom, b: Symptom): boolean {
  if (a.container !== b.container && a.container !== '' && b.container !== '') return false
  return beganTogether(a, b) && !contradict(a, b)
}

function beganTogether(a: Symptom, b: Symptom): boolean {
  const first = a.verdict.growth.onsetMs
  const second = b.verdict.growth.onsetMs
  if (first.low <= second.high && second.low <= first.high) return true
  const ageMs = Math.max(a.atMs, b.atMs) - Math.min(first.value, second.value)
  return Math.abs(first.value - second.value) <= ONSET_SHARE * ageMs
}

/** Two causes that cannot both be true. Not knowing contradicts nothing. */
function contradict(a: Symptom, b: Symptom): boolean {
  const first = causeOf(a)
  const second = causeOf(b)
  return first !== undefined && second !== undefined && first !== second
}

function causeOf(symptom: Symptom): string | undefined {
  switch (symptom.attribution?.kind) {
    case 'request_driven':
      return `call ${symptom.attribution.culprit.operation}`
    case 'operation_only':
      return `call ${symptom.attribution.operation}`
    case 'time_driven':
      return 'time'
    default:
      return undefined
  }
}

/** The symptom that names the leak. @param symptoms at least one, all of one leak. */
export function carrierOf(symptoms: readonly Symptom[]): Symptom {
  const ordered = symptoms.toSorted(byNearness)
  const bytes = ordered.find(({ resource }) => isBytes(resource))
  const item = ordered.find(({ resource }) => !isBytes(resource))
  if (item === undefined) return bytes!
  return bytes === undefined || accountsFor(item, bytes) ? item : bytes
}

/** Nearest to the cause first, then by text, so that the order never depends on who came first. */
export function byNearness(a: Symptom, b: Symptom): number {
  const nearness = NEAREST_TO_CAUSE.indexOf(a.resource) - NEAREST_TO_CAUSE.indexOf(b.resource)
  if (nearness !== 0) return nearness
  return a.container < b.container ? -1 : a.container > b.container ? 1 : 0
}

function accountsFor(item: Symptom, bytes: Symptom): boolean {
  const plausible = BYTES_AN_ITEM[item.resource]!
  const bytesAnItem = bytes.verdict.growth.rate.value / item.verdict.growth.rate.value
  return bytesAnItem >= plausible.min && bytesAnItem <= plausible.max
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LeakResource } from '../../../../processor/leak_detector/detect/evidence.ts'
import type { Symptom } from '../../../../processor/leak_detector/finding/finding.ts'
import { carrierOf, sameLeak } from '../../../../processor/leak_detector/finding/group.ts'
import { createLedger } from '../../../../processor/leak_detector/finding/ledger.ts'
import { LEDGER_DEFAULTS } from '../../../../processor/leak_detector/finding/settings.ts'
import { HOUR, MINUTE, NOON, names, ONSET, quiet, run, suspect } from './made.ts'

const { openSteps, resolveSteps } = LEDGER_DEFAULTS
const since = (atMs: number, spreadMs = MINUTE) => ({
  onsetMs: { value: atMs, low: atMs - spreadMs, high: atMs + spreadMs },
})
const growing = (resource: LeakResource, aSecond: number): Symptom =>
  suspect({ resource }, { rate: { value: aSecond, low: aSecond / 2, high: aSecond * 2 } })
const timeDriven = { attribution: { kind: 'time_driven', facts: [] } } as const

test('[F9] one leak: onsets that overlap, or lie within a quarter of its age', () => {
  const heap = suspect({ resource: 'heap' }, since(NOON - 4 * HOUR))
  const memory = (onsetMs: number, spreadMs?: number) => suspect({}, since(onsetMs, spreadMs))
  assert.ok(sameLeak(heap, memory(NOON - 4 * HOUR)))
  assert.ok(sameLeak(heap, memory(NOON - 3 * HOUR)))
  assert.ok(!sameLeak(heap, memory(NOON - 3 * HOUR + 2 * MINUTE)))
  assert.ok(sameLeak(heap, memory(NOON - HOUR, 4 * HOUR)))
  assert.ok(!sameLeak(memory(NOON - HOUR), heap))
})

test('[F9] one leak: causes that do not contradict, containers that may be the same', () => {
  const call = suspect()
  const other = suspect({
    resource: 'heap',
    attribution: {
      ...call.attribution!,
      culprit: { callerService: 'x', callerOperation: '', operation: 'GET /' },
    } as never,
  })
  assert.ok(!sameLeak(call, other))
  assert.ok(!sameLeak(call, suspect({ resource: 'heap', ...timeDriven })))
  assert.ok(sameLeak(call, suspect({ resource: 'heap', attribution: undefined })))
  assert.ok(sameLeak(call, suspect({ resource: 'heap', container: '' })))
  assert.ok(!sameLeak(call, suspect({ resource: 'heap', container: 'sidecar' })))
})

test('[F9] heap before native before memory; items first when they account for the bytes', () => {
  const cases: readonly (readonly [readonly Symptom[], LeakResource])[] = [
    [[growing('memory', 9), growing('heap', 9), growing('native', 9)], 'heap'],
    [[growing('memory', 9), growing('native', 9)], 'native'],
    [[growing('memory', 9)], 'memory'],
    [[growing('heap', 8_192), growing('goroutine', 1)], 'goroutine'],
    [[growing('heap', 100), growing('goroutine', 1)], 'heap'],
    [[growing('heap', 8 << 20), growing('goroutine', 1)], 'heap'],
    [[growing('fd', 1), growing('connection', 1), growing('goroutine', 2), growing('memory', 30_000)], 'connection'],
    [[growing('thread', 1), growing('fd', 1)], 'thread'],
  ]
  for (const [symptoms, expected] of cases) {
    assert.equal(carrierOf(symptoms).resource, expected)
    assert.equal(carrierOf(symptoms.toReversed()).resource, expected)
  }
})

test('[F9] several symptoms, one finding, named for the nearest to the cause; the others are evidence', () => {
  const { events } = run(createLedger({ openShare: 0 }), NOON, 20, () => [suspect(), suspect({ resource: 'heap' })])
  assert.deepEqual(names(events), ['opened open 1'])
  const { carrier, symptoms } = events[0]!.finding
  assert.deepEqual([carrier.resource, symptoms.map(({ resource }) => resource)], ['heap', ['memory']])
})

test('[F9] a nearer symptom takes the name over until it is told, and joins afterwards', () => {
  const late = (step: number, atMs: number) => {
    const heap = suspect({ resource: 'heap' })
    return atMs >= NOON + step * MINUTE ? [suspect(), heap] : [suspect()]
  }
  const early = run(createLedger({ openShare: 0 }), NOON, 30, (atMs) => late(2, atMs)).events
  assert.deepEqual([names(early), early[0]!.finding.carrier.resource], [['opened open 1'], 'heap'])
  const ledger = createLedger({ openShare: 0 })
  const after = run(ledger, NOON, 30, (atMs) => late(10, atMs)).events
  assert.deepEqual([names(after), after[0]!.finding.carrier.resource], [['opened open 1'], 'memory'])
  assert.deepEqual(
    ledger.live().map(({ symptoms }) => symptoms.map(({ resource }) => resource)),
    [['heap']],
  )
})

test('[F9] a leak gathers around the symptom nearest to a cause: what belongs only to its symptoms stands apart', () => {
  const between = (low: number, high: number) => ({
    onsetMs: { value: NOON - ((low + high) / 2) * MINUTE, low: NOON - low * MINUTE, high: NOON - high * MINUTE },
  })
  const thread = suspect({ resource: 'thread' }, between(120, 80))
  const fd = suspect({ resource: 'fd' }, between(85, 35))
  const handle = suspect({ resource: 'handle' }, between(40, 20))
  const found = run(createLedger({ openShare: 0 }), NOON, 20, () => [fd, handle, thread]).events
  const parts = found.map(({ finding }) => [
    finding.carrier.resource,
    ...finding.symptoms.map(({ resource }) => resource),
  ])
  assert.deepEqual(parts.toSorted(), [['handle'], ['thread', 'fd']])
})

test('[F9] two leaks of one service are two findings', () => {
  const heap = suspect({ resource: 'heap' }, since(ONSET))
  const fd = suspect({ resource: 'fd', ...timeDriven }, since(NOON - 10 * MINUTE))
  const { events } = run(createLedger({ openShare: 0 }), NOON, 20, () => [heap, fd])
  assert.deepEqual(events.map(({ finding }) => finding.carrier.resource).toSorted(), ['fd', 'heap'])
})

test('[F10] a symptom that goes on when the carrier has stopped becomes its own finding', () => {
  const ledger = createLedger({ openShare: 0 })
  const first = run(ledger, NOON, openSteps, () => [suspect(), suspect({ resource: 'heap' })])
  const stopped = run(ledger, first.next, resolveSteps + openSteps, () => [suspect(), quiet({ resource: 'heap' })])
  assert.deepEqual(
    stopped.events.map(({ name, finding }) => `${name} ${finding.carrier.resource}`),
    ['resolved heap', 'opened memory'],
  )
})

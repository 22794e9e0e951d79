import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coroot } from './coroot.ts'
import { chanceAt, fakeCase } from './fake_case.ts'
import { heapAfterGc } from './heap_after_gc.ts'
import { readSeries } from './series.ts'

const MIB = 1_048_576
const POD = { 'service.name': 'cart', 'k8s.pod.name': 'cart-0' }

/** Minutes at which an alarm begins or ends; `level` gives MiB at a minute. */
function changes(hours: number, level: (minute: number) => number, resource: Readonly<Record<string, string>> = POD) {
  const values = Array.from({ length: 300 }, (_, minute) => level(minute) * MIB)
  const run = fakeCase(60_000, [{ resource, metric: 'container.memory.working_set', values }])
  const said = coroot(hours).decide(readSeries(run))
  return said
    .filter(({ state }, at) => said[at - 1]?.state !== state)
    .map(({ atMs, state }) => `${state} ${(atMs - run.startMs) / 60_000}`)
}

test('[R5] without a limit it takes 50 MiB an hour', () => {
  // 80 % of the hour is there at 48 min, so the first look that counts is at 60, and it has held for 15 min at 75.
  assert.deepEqual(
    changes(1, (minute) => 100 + (minute * 51) / 60),
    ['alarm 75'],
  )
  assert.deepEqual(
    changes(1, (minute) => 100 + (minute * 49) / 60),
    [],
  )
})

test('[R5] and more than 10 % of what was in use an hour ago', () => {
  assert.deepEqual(
    changes(1, (minute) => 1000 + (minute * 60) / 60),
    [],
  )
})

test('[R5] what levels off is not growing: the last quarter must rise at 30 % of the slope', () => {
  // From 60 to 120 min a rise of 120 MiB, then none: at 135 the whole hour still rises, its last quarter does not.
  const said = changes(1, (minute) => 200 + 2 * Math.max(0, Math.min(minute - 60, 60)))
  assert.deepEqual(said, ['alarm 105', 'ended 150'])
})

test('[R5] a restart splits the window, and the longest part must be a third of it', () => {
  // Every 15 min back to 50: no part is 20 min long. Every 40 min: one is.
  assert.deepEqual(
    changes(1, (minute) => 50 + 10 * (minute % 15)),
    [],
  )
  assert.ok(changes(1, (minute) => 50 + 10 * (minute % 40)).length > 0)
})

test('[R5] periodic jobs are left out', () => {
  const job = { ...POD, 'k8s.cronjob.name': 'nightly' }
  assert.deepEqual(
    changes(1, (minute) => 100 + minute * 2, job),
    [],
  )
})

test('[R5] six hours are the same rule stretched: 50 MiB in six hours are seen there and not in one', () => {
  assert.deepEqual(
    changes(1, (minute) => 100 + (minute * 60) / 360),
    [],
  )
  // 48 of 60 points of 6 min are begun at 285 min, and it has held for 15 min at 300.
  assert.deepEqual(
    changes(6, (minute) => 100 + (minute * 60) / 360),
    ['alarm 300'],
  )
})

test('[R7] lows of the heap are judged, not what lies on top, and heap alone', () => {
  const saw = (floor: (minute: number) => number) =>
    Array.from({ length: 480 }, (_, minute) => (floor(minute) + 40 * (minute % 10)) * MIB)
  const said = (values: readonly number[], metric: string) => {
    const run = fakeCase(60_000, [{ resource: POD, metric, values }])
    return heapAfterGc().decide(readSeries(run))
  }
  const heap = 'process.runtime.go.mem.heap_alloc'
  const [first] = said(
    saw((minute) => 100 + minute * 0.5),
    heap,
  )
  assert.ok(Math.abs(first!.perSecond!.value / ((0.5 * MIB) / 60) - 1) < 0.02)
  assert.deepEqual(
    said(
      saw((minute) => 100 + 5 * chanceAt(minute, 1)),
      heap,
    ),
    [],
  )
  assert.deepEqual(
    said(
      saw((minute) => 100 + minute * 0.5),
      'process.memory.usage',
    ),
    [],
  )
})

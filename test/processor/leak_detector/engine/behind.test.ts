import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createBehind } from '../../../../processor/leak_detector/engine/behind.ts'
import { createEngine } from '../../../../processor/leak_detector/engine/engine.ts'
import { createTestIngest, type SpanOf } from './wire.ts'

const STEP_MS = 60_000
const SENDER = 7
const T0 = 1_772_000_040_000

/** Heard once a step, so many steps late each time. */
function heardLate(lateSteps: readonly number[]) {
  const behind = createBehind(STEP_MS)
  for (const [step, late] of lateSteps.entries()) behind.hear(SENDER, 100 + step - late, 99 + step)
  return behind
}

test('[E22] who is late by two steps three times in a row is moved on by two', () => {
  assert.equal(heardLate([2, 2]).stepsOf(SENDER), 0)
  const behind = heardLate([2, 2, 2])
  assert.equal(behind.stepsOf(SENDER), 2)
  assert.equal(behind.stepsOf(SENDER + 1), 0)
  assert.equal(behind.count, 1)
})

test('[E22] who drains a queue is not: he catches up, or time does not pass while he does', () => {
  assert.equal(heardLate([9, 8, 6, 4, 2, 0]).stepsOf(SENDER), 0)
  const atOnce = createBehind(STEP_MS)
  for (let step = 0; step < 5; step++) atOnce.hear(SENDER, 90 + step, 99)
  assert.equal(atOnce.stepsOf(SENDER), 0)
})

test('[E22] late now and then is not behind, and neither is a clock that is wrong by hours', () => {
  assert.equal(heardLate([1, 0, 1, 1, 0, 1, 0]).stepsOf(SENDER), 0)
  assert.equal(heardLate([240, 240, 240, 240]).stepsOf(SENDER), 0)
})

test('[E22] as late as he is at most counts, more counts when it stays, and who is in time again is let go', () => {
  const unsteady = createBehind(STEP_MS)
  for (const [newest, closed] of [[100, 100] as const, [101, 102] as const, [103, 103] as const])
    unsteady.hear(SENDER, newest, closed)
  assert.equal(unsteady.stepsOf(SENDER), 2)
  assert.equal(heardLate([1, 1, 1, 3, 3, 3, 3, 3]).stepsOf(SENDER), 3)
  assert.equal(heardLate([1, 1, 1, 0, 0]).stepsOf(SENDER), 1)
  const mended = heardLate([1, 1, 1, 0, 0, 0])
  assert.equal(mended.stepsOf(SENDER), 0)
  assert.equal(mended.count, 0)
})

test('[E22] whatever is heard, nobody is moved by more than he was late', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12), { maxLength: 40 }), (lateSteps) => {
      const shift = heardLate(lateSteps).stepsOf(SENDER)
      assert.ok(shift >= 0 && shift <= Math.max(0, ...lateSteps.filter((late) => late <= 10)))
    }),
  )
})

/** Steps of the newest hour in which each of two services has data; `slow` has its clock behind by so much. */
function stepsSeen(slowMs: number): readonly number[] {
  const engine = createEngine({ stepMs: STEP_MS })
  const ingest = createTestIngest(STEP_MS)
  for (let step = 0; step < 60; step++) {
    const atMs = T0 + step * STEP_MS + 45_000
    for (const [service, timeMs] of [['quick', atMs] as const, ['slow', atMs + 2_000 - slowMs] as const]) {
      ingest.metrics({ 'service.name': service, 'service.instance.id': service }, timeMs, [
        { name: 'go.goroutine.count', as: 'gauge', unit: '{goroutine}', value: 100 + step },
      ])
      engine.merge(ingest.drain())
      engine.advance()
    }
  }
  engine.flush()
  const { state } = engine
  return [...state.entities.eachInstance()].map(({ series: [id] }) => {
    const values = state.tensor.read(id!, 0, state.closedStep, 60, 'mean')
    return values.filter((value) => !Number.isNaN(value)).length
  })
}

test('[E22] a service whose clock is two minutes behind is watched like the others, but for its first steps', () => {
  assert.deepEqual(stepsSeen(0), [60, 60])
  const [quick, slow] = stepsSeen(120_000)
  assert.equal(quick, 60)
  assert.ok(slow! >= 54 && slow! < 60, `${slow} steps`)
})

test('[E22] so are its calls', () => {
  const engine = createEngine({ stepMs: STEP_MS })
  const ingest = createTestIngest(STEP_MS)
  for (let step = 0; step < 30; step++) {
    const atMs = T0 + step * STEP_MS + 45_000
    const slowMs = atMs - 120_000
    const id = 1 + step * 2
    const client: SpanOf = {
      service: 'quick',
      trace: id,
      id,
      kind: 'client',
      name: 'GET',
      startMs: atMs - 50,
      endMs: atMs,
    }
    const server: SpanOf = {
      ...client,
      service: 'slow',
      id: id + 1,
      parent: id,
      kind: 'server',
      name: 'GET /a',
      startMs: slowMs - 40,
      endMs: slowMs - 10,
    }
    ingest.spans([client, server])
    engine.merge(ingest.drain())
    engine.advance()
  }
  engine.flush()
  const { entities, ways } = engine.state
  const way = [...ways.each()].find(({ callee }) => entities.service(callee).name === 'slow')!
  assert.equal(entities.service(way.caller).name, 'quick')
  assert.ok(way.calls >= 25, `${way.calls} of 30 calls`)
})

/** Calls counted of sixty, told a minute's worth at once by a service whose clock is behind by so much. */
function callsCounted(slowMs: number): number {
  const engine = createEngine({ stepMs: STEP_MS })
  const ingest = createTestIngest(STEP_MS)
  for (let step = 0; step < 30; step++) {
    const sentMs = T0 + step * STEP_MS + 30_000
    const calls = [55_000, 5_000].flatMap((agoMs, at) => {
      const id = 1 + step * 4 + at * 2
      const atMs = sentMs - agoMs
      const call = { trace: id, startMs: atMs - 50, endMs: atMs }
      const slow = { startMs: call.startMs - slowMs, endMs: call.endMs - slowMs }
      return [
        { ...call, service: 'quick', id, kind: 'client', name: 'GET' } as const,
        { ...call, ...slow, service: 'slow', id: id + 1, parent: id, kind: 'server', name: 'GET /a' } as const,
      ]
    })
    ingest.spans(calls)
    engine.merge(ingest.drain())
    engine.advance()
  }
  engine.flush()
  const { entities, ways } = engine.state
  return [...ways.each()].find(({ callee }) => entities.service(callee).name === 'slow')?.calls ?? 0
}

test('[E24] spans that are held back for a minute by a service whose clock is behind by another are counted all the same', () => {
  for (const slowMs of [0, 20_000, 40_000, 60_000, 90_000, 120_000])
    assert.ok(callsCounted(slowMs) >= 50, `${callsCounted(slowMs)} of 60 calls, ${slowMs / 1000} s behind`)
})

test('[E24] calls that a queue held back for minutes are late', () => {
  const engine = createEngine({ stepMs: STEP_MS })
  const ingest = createTestIngest(STEP_MS)
  const call = (id: number, endMs: number): SpanOf => ({
    service: 'slow',
    trace: id,
    id,
    kind: 'server',
    name: 'GET /a',
    startMs: endMs - 50,
    endMs,
  })
  for (let step = 0; step < 10; step++) {
    ingest.spans([call(1 + step, T0 + step * STEP_MS)])
    engine.merge(ingest.drain())
    engine.advance()
  }
  ingest.spans([call(90, T0 + STEP_MS), call(91, T0 + 2 * STEP_MS)])
  engine.merge(ingest.drain())
  engine.advance()
  engine.flush()
  assert.equal(engine.counts.late, 2)
  assert.equal([...engine.state.ways.each()][0]!.calls, 10)
})

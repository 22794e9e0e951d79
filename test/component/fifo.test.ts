import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createFifo } from '../../component/fifo.ts'
import { seldom } from '../../component/seldom.ts'
import { manualClock } from './manual_clock.ts'

test('a fifo does what an array does', () => {
  const steps = fc.array(fc.oneof(fc.nat(), fc.constant('shift' as const)), { maxLength: 500 })
  fc.assert(
    fc.property(steps, (script) => {
      const fifo = createFifo<number>()
      const model: number[] = []
      for (const step of script) {
        if (step === 'shift') {
          assert.equal(fifo.peek(), model[0])
          assert.equal(fifo.shift(), model.shift())
        } else {
          fifo.push(step)
          model.push(step)
        }
        assert.equal(fifo.length, model.length)
      }
    }),
  )
})

test('seldom lets one through and adds up the rest', async () => {
  const clock = manualClock(0)
  const due = seldom(clock, 1_000)
  assert.deepEqual([due(5), due(7), due(1)], [5, undefined, undefined])
  await clock.advance(1_000)
  assert.deepEqual([due(2), due(1)], [10, undefined])
})

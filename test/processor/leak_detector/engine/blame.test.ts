import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stepsKept } from '../../../../processor/leak_detector/engine/blame.ts'

const RATIOS = [1, 10, 60]

test('[E21] each stretch of time is seen at the finest grain, none twice, and no more than a step is lost between', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 3, max: 5000 }), (first, seen) => {
      const now = first + seen
      const spans = RATIOS.flatMap((stepMs, ring) => {
        const newest = Math.floor(now / stepMs)
        const steps = Math.min([120, 144, 336][ring]!, newest - Math.floor(first / stepMs))
        return steps < 3 ? [] : [{ ring, stepMs, firstStep: newest - steps, steps }]
      })
      const kept = stepsKept(spans)
      assert.equal(kept[0], spans[0]?.steps)
      for (let at = 1; at < spans.length; at++) {
        const { firstStep, stepMs } = spans[at]!
        const endMs = (firstStep + kept[at]!) * stepMs
        const finerMs = spans[at - 1]!.firstStep * spans[at - 1]!.stepMs
        assert(kept[at]! >= 0 && kept[at]! <= spans[at]!.steps)
        assert(endMs <= finerMs || kept[at] === 0, `${endMs} after ${finerMs}`)
        assert(finerMs - endMs < stepMs, `${finerMs - endMs} lost`)
      }
    }),
  )
})

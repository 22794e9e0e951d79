import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addToFrame, finishFrame, frame, frameHeader, startFrame } from '../../component/grpc_frame.ts'

test('a message comes back whole, however it was cut', () => {
  const message = fc.uint8Array({ maxLength: 300 })
  fc.assert(
    fc.property(message, fc.boolean(), fc.array(fc.nat(305), { maxLength: 6 }), (content, compressed, cuts) => {
      const whole = Buffer.concat([frameHeader(content.length, compressed), content])
      const progress = startFrame()
      let from = 0
      for (const cut of [...cuts.filter((at) => at < whole.length).toSorted((a, b) => a - b), whole.length]) {
        addToFrame(progress, whole.subarray(from, cut))
        from = cut
        assert.equal(progress.messageBytes, from >= 5 ? content.length : -1, 'the length is known as soon as it can be')
      }
      assert.deepEqual(finishFrame(progress), { ok: true, compressed, message: Buffer.from(content) })
    }),
  )
})

test('what is not exactly one message is refused', () => {
  const rows: readonly (readonly [bytes: Buffer, reason: RegExp])[] = [
    [Buffer.alloc(0), /no message/],
    [Buffer.from([0, 0, 0]), /frame header/],
    [Buffer.from([0, 0, 0, 0, 2, 1]), /end of the message/],
    [Buffer.concat([frame(Buffer.from([1])), frame(Buffer.from([2]))]), /more than one/],
    [Buffer.from([2, 0, 0, 0, 0]), /unexpected payload format 2/],
  ]
  for (const [bytes, reason] of rows) {
    const progress = startFrame()
    if (bytes.length > 0) addToFrame(progress, bytes)
    const result = finishFrame(progress)
    assert.ok(!result.ok)
    assert.match(result.reason, reason)
  }
})

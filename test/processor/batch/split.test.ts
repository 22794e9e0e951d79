import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SIGNALS, type Signal } from '../../../component/payload.ts'
import { divisible } from '../../../processor/batch/split.ts'
import { ANY_REQUEST, itemsOf } from './requests.ts'

/** Cuts all of a request into ranges of these sizes, over and over. */
function pieces(signal: Signal, request: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const whole = divisible(signal, request)!
  const out: Uint8Array[] = []
  for (let from = 0; from < whole.items; ) {
    const to = Math.min(whole.items, from + sizes[out.length % sizes.length]!)
    out.push(whole.cut(from, to))
    from = to
  }
  return out
}

const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 })

for (const signal of SIGNALS) {
  test(`[B4] ${signal}: the pieces hold the items of the request, in order, each with all it hangs on`, () => {
    fc.assert(
      fc.property(ANY_REQUEST[signal], sizes, (request, each) => {
        const cut = pieces(signal, request, each)
        if (divisible(signal, request)!.items === 0) return
        assert.deepEqual(
          cut.flatMap((piece) => itemsOf(signal, piece)),
          itemsOf(signal, request),
        )
      }),
    )
  })

  test(`[B4] ${signal}: every piece holds as many items as were asked for`, () => {
    fc.assert(
      fc.property(ANY_REQUEST[signal], sizes, (request, each) => {
        const whole = divisible(signal, request)!
        const cut = pieces(signal, request, each)
        const counts = cut.map((piece) => divisible(signal, piece)!.items)
        assert.equal(
          counts.reduce((sum, count) => sum + count, 0),
          whole.items,
        )
        for (const [i, count] of counts.slice(0, -1).entries()) assert.equal(count, each[i % each.length])
      }),
    )
  })

  test(`[B4] ${signal}: bytes cut short or changed are refused or cut, never a crash`, () => {
    fc.assert(
      fc.property(ANY_REQUEST[signal], fc.nat(), fc.nat(255), fc.nat(), (request, where, byte, length) => {
        const broken = request.slice(0, length % (request.length + 1))
        if (broken.length > 0) broken[where % broken.length] = byte
        const whole = divisible(signal, broken)
        for (let i = 0; i < (whole?.items ?? 0); i++) {
          assert.equal(divisible(signal, whole!.cut(i, i + 1))?.items, 1)
        }
      }),
    )
  })
}

/** A length-delimited field. */
function field(number: number, ...content: readonly (readonly number[])[]): number[] {
  const bytes = content.flat()
  return [number * 8 + 2, bytes.length, ...bytes]
}
/** Field 15, a fixed32: no message of the three requests knows it. */
const unknown = (mark: number) => [15 * 8 + 5, mark, 0, 0, 0]

test('[B4] fields that nobody knows yet stay where they were, in every piece', () => {
  const [a, b, c] = [field(2, field(5, [97])), field(2, field(5, [98]), unknown(4)), field(2, field(5, [99]))]
  const scope = (...items: number[][]) => field(2, unknown(3), ...items, field(3, [120]))
  const request = Uint8Array.from([...unknown(1), ...field(1, unknown(2), scope(a, b, c))])
  const whole = divisible('traces', request)!
  assert.equal(whole.items, 3)
  const label = (...items: number[][]) => field(2, unknown(3), field(3, [120]), ...items)
  const piece = (...items: number[][]) => Uint8Array.from([...unknown(1), ...field(1, unknown(2), label(...items))])
  assert.deepEqual(whole.cut(0, 2), piece(a, b))
  assert.deepEqual(whole.cut(2, 3), piece(c))
})

test('[B4] what need not be cut is the very same bytes', () => {
  const one = field(1, field(2, field(2, [40, 1])))
  const two = field(1, unknown(9), field(2, field(2, [40, 2])))
  const request = Uint8Array.from([...one, ...two])
  const whole = divisible('logs', request)!
  assert.equal(whole.cut(0, 2), request)
  assert.deepEqual([...whole.cut(0, 1)], one)
  assert.deepEqual([...whole.cut(1, 2)], two)
})

test('[B4] bytes that are no request cannot be cut', () => {
  for (const bytes of [
    [0],
    [10],
    [10, 5, 1],
    [11, 12],
    [10, 1, 10],
    [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1],
  ]) {
    assert.equal(divisible('traces', Uint8Array.from(bytes)), undefined, String(bytes))
  }
  assert.equal(divisible('traces', new Uint8Array(0))?.items, 0)
})

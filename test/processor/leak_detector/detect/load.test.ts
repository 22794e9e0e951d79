import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assess } from '../../../../processor/leak_detector/detect/assess.ts'
import { contextWith, WHOLE_BLOCKS_MS, windowOf } from './context.ts'
import { chance } from './shapes.ts'

const MIB = 2 ** 20
const MINUTES = 40 * 60
/** From ten calls a minute to thirty, in waves. */
const calls = Float64Array.from(
  { length: MINUTES },
  (_, minute) => 10 + (20 * minute) / MINUTES + 2 * Math.sin(minute / 90),
)

/** What is said of an old process that serves these calls, so many of them at a time. */
function said(mib: (minute: number) => number, inFlight: (minute: number) => number) {
  const random = chance(3)
  const floor = Float64Array.from({ length: MINUTES }, (_, minute) => (mib(minute) + 0.3 * random.normal()) * MIB)
  const concurrency = Float64Array.from({ length: MINUTES }, (_, minute) => inFlight(minute))
  const bornMs = WHOLE_BLOCKS_MS - 30 * 86_400_000
  const window = windowOf(floor, { startMs: WHOLE_BLOCKS_MS, bornMs, calls, concurrency })
  const verdict = assess([window], contextWith())
  return verdict.kind === 'explained' ? verdict.reasons.join() : verdict.kind
}

test('[D10] what calls leave behind for a while grows with the calls that come, however few are in flight', () => {
  const sessions = (minute: number) => 100 + 4 * calls[minute]!
  assert.match(
    said(sessions, () => 0.5),
    /load_growth/,
  )
  assert.match(
    said(sessions, (minute) => calls[minute]! / 60),
    /load_growth/,
  )
})

test('[D10] what grows with the calls done is not explained by them', () => {
  let done = 0
  const kept = calls.map((perMinute) => {
    done += perMinute
    return 100 + done / 400
  })
  assert.equal(
    said(
      (minute) => kept[minute]!,
      () => 0.5,
    ),
    'growing',
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOptions } from './options.ts'

test('nothing asked for: three minutes at most, a fresh seed', () => {
  assert.deepEqual(parseOptions([], 42), {
    seconds: 180,
    seed: 42,
    keep: false,
    record: undefined,
    quiet: false,
    leaks: true,
  })
})

test('--keep goes on for ever', () => {
  const options = parseOptions(['--keep', '--seed', '7', '--record', 'a.jsonl', '--healthy', '--quiet'], 42)
  assert.deepEqual(options, {
    seconds: Number.POSITIVE_INFINITY,
    seed: 7,
    keep: true,
    record: 'a.jsonl',
    quiet: true,
    leaks: false,
  })
})

for (const [args, wrong] of [
  [['--seconds', 'soon'], /--seconds wants a number/],
  [['--seed', '1.5'], /--seed wants a whole number/],
  [['--sed', '1'], /--sed/],
  [['file'], /file/],
] as const) {
  test(`${args.join(' ')} is refused`, () => {
    const options = parseOptions(args, 42)
    assert.ok(options !== 'help' && 'wrong' in options)
    assert.match(options.wrong, wrong)
  })
}

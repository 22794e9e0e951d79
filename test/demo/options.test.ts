import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOptions } from './options.ts'

test('nothing asked for: three minutes at most, the usual seed', () => {
  assert.deepEqual(parseOptions([]), {
    seconds: 180,
    seed: 7,
    keep: false,
    record: undefined,
    quiet: false,
    leaks: true,
  })
})

test('--keep goes on for ever', () => {
  const options = parseOptions(['--keep', '--seed', '8', '--record', 'a.jsonl', '--healthy', '--quiet'])
  assert.deepEqual(options, {
    seconds: Number.POSITIVE_INFINITY,
    seed: 8,
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
    const options = parseOptions(args)
    assert.ok(options !== 'help' && 'wrong' in options)
    assert.match(options.wrong, wrong)
  })
}

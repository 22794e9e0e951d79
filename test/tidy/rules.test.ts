/** The rules themselves: each finds what it is there to find, and lets go what is right. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import ts from 'typescript'
import { cycles } from './cycles.ts'
import { mayImport, roomOf } from './downhill.ts'
import { importsOf, type Source } from './sources.ts'
import * as rules from './syntax_rules.ts'

function source(text: string, file = 'proto/x.ts'): Source {
  return { file, text, tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true), isTest: false }
}

/** Which rule, what it must find, what it must let go. */
const CASES: readonly (readonly [string, rules.Rule, string, string])[] = [
  [
    'long functions',
    rules.longFunctions,
    `const f = () => {${'\n'.repeat(70)}}`,
    `const f = () => {${'\n'.repeat(69)}}`,
  ],
  ['any', rules.anys, 'const x: readonly any[] = []', "const any = 'any'"],
  ['export *', rules.hiddenExports, "export * from './a.ts'", "export { a } from './a.ts'"],
  ['default exports', rules.hiddenExports, 'export default function f() {}', 'export function f() {}'],
  ['default values', rules.hiddenExports, 'export default 1', 'export const a = 1'],
  ['vague names', rules.vagueNames, 'class QueueManager {}', 'class Management {}'],
  ['the clock', rules.restrictedGlobals, 'f(Date.now())', 'f(clock.nowMs())'],
  ['dates of now', rules.restrictedGlobals, 'new Date()', 'new Date(0)'],
  ['timers', rules.restrictedGlobals, 'setTimeout(f, 1)', 'clock.after(1, f)'],
  ['chance', rules.restrictedGlobals, 'Math.random()', 'random.next()'],
  [
    'undocumented exports',
    rules.undocumentedExports,
    'export const a = 1',
    '/** a */\nexport const a = 1\nexport const b = 2',
  ],
  [
    'a comment too far away',
    rules.undocumentedExports,
    '/** a */\nexport const a = 1\n\nexport const b = 2',
    'const b = 2',
  ],
  ['only', rules.silencedTests, "test.only('x', f)", "test('only', f)"],
  ['skips without a reason', rules.silencedTests, "test('x', { skip: true }, f)", "test('x', { skip: why() }, f)"],
  ['skips inside', rules.silencedTests, 't.skip()', "t.skip('no such device')"],
]

for (const [name, rule, wrong, right] of CASES) {
  test(`finds ${name}`, () => {
    assert.equal(rule(source(wrong)).length, 1, wrong)
    assert.deepEqual(rule(source(right)), [], right)
  })
}

test('imports are found wherever they stand', () => {
  const text =
    "import a from '../b/a.ts'\nimport type { B } from './b.ts'\nexport { c } from 'zod'\nconst d = await import('./d.ts')"
  const found = importsOf(source(text, 'exporter/file/x.ts'))
  assert.deepEqual(
    found.map(({ target, isOurs, isType, line }) => [target, isOurs, isType, line]),
    [
      ['exporter/b/a.ts', true, false, 1],
      ['exporter/file/b.ts', true, true, 2],
      ['zod', false, false, 3],
      ['exporter/file/d.ts', true, false, 4],
    ],
  )
})

test('arrows: words below all, service above all, plugins side by side', () => {
  assert.equal(roomOf('processor/leak_detector/batch/cell.ts'), 'processor/leak_detector/batch')
  assert.equal(roomOf('processor/batch/pile.ts'), 'processor/batch')
  assert.equal(roomOf('elsewhere/x.ts'), undefined)
  assert.ok(
    mayImport('exporter/file', 'proto') && mayImport('service', 'exporter/file') && mayImport('test', 'service'),
  )
  assert.ok(
    !mayImport('proto', 'component') &&
      !mayImport('exporter/file', 'exporter/nop') &&
      !mayImport('component', 'service'),
  )
})

test('circles are found once each', () => {
  const graph = new Map([
    ['a', ['b', 'c']],
    ['b', ['c']],
    ['c', ['a', 'd']],
    ['d', []],
  ])
  assert.deepEqual(cycles(graph), [['a', 'b', 'c']])
  assert.deepEqual(
    cycles(
      new Map([
        ['a', ['b']],
        ['b', []],
      ]),
    ),
    [],
  )
})

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configurations have their own.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EXPANSIONS_MAX, expand } from '../../../service/config/expand.ts'
import { emptyReport, renderIssue } from '../../../service/config/issue.ts'
import { fixedOutside } from '../../../service/config/outside.ts'
import { plain, type ScalarNode } from '../../../service/config/tree.ts'
import { parseYaml } from '../../../service/config/yaml.ts'

type Strings = Readonly<Record<string, string>>

function expanded(text: string, env: Strings = {}, files: Strings = {}) {
  const report = emptyReport()
  const tree = parseYaml(text, 'f.yaml', report)
  assert.ok(tree, 'the test itself is YAML')
  const node = expand(tree, fixedOutside(files, env), report)
  return { node, value: plain(node), errors: report.issues.map(renderIssue), notices: report.notices }
}

/** Environment value → its meaning as a whole value, the text kept for strings. */
const TYPES: readonly (readonly [string, unknown])[] = [
  ['123', 123],
  ['0123', 83],
  ['0xdeadbeef', 3735928559],
  ['true', true],
  ['t', 't'],
  ['1.5', 1.5],
  ['null', null],
  ['', null],
  ['"0123"', '"0123"'],
  ["'1'", "'1'"],
  ['!!str 0xff', '!!str 0xff'],
  ['[a, b]', ['a', 'b']],
  ['{a: 1}', { a: 1 }],
  ['a: 1', { a: 1 }],
  ['plain text', 'plain text'],
  ['[not yaml', '[not yaml'],
  ['2006-01-02T15:04:05Z', '2006-01-02T15:04:05Z'],
]

test('[C6] a value that is one expansion has the type of its text, and keeps the text', () => {
  for (const [text, value] of TYPES) {
    const got = expanded(`\${env:X}`, { X: text })
    assert.deepEqual(got.value, value, text)
    assert.equal(got.node.original, text)
  }
})

test('[C6] an expansion amid text puts its text there, unread', () => {
  assert.equal(expanded('a ${env:X} b', { X: '0123' }).value, 'a 0123 b')
  assert.equal(expanded('${env:H}:${env:P}', { H: 'localhost', P: '4317' }).value, 'localhost:4317')
  assert.equal(expanded('${X}${X}', { X: '1' }).value, '11')
  assert.equal(expanded('0x${X}', { X: 'ff' }).value, '0xff')
  assert.equal(expanded('<${X}>', { X: '{a: 1}' }).value, '<{a: 1}>')
})

test('[C6] schemes, defaults, nesting', () => {
  assert.equal(expanded('${X}', { X: 'v' }).value, 'v')
  assert.equal(expanded('${env:X:-def}').value, 'def')
  assert.equal(expanded('${env:X:-7}').value, 7)
  assert.equal(expanded('${X:-def}').value, 'def')
  assert.equal(expanded('${env:X:-def}', { X: 'set' }).value, 'set')
  const empty = expanded('${env:X:-}')
  assert.equal(empty.node.original, '')
  assert.equal(empty.notices.length, 0)
  assert.deepEqual(expanded('${yaml:[1, 2]}').value, [1, 2])
  assert.deepEqual(expanded('${file:a}', {}, { a: 'k: ${env:X}\n' }).value, { k: null })
  assert.deepEqual(expanded('${file:${env:P}}', { P: 'a' }, { a: 'k: 1' }).value, { k: 1 })
  assert.equal(expanded('${env:${A}_${B}}', { A: 'X', B: 'Y', X_Y: 'deep' }).value, 'deep')
  assert.equal(expanded('${A}', { A: '${env:B}', B: '5' }).value, 5, 'what an expansion gives is expanded too')
})

test('[C6] dollar signs', () => {
  const table: readonly (readonly [string, string])[] = [
    ['$$', '$'],
    ['$${X}', '${X}'],
    ['$$$${X}', '$${X}'],
    ['$$${X}', '$v'],
    ['a$b', 'a$b'],
    ['$X', '$X'],
    ['${X', '${X'],
    ['X}', 'X}'],
    ['}${X}', '}v'],
    ['$${X}${X}', '${X}v'],
  ]
  for (const [text, value] of table) assert.equal(expanded(`'${text}'`, { X: 'v' }).value, value, text)
})

test('[C6] any text with its dollar signs doubled is itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'X', ':', 'env:', ' ') }), (text) => {
      const got = expanded(JSON.stringify(text.replaceAll('$', () => '$$')), { X: 'never' })
      assert.equal(got.value, text)
      assert.deepEqual(got.errors, [])
    }),
  )
})

test('[C6] what has no expansion stays, places included', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (data) => {
      const text = JSON.stringify(data).replaceAll('$', 'S')
      const report = emptyReport()
      const tree = parseYaml(text, 'f.yaml', report)
      if (tree === undefined) return
      assert.deepEqual(expand(tree, fixedOutside({}, {}), report), tree)
    }),
  )
})

test('[C7] an unset variable is a warning and null', () => {
  const got = expanded('a: ${env:NOPE}')
  assert.deepEqual(got.value, { a: null })
  assert.equal(got.notices[0]?.message, 'Configuration references unset environment variable')
  assert.deepEqual(got.notices[0]?.fields, { name: 'NOPE' })
  assert.equal(got.notices[0]?.place?.column, 4)
})

test('[C2] values from a file have their places in that file', () => {
  const got = expanded('a: ${file:part.yaml}', {}, { 'part.yaml': '\n\nb: 1\n' })
  assert.equal(got.node.kind, 'map')
  const inner = got.node.kind === 'map' ? got.node.entries.get('a')!.node : got.node
  assert.equal(inner.place.file, 'part.yaml')
  const scalar = inner.kind === 'map' ? (inner.entries.get('b')!.node as ScalarNode) : undefined
  assert.deepEqual(scalar?.place, { file: 'part.yaml', line: 3, column: 4 })
})

test('[C2] what cannot be expanded is told where it is written', () => {
  assert.deepEqual(expanded('a: ${file:none}').errors, [
    'f.yaml:1:4: unable to read the file file:none: open none: no such file or directory',
  ])
  assert.deepEqual(expanded('a: ${s3:b}').errors, [
    'f.yaml:1:4: scheme "s3" is not supported for uri "s3:b"; supported: env, file, yaml',
  ])
  assert.deepEqual(expanded('a: ${env:a-b}').errors, [
    'f.yaml:1:4: environment variable "a-b" has invalid name: must match regex ^[a-zA-Z_][a-zA-Z0-9_]*$',
  ])
})

test('[C9] circles end', () => {
  assert.deepEqual(expanded('a: ${A}', { A: '${B}', B: '${A}' }).errors, [
    'f.yaml:1:4: too many recursive expansions: more than 1000',
  ])
  assert.deepEqual(expanded('a: x${A}', { A: 'y${A}' }).errors.length, 1)
  const uris = Array.from({ length: 101 }, (_, i) => `\${env:X:-${i}}`).join('')
  assert.deepEqual(expanded(uris).errors, ['f.yaml:1:1: too many URIs in one value: more than 100'])
})

test('[C9] a file that includes itself twice does not double for ever', () => {
  const got = expanded('a: ${file:f}', {}, { f: 'x: ${file:f}\ny: ${file:f}\n' })
  assert.ok(got.errors.some((error) => error.includes('too many')))
  assert.ok(got.errors.length < EXPANSIONS_MAX)
})

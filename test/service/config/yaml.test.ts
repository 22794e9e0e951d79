import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyReport, renderIssue } from '../../../service/config/issue.ts'
import { nodeAt, placeAt, plain, type Step } from '../../../service/config/tree.ts'
import { parseYaml, YAML_NODES_MAX } from '../../../service/config/yaml.ts'

function read(text: string) {
  const report = emptyReport()
  const tree = parseYaml(text, 'f.yaml', report)
  return { tree, errors: report.issues.map(renderIssue) }
}

test('[C2] every key and value knows its line and column', () => {
  const { tree } = read('a:\n  b: [1, {c: x}]\n')
  assert.ok(tree)
  const at = (...path: Step[]) => {
    const { line, column } = placeAt(tree, path)
    return `${line}:${column}`
  }
  assert.equal(at('a'), '1:1')
  assert.equal(at('a', 'b'), '2:3')
  assert.equal(at('a', 'b', 0), '2:7')
  assert.equal(at('a', 'b', 1, 'c'), '2:11')
  assert.equal(at('a', 'missing', 'deeper'), '1:1', 'the deepest part that exists')
  const value = nodeAt(tree, ['a', 'b', 1, 'c'])?.place
  assert.deepEqual(value, { file: 'f.yaml', line: 2, column: 14 })
})

test('[C4] a key that stands twice is an error that names both lines', () => {
  const { tree, errors } = read('exporters:\n  nop:\nexporters:\n  nop:\n')
  assert.equal(tree, undefined)
  assert.deepEqual(errors, ['f.yaml:3:1: yaml: mapping key "exporters" already defined at line 1'])
})

test('[C4] anchors, aliases and merge keys are followed', () => {
  const { tree } = read('base: &b {x: 1, y: 2}\nuse: {<<: *b, y: 3}\nmany: {<<: [*b, {z: 4}]}\nsame: *b\n')
  assert.deepEqual(plain(tree!), {
    base: { x: 1, y: 2 },
    use: { y: 3, x: 1 },
    many: { x: 1, y: 2, z: 4 },
    same: { x: 1, y: 2 },
  })
})

test('[C9] a few lines that ask for billions of values are refused', () => {
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let i = 1; i < 10; i++) bomb.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`)
  const { tree, errors } = read(bomb.join('\n'))
  assert.equal(tree, undefined)
  assert.equal(errors.length, 1)
  assert.match(errors[0]!, new RegExp(`yaml: more than ${YAML_NODES_MAX} values$`))
})

test('[C2] broken YAML tells where', () => {
  for (const text of ['a: [1', 'a: b: c', 'a:\n\t- x', '"', 'x: *nobody']) {
    const { tree, errors } = read(text)
    assert.equal(tree, undefined, text)
    assert.match(errors[0]!, /^f\.yaml:\d+:\d+: yaml: /, text)
  }
})

test('[C3] quotes and tags keep what they say', () => {
  const { tree } = read(`a: "0123"\nb: '1'\nc: !!str 0xff\nd: |\n  text\ne: !!int "7"\n`)
  assert.deepEqual(plain(tree!), { a: '0123', b: '1', c: '0xff', d: 'text\n', e: 7 })
})

test('an empty text is null', () => {
  assert.equal(plain(read('').tree!), null)
  assert.equal(plain(read('# nothing\n').tree!), null)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createNames, OTHER_NAME } from '../../../../processor/leak_detector/batch/names.ts'
import { createRoster, SEATED_STEPS } from '../../../../processor/leak_detector/batch/roster.ts'

test('[B13] a crowd of strangers takes no seat from those who were seen in several steps', () => {
  const left: number[] = []
  const roster = createRoster<string>({ max: 100, idleSteps: 1000 }, (id) => left.push(id))
  const seated = Array.from({ length: 90 }, (_, at) => `service ${at}`)
  for (let step = 0; step < SEATED_STEPS; step++) for (const key of seated) roster.admit(key, step)
  for (let step = SEATED_STEPS; step < 50; step++) {
    for (let stranger = 0; stranger < 1000; stranger++) roster.admit(`${step} ${stranger}`, step)
    assert(roster.size <= 100)
  }
  for (const key of seated) assert(roster.find(key) >= 0, `${key} was displaced`)
  assert.equal(left.length, roster.counts.evicted)
  assert(roster.counts.refused > 0)
})

test('[B14] who was turned away and comes back finds room among strangers', () => {
  const roster = createRoster<string>({ max: 100, idleSteps: 1000 }, () => {})
  let admitted = 0
  for (let step = 0; step < 20; step++) {
    for (let stranger = 0; stranger < 500; stranger++) roster.admit(`${step} ${stranger}`, step)
    if (roster.admit('regular', step) >= 0) admitted += 1
  }
  assert(roster.find('regular') >= 0)
  assert(admitted >= 18, `let in ${admitted} times of 20`)
})

test('[B15] who is gone for long gives up the seat', () => {
  const roster = createRoster<string>({ max: 2, idleSteps: 10 }, () => {})
  for (let step = 0; step < 5; step++) for (const key of ['a', 'b']) roster.admit(key, step)
  assert.equal(roster.admit('c', 6), -1)
  assert(roster.admit('c', 100) >= 0)
})

test('[B16] names are given again only when nobody uses them', () => {
  const names = createNames(6)
  const [a, b, c] = ['a', 'b', 'c'].map((text) => names.id(text))
  assert.equal(names.id('d') === OTHER_NAME, false)
  assert.equal(names.id('e'), OTHER_NAME)
  assert(names.isCrowded)
  names.sweep((mark) => mark(b!))
  assert.equal(names.text(b!), 'b')
  assert.equal(names.text(a!), '_other')
  const e = names.id('e')
  assert([a, c].includes(e) || e > 1)
  assert.equal(names.text(e), 'e')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backupName, backupTimeMs, expired } from '../../../exporter/file/backup_name.ts'

const DAY_MS = 86_400_000
const AT = Date.UTC(2026, 0, 31, 9, 5, 7, 42)

test('[F4] the name says when the file was put aside and why', () => {
  assert.equal(backupName('/var/log/spans.json', AT, false), 'spans-2026-01-31T09-05-07.042-size.json')
  assert.equal(backupName('spans', AT, false), 'spans-2026-01-31T09-05-07.042-size')
  assert.equal(backupName('a.b.json', AT, false), 'a.b-2026-01-31T09-05-07.042-size.json')
})

test('[F4] the time is read back from the name, in UTC and in local time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.constantFrom('x.json', 'x', 'a-b.c.d'), (atMs, path) => {
      assert.equal(backupTimeMs(path, backupName(path, atMs, false), false), atMs)
      // In the hour that the clock goes back a local time means two moments.
      const local = backupTimeMs(path, backupName(path, atMs, true), true)!
      assert.ok(Math.abs(local - atMs) <= 3_600_000, String(local - atMs))
    }),
  )
})

test('[F4] names of other files and of older Collectors', () => {
  assert.equal(
    backupTimeMs('data.json', 'data-2022-09-14T05-02-14.173.json', false),
    Date.UTC(2022, 8, 14, 5, 2, 14, 173),
  )
  for (const name of [
    'data.json',
    'data-old.json',
    'other-2022-09-14T05-02-14.173.json',
    'data-2022-09-14T05-02-14.173.txt',
  ]) {
    assert.equal(backupTimeMs('data.json', name, false), undefined, name)
  }
})

test('[F4] the newest stay, the too old go, other files are left alone', () => {
  const name = (daysAgo: number) => backupName('x.json', AT - daysAgo * DAY_MS, false)
  const files = [name(3), 'x.json', name(1), 'notes.txt', name(0), name(2)]
  const gone = (maxBackups: number, maxDays: number) => expired('x.json', files, { maxBackups, maxDays }, false, AT + 1)
  assert.deepEqual(gone(0, 0), [])
  assert.deepEqual(gone(2, 0), [name(2), name(3)])
  assert.deepEqual(gone(0, 3), [name(3)])
  assert.deepEqual(gone(1, 100), [name(1), name(2), name(3)])
})

/**
 * Runs every test file under test/ with Node's own runner, two files at a time, and ends with one line that machines
 * can read: `N passed, N failed`.
 */

import { globSync } from 'node:fs'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

const asked = process.argv.slice(2)
const files = (asked.length > 0 ? asked : globSync('test/**/*.test.ts')).toSorted()
const count = { passed: 0, failed: 0, skipped: 0 }

const events = run({ files, concurrency: 2, timeout: 300_000 })
events.on('test:pass', (event) => {
  if (event.details.type === 'suite' || files.includes(event.name)) return
  if (event.skip !== undefined) count.skipped += 1
  else count.passed += 1
})
events.on('test:fail', (event) => {
  if (event.details.type !== 'suite') count.failed += 1
})
events.compose(spec).pipe(process.stdout)
process.on('exit', (code) => {
  if (count.failed > 0 || count.passed === 0) process.exitCode = 1
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : ''
  process.stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped}\n`)
  if (code !== 0) process.exitCode = code
})

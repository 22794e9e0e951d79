import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { findingsIn, type Said } from '../demo/heard.ts'

const MAIN = 'test/demo/main.ts'
/** leakmesh, five services, the shoppers. */
const PROCESSES = 7

test('[R5][R6][R7] the demo finds the leak, and nothing else, and leaves a recording that shows it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'))
  t.after(() => rm(folder, { recursive: true }))
  const recording = join(folder, 'shop.jsonl')
  const demo = startDemo(['--seconds', '170', '--record', recording])
  const [code] = await once(demo.process, 'exit')
  const seen = demo.output()
  t.diagnostic(seen)
  assert.equal(code, 0, seen)
  assert.match(seen, /leakmesh opened a finding:\n {2}cart: .*POST \/cart called by mobile/)
  assert.match(seen, /cart's own SDK logged:\n.*cart: /)
  assert.match(seen, /nothing said of the other services/)
  assert.deepEqual(await stillRunning(seen), [])

  const opened = (await replay(recording)).filter(({ event }) => event === 'opened')
  assert.deepEqual(
    opened.map(({ service, operation, edge }) => ({ service, operation, edge })),
    [{ service: 'cart', operation: 'POST /cart', edge: 'mobile->cart' }],
  )
})

for (const [signal, expected] of [
  ['SIGINT', 130],
  ['SIGTERM', 130],
  ['SIGKILL', null],
] as const) {
  test(`[R6] ${signal} leaves no process behind`, async () => {
    const demo = startDemo(['--seconds', '60', '--quiet'])
    const exited = once(demo.process, 'exit')
    await until(() => processesIn(demo.output()).length > 0 || demo.process.exitCode !== null, 60_000, demo.output)
    demo.process.kill(signal)
    const [code] = await exited
    assert.equal(code, expected, demo.output())
    assert.deepEqual(await stillRunning(demo.output()), [])
  })
}

function startDemo(args: readonly string[]): { readonly process: ChildProcess; readonly output: () => string } {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return { process: child, output: () => output }
}

/** The line `Processes: leakmesh 4711, cart 4712, ….` as process ids. */
function processesIn(output: string): readonly number[] {
  const line = /^Processes: (.*)\.$/m.exec(output)?.[1] ?? ''
  return [...line.matchAll(/\b\d+\b/g)].map(([pid]) => Number(pid))
}

/** Those of the demo's processes that have not gone within some seconds. */
async function stillRunning(output: string): Promise<readonly number[]> {
  const pids = processesIn(output)
  assert.equal(pids.length, PROCESSES, output)
  await until(
    () => !pids.some(runs),
    10_000,
    () => '',
  ).catch(() => {})
  return pids.filter(runs)
}

/** A process that has ended but whose parent has not looked yet (a zombie) runs no more. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !existsSync('/proc/self/stat') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function until(holds: () => boolean, deadlineMs: number, why: () => string): Promise<void> {
  const end = Date.now() + deadlineMs
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms in vain\n${why()}`)
    await sleep(50)
  }
}

async function replay(recording: string): Promise<readonly Said[]> {
  const args = ['service/main.ts', 'replay', '--findings', '-', recording]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1_048_576 })
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.flatMap((line) => findingsIn(JSON.parse(line)))
}

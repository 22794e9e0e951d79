/**
 * How long from the command to "Everything is ready", and what it holds when it idles: from the sources, as in a clone,
 * and from what was built of them, as in a package. The embedded default configuration, but for its ports.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DEFAULT_CONFIG } from '../../service/default_config.ts'
import { launchEnv, launchFlags, pathOf } from './child.ts'
import type { Size } from './part.ts'
import { type Usage, usageOf } from './procfs.ts'
import { spread, table } from './spread.ts'
import { freePort } from './subject.ts'

const READY = 'Everything is ready'
const READY_WITHIN_MS = 30_000
const IDLE_MS = 3_000
const SMOKE_IDLE_MS = 500

/** Prints the table. Memory is read where there is /proc. */
export async function benchStart({ rounds, smoke }: Size): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'leakmesh-bench-'))
  const file = join(folder, 'config.yaml')
  writeFileSync(file, await configuration())
  const programs = [
    ['from the sources', pathOf('service/main.ts')],
    ['as built', pathOf('dist/service/main.js')],
  ] as const
  const rows: string[][] = []
  for (const [name, program] of programs) {
    if (!existsSync(program)) {
      rows.push([name, 'not built here: npm run build', '', '', ''])
      continue
    }
    const starts: Start[] = []
    for (let round = 0; round < rounds; round++)
      starts.push(await startOf(program, file, smoke ? SMOKE_IDLE_MS : IDLE_MS))
    const of = (pick: (start: Start) => number): string => spread(starts.map(pick))
    rows.push([
      name,
      of(({ readyMs }) => readyMs),
      of(({ ready }) => ready.cpuSeconds),
      of(({ ready }) => ready.rssMiB),
      of(({ idle }) => idle.rssMiB),
    ])
  }
  rmSync(folder, { recursive: true })
  const head = ['start', 'ready after ms', 'CPU-s until then', 'RSS MiB then', `${smoke ? 0.5 : 3} s later`]
  process.stdout.write(`${table(head, rows)}\n`)
}

interface Start {
  readonly readyMs: number
  readonly ready: Usage
  readonly idle: Usage
}

async function configuration(): Promise<string> {
  const ports = [await freePort(), await freePort(), await freePort()]
  const moved = DEFAULT_CONFIG.replace('localhost:4317', `localhost:${ports[0]}`).replace(
    'localhost:4318',
    `localhost:${ports[1]}`,
  )
  const metrics = `{readers: [{pull: {exporter: {prometheus: {host: localhost, port: ${ports[2]}}}}}]}`
  return moved.replace('\nservice:\n', `\nservice:\n  telemetry:\n    metrics: ${metrics}\n`)
}

async function startOf(program: string, config: string, idleMs: number): Promise<Start> {
  const started = performance.now()
  const child = spawn(process.execPath, [...launchFlags(), program, '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: launchEnv(),
  })
  try {
    await untilReady(child)
    const readyMs = performance.now() - started
    const ready = usage(child.pid!)
    await new Promise((resolve) => setTimeout(resolve, idleMs))
    return { readyMs, ready, idle: usage(child.pid!) }
  } finally {
    const ended = once(child, 'exit')
    if (child.exitCode === null && child.kill('SIGTERM')) await ended
  }
}

async function untilReady(child: ChildProcess): Promise<void> {
  const said: string[] = []
  const timer = setTimeout(() => child.kill('SIGKILL'), READY_WITHIN_MS)
  for await (const line of createInterface(child.stderr!)) {
    said.push(line)
    if (line.includes(READY)) break
  }
  clearTimeout(timer)
  child.stderr!.resume()
  if (!said.at(-1)?.includes(READY)) throw new Error(`it did not become ready:\n${said.join('\n')}`)
}

function usage(pid: number): Usage {
  return existsSync(`/proc/${pid}/stat`) ? usageOf(pid) : { cpuSeconds: Number.NaN, rssMiB: Number.NaN }
}

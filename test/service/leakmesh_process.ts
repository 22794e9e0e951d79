/** A real process of leakmesh, started for one test and ended with it. */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'

export const MAIN = new URL('../../service/main.ts', import.meta.url).pathname

/** Nothing here takes nearly so long; a machine may be busy. */
const DEADLINE_MS = 30_000

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface LeakmeshProcess {
  readonly child: ChildProcess
  readonly exit: Promise<Exit>
  out(): string
  err(): string
  /** Waits until standard error has so many matches; gives the last of them. */
  seen(pattern: RegExp, times?: number): Promise<RegExpMatchArray>
  /** Where the nth server of this kind says it listens. */
  address(what: 'GRPC' | 'HTTP' | 'metrics', nth?: number): Promise<string>
}

/** A directory of the test's own. */
export function scratch(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'leakmesh-test-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Writes a configuration to a file of the test's own; gives its path. */
export function written(t: TestContext, text: string): string {
  const path = join(scratch(t), 'c.yaml')
  writeFileSync(path, text)
  return path
}

export function leakmesh(t: TestContext, args: readonly string[], options: StartOptions = {}): LeakmeshProcess {
  const command = options.command ?? [process.execPath, MAIN]
  const [program, ...first] = command
  const child = spawn(program!, [...first, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (data) => {
    out += data
  })
  child.stderr.on('data', (data) => {
    err += data
  })
  const exit = new Promise<Exit>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`did not end; it said\n${err}`)), 2 * DEADLINE_MS)
    child.on('close', (code, signal) => {
      clearTimeout(late)
      resolve({ code, signal })
    })
  })
  t.after(async () => {
    if (child.exitCode === null) child.kill('SIGKILL')
    await exit
  })
  const seen = async (pattern: RegExp, times = 1) => {
    const all = new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`)
    const matches = await until(
      () => {
        const found = [...err.matchAll(all)]
        assert.ok(found.length >= times || child.exitCode === null, `it ended without ${pattern}:\n${err}`)
        return found.length >= times ? found : undefined
      },
      () => `${pattern} in\n${err}`,
    )
    return matches.at(-1)!
  }
  return {
    child,
    exit,
    out: () => out,
    err: () => err,
    seen,
    async address(what, nth = 1) {
      const pattern =
        what === 'metrics'
          ? /Serving metrics.*"address":"([^"]+)"/
          : new RegExp(`Starting ${what} server.*"endpoint":"([^"]+)"`)
      return (await seen(pattern, nth))[1]!
    },
  }
}

export interface StartOptions {
  /** Another way to start than this Node and the sources. */
  readonly command?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Asks again and again until there is an answer. */
export async function until<T>(ask: () => T | undefined | Promise<T | undefined>, what: () => string): Promise<T> {
  const endMs = performance.now() + DEADLINE_MS
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    assert.ok(performance.now() < endMs, `waited in vain for ${what()}`)
    await pause(20)
  }
}

/** A port that was free a moment ago, for those who must name one. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Sends one span over OTLP/HTTP; gives the status, or what went wrong with the connection. */
export async function sendSpan(address: string): Promise<number | string> {
  const span = { traceId: '0102030405060708090a0b0c0d0e0f10', spanId: '0102030405060708', name: 'x', kind: 2 }
  try {
    const response = await fetch(`http://${address}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
    })
    await response.text()
    return response.status
  } catch (error) {
    return String((error as Error).cause ?? error)
  }
}

/** The value of one series in Prometheus text, summed over its labels. */
export async function metric(address: string, name: string): Promise<number> {
  const text = await (await fetch(`http://${address}/metrics`)).text()
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].map((match) => Number(match[1]))
  return values.reduce((total, value) => total + value, 0)
}

/**
 * Every process that the demo starts, so that none is left behind: each dies with the channel to this process (see
 * orphan.ts), and all can be asked to end and be waited for. They are groups of their own, so that Ctrl-C in the
 * terminal reaches the demo alone and the demo can still ask them for the truth.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Command {
  readonly name: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Each line of its standard output and standard error. */
  readonly onLine: (line: string) => void
}

export interface Children {
  start(command: Command): ChildProcess
  /** Those that run, as `name pid`. */
  list(): readonly string[]
  /** Asks one of them to end as an operator would, and kills it when it has not by `deadlineMs`. */
  stop(child: ChildProcess, deadlineMs: number): Promise<void>
  /** Ends all that are left, at once. */
  end(): Promise<void>
}

const ORPHAN = fileURLToPath(new URL('orphan.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** @param onExit told when one ends that was not asked to. */
export function createChildren(onExit: (name: string, status: number | string) => void): Children {
  const running = new Map<ChildProcess, string>()
  return {
    start({ name, args, env, onLine }) {
      const child = spawn(process.execPath, [`--import=${ORPHAN}`, ...args], {
        cwd: ROOT,
        env: { PATH: process.env.PATH, ...env },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        detached: true,
      })
      running.set(child, name)
      eachLine(child.stdout!, onLine)
      eachLine(child.stderr!, onLine)
      child.once('exit', (code, signal) => {
        if (running.delete(child)) onExit(name, signal ?? code ?? 0)
      })
      return child
    },
    list: () => [...running].map(([child, name]) => `${name} ${child.pid}`),
    async stop(child, deadlineMs) {
      if (!running.delete(child)) return
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs)
      await gone
      clearTimeout(timer)
    },
    async end() {
      const left = [...running.keys()]
      running.clear()
      const gone = left.map((child) => once(child, 'exit'))
      for (const child of left) child.kill('SIGKILL')
      await Promise.all(gone)
    },
  }
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) onLine(line)
  })
}

/** Carts in other languages: what it takes to run one, made ready by the ordinary tools, once. */

import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Runtime } from './plan.ts'

/** How to start a cart that is no Node process. */
export interface Foreign {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Versions of the stock instrumentation, so that a recording can be made again. */
export const VERSIONS = {
  python: [
    'opentelemetry-distro==0.66b1',
    'opentelemetry-exporter-otlp-proto-http==1.45.1',
    'opentelemetry-instrumentation-system-metrics==0.66b1',
    'opentelemetry-instrumentation-flask==0.66b1',
    'flask==3.1.3',
  ],
  java: '2.20.1',
} as const

const WORK = join(tmpdir(), 'leakmesh-live')
const STEP_MS = 300_000

/** Ready to start; a sentence when its toolchain is not here or does not get what it needs. */
export function prepare(runtime: Exclude<Runtime, 'node'>): Foreign | string {
  mkdirSync(WORK, { recursive: true })
  try {
    return PREPARE[runtime]()
  } catch (thrown) {
    return `${runtime}: ${(thrown as Error).message.split('\n')[0]}`
  }
}

const PREPARE: Readonly<Record<Exclude<Runtime, 'node'>, () => Foreign>> = {
  python() {
    const at = join(WORK, 'python')
    const instrument = join(at, 'bin', 'opentelemetry-instrument')
    if (!existsSync(instrument)) {
      run('python3', ['-m', 'venv', at])
      run(join(at, 'bin', 'pip'), ['install', '--quiet', ...VERSIONS.python])
    }
    return { command: instrument, args: [join(at, 'bin', 'python'), file('carts/cart.py')], env: {} }
  },
  java() {
    const agent = join(WORK, `opentelemetry-javaagent-${VERSIONS.java}.jar`)
    if (!existsSync(agent)) {
      const artifact = `io.opentelemetry.javaagent:opentelemetry-javaagent:${VERSIONS.java}`
      run('mvn', ['--quiet', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${WORK}`])
    }
    run('javac', ['-d', WORK, file('carts/Cart.java')])
    // A small nursery: young collections several times between two exports, as with exports every minute.
    return { command: 'java', args: ['-Xmx192m', '-Xmn8m', `-javaagent:${agent}`, '-cp', WORK, 'Cart'], env: {} }
  },
  go() {
    const at = join(WORK, 'go')
    mkdirSync(at, { recursive: true })
    for (const name of ['cart.go', 'go.mod', 'go.sum']) copyFileSync(file(`carts/${name}`), join(at, name))
    run('go', ['build', '-buildvcs=false', '-trimpath', '-o', join(at, 'cart'), '.'], at)
    return { command: join(at, 'cart'), args: [], env: {} }
  },
}

function run(command: string, args: readonly string[], cwd = WORK): void {
  execFileSync(command, args, { cwd, timeout: STEP_MS, stdio: ['ignore', 'ignore', 'pipe'] })
}

function file(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}

/** A process under test: a collector with a configuration, started for one measurement and stopped after it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Subject {
  readonly name: string
  readonly pid: number
  readonly grpcPort: number
  readonly httpPort: number
  stop(): Promise<void>
}

export interface Ports {
  readonly grpc: number
  readonly http: number
  readonly health: number
}

const READY_MS = 20_000

/** Starts `command` with a configuration written for free ports, and waits until its health check says ready. */
export async function startSubject(
  name: string,
  command: readonly string[],
  configuration: (ports: Ports) => string,
  env?: NodeJS.ProcessEnv,
): Promise<Subject> {
  const ports = { grpc: await freePort(), http: await freePort(), health: await freePort() }
  const file = join(mkdtempSync(join(tmpdir(), 'leakmesh-bench-')), 'config.yaml')
  writeFileSync(file, configuration(ports))
  const program = await startProgram(name, [...command, '--config', file], { port: ports.health, path: '/' }, { env })
  return { name, grpcPort: ports.grpc, httpPort: ports.http, ...program }
}

/** A program that is ready. */
export interface Program {
  readonly pid: number
  stop(): Promise<void>
}

/** Where a program answers 200 as soon as it is ready. */
export interface Readiness {
  readonly port: number
  readonly path: string
}

/** How to start a program, where not as usual. */
export interface StartOptions {
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly readyMs?: number
}

/** Starts a program and waits until it is ready; rejects with what it said when it does not become so. */
export async function startProgram(
  name: string,
  command: readonly string[],
  readiness: Readiness,
  { env = process.env, readyMs = READY_MS }: StartOptions = {},
): Promise<Program> {
  const [program, ...args] = command
  const child = spawn(program!, args, { stdio: ['ignore', 'ignore', 'pipe'], env })
  const complaints: string[] = []
  child.stderr.on('data', (chunk: Buffer) => complaints.push(String(chunk).slice(0, 4_000)))
  const complaint = () => `${name} did not become ready:\n${complaints.join('').slice(-4_000)}`
  await untilReady(child, readiness, readyMs, complaint)
  complaints.length = 0
  return { pid: child.pid!, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await exited
  clearTimeout(timer)
}

async function untilReady(
  child: ChildProcess,
  readiness: Readiness,
  readyMs: number,
  complaint: () => string,
): Promise<void> {
  const deadlineMs = performance.now() + readyMs
  while (performance.now() < deadlineMs && child.exitCode === null) {
    if (await healthy(readiness)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  child.kill('SIGKILL')
  throw new Error(complaint())
}

function healthy({ port, path }: Readiness): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get({ host: '127.0.0.1', port, path }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.on('error', () => resolve(false))
  })
}

/** A port that was free just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

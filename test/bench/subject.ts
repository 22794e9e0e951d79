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
): Promise<Subject> {
  const ports = { grpc: await freePort(), http: await freePort(), health: await freePort() }
  const file = join(mkdtempSync(join(tmpdir(), 'leakmesh-bench-')), 'config.yaml')
  writeFileSync(file, configuration(ports))
  const [program, ...args] = command
  const child = spawn(program!, [...args, '--config', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  const complaints: string[] = []
  child.stderr.on('data', (chunk: Buffer) => complaints.push(String(chunk).slice(0, 4_000)))
  await untilReady(child, ports.health, () => `${name} did not become ready:\n${complaints.join('').slice(-4_000)}`)
  complaints.length = 0
  return { name, pid: child.pid!, grpcPort: ports.grpc, httpPort: ports.http, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await exited
  clearTimeout(timer)
}

async function untilReady(child: ChildProcess, port: number, complaint: () => string): Promise<void> {
  const deadlineMs = performance.now() + READY_MS
  while (performance.now() < deadlineMs && child.exitCode === null) {
    if (await healthy(port)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  child.kill('SIGKILL')
  throw new Error(complaint())
}

function healthy(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get({ host: '127.0.0.1', port, path: '/' }, (response) => {
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

/** Starts leakmesh as a user would, as a process of its own, and waits until it takes telemetry. */

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DEFAULT_CONFIG } from '../../service/default_config.ts'
import type { Children } from './children.ts'

export interface LeakmeshOptions {
  readonly grpcPort: number
  readonly httpPort: number
  readonly sinkUrl: string
  readonly record: string | undefined
  readonly onLine: (line: string) => void
}

export const USUAL_GRPC_PORT = 4317
export const USUAL_HTTP_PORT = 4318
const READY_MS = 15_000

export async function startLeakmesh(children: Children, options: LeakmeshOptions): Promise<ChildProcess> {
  const additions = ['leakmesh.yaml', ...(options.record === undefined ? [] : ['leakmesh-record.yaml'])]
  const configurations = [`yaml:${DEFAULT_CONFIG}`, ...additions.map(file)]
  const child = children.start({
    name: 'leakmesh',
    args: [file('../../service/main.ts'), ...configurations.map((uri) => `--config=${uri}`)],
    env: {
      DEMO_GRPC_PORT: `${options.grpcPort}`,
      DEMO_HTTP_PORT: `${options.httpPort}`,
      DEMO_SINK: options.sinkUrl,
      ...(options.record !== undefined && { DEMO_RECORD: resolve(options.record) }),
    },
    onLine: options.onLine,
  })
  await Promise.all([listening(options.grpcPort, child), listening(options.httpPort, child)])
  return child
}

/** The usual port when it is free, else one that is. */
export async function freePort(usual: number): Promise<number> {
  const server = (await listen(usual)) ?? (await listen(0))
  if (server === undefined) throw new Error('no port is free on 127.0.0.1')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : usual
}

async function listen(port: number): Promise<Server | undefined> {
  const server = createServer()
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return server
  } catch {
    return undefined
  }
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_MS
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`leakmesh ended with exit code ${child.exitCode}`)
    const socket = connect(port, '127.0.0.1')
    const connected = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      sleep(1_000, false),
    ])
    socket.destroy()
    if (connected) return
    await sleep(50)
  }
  throw new Error(`leakmesh did not listen on port ${port} within ${READY_MS / 1_000} s`)
}

function file(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}

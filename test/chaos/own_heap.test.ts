import assert from 'node:assert/strict'
import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { configuration } from '../bench/configurations.ts'
import { freshen, template } from '../bench/freshen.ts'
import { payloads } from '../bench/payloads.ts'
import type { SinkPorts } from '../bench/sink.ts'
import { freePort, startSubject } from '../bench/subject.ts'

const WARM_UP_REQUESTS = 20_000
const REQUESTS = 200_000
const LANES = 4
/** One look at the heap each so many requests, a step of the detector. */
const REQUESTS_A_LOOK = 100
/** A day and a half in all: a process that is younger than 16 h is given time. */
const LOOK_MS = 60_000
/** Event time passes so that the history's rings turn over. */
const REQUEST_MS = 100
const START_MS = Date.UTC(2026, 5, 1)
const MAIN = new URL('../../service/main.ts', import.meta.url).pathname

test('200,000 requests leave our own heap floor flat, says our own detector; with 200 B kept a request it does not', async () => {
  const heapBytes = await heapOverTime()
  const folder = mkdtempSync(join(tmpdir(), 'leakmesh-own-heap-'))
  try {
    assert.deepEqual(findingsOn(folder, heapBytes), [])
    const leaking = heapBytes.map((bytes, look) => bytes + look * REQUESTS_A_LOOK * 200)
    assert.match(findingsOn(folder, leaking)[0] ?? 'nothing found', /^collector: heap memory leaks about/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** Drives a whole process, sender to backend, and reads its heap from its own metrics. */
async function heapOverTime(): Promise<readonly number[]> {
  const sink = fork(new URL('../bench/sink.ts', import.meta.url))
  const [ports] = (await once(sink, 'message')) as [SinkPorts]
  const metricsPort = await freePort()
  const route = { protocol: 'grpc', encoding: 'none', sinkPort: ports.grpc, detect: true, metricsPort } as const
  const subject = await startSubject('leakmesh', [process.execPath, MAIN], (at) => configuration(route, at))
  const agent = new Agent({ keepAlive: true, maxSockets: LANES })
  const templates = (['traces', 'metrics'] as const).flatMap((signal) =>
    payloads(signal, 20).map((bytes) => ({ signal, from: template(signal, bytes) })),
  )
  let turn = 0
  const send = async (): Promise<void> => {
    const { signal, from } = templates[turn % templates.length]!
    await post(agent, subject.httpPort, `/v1/${signal}`, freshen(from, turn, REQUEST_MS))
  }
  const flood = async (count: number): Promise<void> => {
    const end = turn + count
    const lane = async (): Promise<void> => {
      while (turn++ < end) await send()
    }
    await Promise.all(Array.from({ length: LANES }, lane))
    turn = end
  }
  try {
    await flood(WARM_UP_REQUESTS)
    const heapBytes: number[] = []
    for (let sent = 0; sent < REQUESTS; sent += REQUESTS_A_LOOK) {
      await flood(REQUESTS_A_LOOK)
      heapBytes.push(await ownHeapBytes(metricsPort))
    }
    return heapBytes
  } finally {
    agent.destroy()
    await subject.stop()
    sink.disconnect()
  }
}

function post(agent: Agent, port: number, path: string, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf' }
    const sent = request({ agent, host: '127.0.0.1', port, path, method: 'POST', headers }, (response) => {
      response.resume()
      response.on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`${path}: ${response.statusCode}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function ownHeapBytes(port: number): Promise<number> {
  const [response] = await once(get({ host: '127.0.0.1', port, path: '/metrics' }), 'response')
  let text = ''
  for await (const chunk of response) text += String(chunk)
  const line = text.split('\n').find((each) => each.startsWith('otelcol_process_runtime_heap_alloc_bytes'))
  const bytes = Number(line?.split(' ').at(-1))
  assert.ok(bytes > 0, `no heap in ${text.slice(0, 500)}`)
  return bytes
}

/** The sentences of a replay of this heap as that of a service called `collector`. */
function findingsOn(folder: string, heapBytes: readonly number[]): readonly string[] {
  const file = join(folder, 'heap.jsonl')
  writeFileSync(file, heapBytes.map((bytes, look) => `${lineOf(bytes, START_MS + look * LOOK_MS)}\n`).join(''))
  const out = execFileSync(process.execPath, [MAIN, 'replay', '--findings', '-', file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const lines = out.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line).resourceLogs[0].scopeLogs[0].logRecords[0].body.stringValue as string)
}

function lineOf(bytes: number, atMs: number): string {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
  const dataPoints = [
    {
      timeUnixNano: `${atMs}000000`,
      asDouble: bytes,
      attributes: [text('v8js.heap.space.name', 'old_space')],
    },
  ]
  return JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: [text('service.name', 'collector'), text('service.instance.id', 'one')] },
        scopeMetrics: [{ metrics: [{ name: 'v8js.memory.heap.used', unit: 'By', gauge: { dataPoints } }] }],
      },
    ],
  })
}

import assert from 'node:assert/strict'
import { Agent, request } from 'node:http'
import { test } from 'node:test'
import { usageOf } from '../bench/procfs.ts'
import type { Subject } from '../bench/subject.ts'
import { seededRandom } from '../component/fake_env.ts'
import { attributeOf, type FindingsSink, startFindingsSink } from './findings_sink.ts'
import { createFlood } from './flood.ts'
import { startLeakmesh } from './process.ts'
import { shopStory } from './shop_story.ts'

const SEED = Number(process.env.LEAKMESH_SEED ?? Date.now() % 1_000_000)
const MINUTES = 300
const FLOODS_A_MINUTE = 5
const KEPT_BYTES = 20_000
const START_MS = Date.UTC(2026, 5, 1)
/** What the default limits (100,000 series, 20,000 instances, 400,000 waiting spans) may cost in all. */
const RSS_MAX_MIB = 1_024

test(`a flood of new names keeps memory bounded and does not hide the leak (seed ${SEED})`, async () => {
  const sink = await startFindingsSink()
  const subject = await startLeakmesh({
    exporter: `otlp_http/findings: {endpoint: 'http://127.0.0.1:${sink.port}'}`,
    findings: 'otlp_http/findings',
  })
  try {
    const worstRssMiB = await tell(subject, sink)
    assert.ok(worstRssMiB < RSS_MAX_MIB, `seed ${SEED}: RSS reached ${worstRssMiB} MiB`)
    const said = sink.records.map((record) => record.body?.stringValue).join('\n')
    const opened = sink.records.filter((record) => record.eventName === 'leak.finding.opened')
    assert.equal(opened.length, 1, said)
    assert.equal(attributeOf(sink.records.at(-1)!, 'leak.culprit.edge'), 'mobile->cart', said)
    assert.equal(attributeOf(sink.records.at(-1)!, 'leak.culprit.operation'), 'POST /cart', said)
  } finally {
    await subject.stop()
    sink.close()
  }
})

/** The shop's story amid the flood, until its leak is told with its cause, or the story ends. Returns the most memory seen, MiB. */
async function tell(subject: Subject, sink: FindingsSink): Promise<number> {
  const random = seededRandom(SEED)
  const story = shopStory(random, START_MS, KEPT_BYTES)
  const flood = createFlood(random)
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  let worstRssMiB = 0
  for (let minute = 0; minute < MINUTES && !isCulpritNamed(sink); minute++) {
    const { traces, metrics } = story.minute(minute)
    const atMs = START_MS + minute * 60_000 + 30_000
    const floods = Array.from({ length: FLOODS_A_MINUTE }, () => flood(atMs))
    await Promise.all([
      send(agent, subject.httpPort, 'traces', traces),
      send(agent, subject.httpPort, 'metrics', metrics),
      ...floods.flatMap((one) => [
        send(agent, subject.httpPort, 'traces', one.traces),
        send(agent, subject.httpPort, 'metrics', one.metrics),
      ]),
    ])
    worstRssMiB = Math.max(worstRssMiB, usageOf(subject.pid).rssMiB)
  }
  agent.destroy()
  await subject.stop()
  return worstRssMiB
}

function isCulpritNamed(sink: FindingsSink): boolean {
  return sink.records.some((record) => attributeOf(record, 'leak.culprit.edge') !== '')
}

function send(agent: Agent, port: number, signal: string, body: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf' }
    const options = { agent, host: '127.0.0.1', port, path: `/v1/${signal}`, method: 'POST', headers }
    const sent = request(options, (response) => {
      response.resume()
      response.on('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`${signal}: ${response.statusCode}`))
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

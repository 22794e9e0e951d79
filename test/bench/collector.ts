/**
 * leakmesh beside the real OpenTelemetry Collector: the same bytes from the same generator into the same sink, in turn,
 * CPU-seconds of the whole process as the operating system counts them. leakmesh runs with its graph and detection on,
 * the Collector passes on and does nothing else.
 *
 *   npm run bench:collector [-- --smoke] [--rounds N] [--only TEXT] [--beside grpc-js]
 *
 * With `--beside grpc-js` the other one is a bare grpc-js proxy, and leakmesh's own detection is off: transport alone.
 *
 * The Collector is built with Go (see build_collector.ts) or taken from OTELCOL=/path/to/binary. Without either, only
 * leakmesh is measured, and the table says so.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { max, median } from 'simple-statistics'
import { launchEnv, launchFlags } from './child.ts'
import { configuration } from './configurations.ts'
import type { LoadMessage, LoadOrder, LoadResult } from './load.ts'
import { findPeer } from './peer.ts'
import { usageOf } from './procfs.ts'
import type { SinkCounts, SinkPorts } from './sink.ts'
import { spread, table } from './spread.ts'
import { type Ports, type Subject, startSubject } from './subject.ts'

interface Case {
  readonly name: string
  readonly protocol: 'grpc' | 'http'
  readonly encoding: 'none' | 'gzip'
  readonly signal: 'traces' | 'metrics'
  readonly itemsPerRequest: number
  readonly items: number
  /** Bar: leakmesh's CPU-seconds over the Collector's. */
  readonly bar: number
  /** Bar: leakmesh's peak resident memory. */
  readonly peakBarMiB?: number
  readonly perSecond: number
}

const { values: flags } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    beside: { type: 'string', default: 'collector' },
  },
})
const ITEMS = flags.smoke ? 20_000 : 300_000
const ROUNDS = flags.smoke ? 1 : Number(flags.rounds)
const MILLION = 1_000_000
/** Not counted: code that is compiled while it runs needs some hundred thousand spans to be as fast as it gets. */
const WARM_UP_ROUNDS = flags.smoke ? 1 : 2

const CASES: readonly Case[] = [
  traces('grpc', 'none', 1000, 1),
  traces('grpc', 'none', 100, 1),
  traces('grpc', 'gzip', 1000, 0.7),
  traces('grpc', 'gzip', 100, 0.7),
  traces('http', 'none', 1000, 0.7),
  traces('http', 'none', 100, 0.7),
  { ...traces('grpc', 'none', 1000, 1), name: 'metrics otlp_grpc, 1000 points a request', signal: 'metrics' },
  {
    ...traces('grpc', 'none', 100, 1),
    name: `steady 10,000 spans/s for ${flags.smoke ? 3 : 60} s, 100 a request`,
    items: flags.smoke ? 30_000 : 600_000,
    perSecond: 100,
    peakBarMiB: 150,
  },
]

function traces(protocol: 'grpc' | 'http', encoding: 'none' | 'gzip', itemsPerRequest: number, bar: number): Case {
  const name = `traces otlp_${protocol}, ${encoding === 'gzip' ? 'gzip in and out' : 'uncompressed'}, ${itemsPerRequest} a request`
  return { name, protocol, encoding, signal: 'traces', itemsPerRequest, items: ITEMS, bar, perSecond: 0 }
}

const RSS_EVERY_MS = 500

interface Sample {
  readonly cpuPerMillion: number
  readonly corePercent: number
  /** The most that was seen, looked at every `RSS_EVERY_MS`. */
  readonly peakRssMiB: number
  readonly itemsPerSecond: number
}

/** As users run it: built, with the flags and the environment that the launcher gives. */
const BUILT = new URL('../../dist/service/main.js', import.meta.url).pathname

const peer = findPeer(flags.beside)
const sink = fork(new URL('./sink.ts', import.meta.url))
const [ports] = (await once(sink, 'message')) as [SinkPorts]
const rows: string[][] = []
let firstTurn = 0
for (const one of CASES.filter(isAsked)) rows.push(await measure(one))
sink.disconnect()
process.stdout.write(
  `\n${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, ${ROUNDS} rounds in turn after ${WARM_UP_ROUNDS} uncounted, ` +
    `${peer?.version ?? 'no Collector here (neither Go nor OTELCOL)'}, ${new Date().toISOString().slice(0, 10)}\n` +
    `CPU-seconds a million items: median (least–most)\n${table(
      ['case', 'leakmesh', peer?.name ?? 'Collector', 'ratio', 'bar', '', '% of a core', 'peak RSS MiB', 'items/s'],
      rows,
    )}\n`,
)

/** The bare proxy knows traces over gRPC only. */
function isAsked({ name, protocol, signal }: Case): boolean {
  const isKnown = flags.beside === 'collector' || (protocol === 'grpc' && signal === 'traces')
  return isKnown && name.includes(flags.only)
}

async function measure(one: Case): Promise<string[]> {
  process.stderr.write(`${one.name} …\n`)
  const route = { ...one, sinkPort: one.protocol === 'grpc' ? (ports as SinkPorts).grpc : (ports as SinkPorts).http }
  const config = (p: Ports) => configuration({ ...route, detect: flags.beside === 'collector' }, p)
  const ours = await startSubject('leakmesh', leakmesh(), config, launchEnv())
  const theirs =
    peer && (await startSubject(peer.name, peer.command, (p) => configuration({ ...route, detect: false }, p)))
  const samples: { ours: Sample[]; theirs: Sample[] } = { ours: [], theirs: [] }
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const counted = round >= 0
    const a = await drive(ours, counted ? one : warmUp(one))
    if (counted) samples.ours.push(a)
    const b = theirs && (await drive(theirs, counted ? one : warmUp(one)))
    if (counted && b) samples.theirs.push(b)
  }
  await ours.stop()
  await theirs?.stop()
  return row(one, samples.ours, samples.theirs)
}

/** Of what comes at its own rate half is enough: by then both have compiled what they run. */
function warmUp(one: Case): Case {
  return one.perSecond > 0 ? { ...one, items: one.items / 2 } : one
}

function leakmesh(): readonly string[] {
  return [process.execPath, ...launchFlags(), BUILT]
}

async function drive(subject: Subject, one: Case): Promise<Sample> {
  const requests = Math.ceil(one.items / one.itemsPerRequest)
  const order: LoadOrder = {
    protocol: one.protocol,
    port: one.protocol === 'grpc' ? subject.grpcPort : subject.httpPort,
    signal: one.signal,
    encoding: one.encoding,
    itemsPerRequest: one.itemsPerRequest,
    requests,
    firstTurn,
    perSecond: one.perSecond,
  }
  firstTurn += requests
  const generator = fork(new URL('./load.ts', import.meta.url))
  await told(generator, { kind: 'prepare', order })
  const sinkBefore = await sinkRequests()
  const before = usageOf(subject.pid)
  let peakRssMiB = before.rssMiB
  const look = setInterval(() => {
    peakRssMiB = Math.max(peakRssMiB, usageOf(subject.pid).rssMiB)
  }, RSS_EVERY_MS)
  const result = (await told(generator, { kind: 'go' })) as LoadResult
  const arrived = await untilArrived(sinkBefore + requests - result.failed)
  clearInterval(look)
  const after = usageOf(subject.pid)
  generator.disconnect()
  const lost = sinkBefore + requests - arrived
  if (lost > 0) process.stderr.write(`  ${subject.name}: ${lost} of ${requests} requests did not arrive\n`)
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds
  return {
    cpuPerMillion: (cpuSeconds / result.items) * MILLION,
    corePercent: (cpuSeconds / result.seconds) * 100,
    peakRssMiB: Math.max(peakRssMiB, after.rssMiB),
    itemsPerSecond: result.items / result.seconds,
  }
}

/** What is in the sending queue when the senders are done is part of the work. */
async function untilArrived(requests: number): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const arrived = await sinkRequests()
    if (arrived >= requests) return arrived
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return sinkRequests()
}

async function sinkRequests(): Promise<number> {
  return ((await told(sink, 'counts')) as SinkCounts).requests
}

async function told(child: ChildProcess, message: LoadMessage | 'counts'): Promise<unknown> {
  const answered = once(child, 'message')
  child.send(message)
  return (await answered)[0]
}

function row(one: Case, ours: readonly Sample[], theirs: readonly Sample[]): string[] {
  const figures = (samples: readonly Sample[]): readonly number[] => samples.map((sample) => sample.cpuPerMillion)
  const figure = (samples: readonly Sample[], key: keyof Sample, of: (values: number[]) => number): string =>
    samples.length === 0 ? '–' : of(samples.map((sample) => sample[key])).toFixed(0)
  const ratio = theirs.length === 0 ? Number.NaN : median(figures(ours)) / median(figures(theirs))
  const peakMiB = max(ours.map((sample) => sample.peakRssMiB))
  const pair = (key: keyof Sample, of = median): string => `${figure(ours, key, of)} / ${figure(theirs, key, of)}`
  return [
    one.name,
    spread(figures(ours)),
    theirs.length === 0 ? '–' : spread(figures(theirs)),
    Number.isNaN(ratio) ? '–' : ratio.toFixed(2),
    one.peakBarMiB === undefined ? `≤ ${one.bar}` : `≤ ${one.bar}, ≤ ${one.peakBarMiB} MiB`,
    Number.isNaN(ratio) ? '' : ratio <= one.bar && peakMiB <= (one.peakBarMiB ?? peakMiB) ? 'met' : 'MISSED',
    pair('corePercent'),
    pair('peakRssMiB', max),
    pair('itemsPerSecond'),
  ]
}

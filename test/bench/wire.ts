/**
 * How fast a request is read: the walker beside protobufjs' static code (pbjs -t static-module), the same bytes, each
 * reader in its own process, in turn over several rounds, CPU time. `hash` tells that they read the same.
 *
 *   node test/bench/wire.ts [--smoke] [--rounds N]
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { main as pbjs } from 'protobufjs-cli/pbjs.js'
import { median } from 'simple-statistics'
import { verdict } from './part.ts'
import { payloads } from './payloads.ts'
import { spread, table } from './spread.ts'
import type { Measured } from './wire_decoders.ts'

const { values: flags } = parseArgs({
  options: { smoke: { type: 'boolean', default: false }, rounds: { type: 'string', default: '7' } },
})
const ROUNDS = flags.smoke ? 1 : Number(flags.rounds)
const CPU_MS = flags.smoke ? 60 : 700

const DECODERS = [
  'walker',
  'walker, nothing wanted',
  'check and count',
  'protobufjs static',
  'protobufjs reflection',
  'JSON to protobuf',
  'protobuf to JSON',
]
const BASE = 'protobufjs static'
const ITEMS = 1000
/** Bar: how many times as fast as BASE the walker has to be. */
const TIMES_LEAST = 8

const staticCode = await generateStaticCode()
for (const signal of ['traces', 'metrics'] as const) {
  const names = DECODERS.filter((name) => signal === 'metrics' || name !== 'walker, nothing wanted')
  const rounds = names.map((): Measured[] => [])
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, name] of names.entries()) rounds[index]!.push(measured(name, signal))
  }
  print(signal, names, rounds)
}
rmSync(staticCode)

function measured(name: string, signal: string): Measured {
  const script = fileURLToPath(new URL('./wire_decoders.ts', import.meta.url))
  const line = execFileSync(process.execPath, [script, name, signal, String(CPU_MS), staticCode], { encoding: 'utf8' })
  return JSON.parse(line) as Measured
}

function print(signal: 'traces' | 'metrics', names: readonly string[], rounds: readonly Measured[][]): void {
  const bytesPerItem = payloads(signal, ITEMS).reduce((sum, bytes) => sum + bytes.length / ITEMS, 0) / 8
  const medians = rounds.map((of) => median(of.map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion)))
  const base = medians[names.indexOf(BASE)]!
  const rows = names.map((name, index) => {
    const cost = medians[index]!
    return [
      name,
      spread(rounds[index]!.map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion)),
      `${Math.round(1000 / cost)} k`,
      String(Math.round(bytesPerItem / cost)),
      `${(base / cost).toFixed(1)} ×`,
      name === 'walker' ? verdict(base / cost >= TIMES_LEAST) : '',
      [...new Set(rounds[index]!.map(({ hash }) => hash))].join(' '),
    ]
  })
  const items = signal === 'traces' ? 'spans' : 'points'
  const head = [
    `${signal}: ${ITEMS} ${items} a request, ${Math.round(bytesPerItem)} B each`,
    `CPU-s a million, median (spread) of ${ROUNDS}`,
    `${items}/CPU-s`,
    'MB/CPU-s',
    `against ${BASE}`,
    `≥ ${TIMES_LEAST} ×`,
    'hash',
  ]
  process.stdout.write(`${table(head, rows)}\n`)
}

/** pbjs' static code of our definitions, where it finds protobufjs. @returns the file. */
function generateStaticCode(): Promise<string> {
  const proto = fileURLToPath(new URL('../../proto/', import.meta.url))
  const folder = fileURLToPath(new URL('../../node_modules/.cache/leakmesh/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const file = `${folder}otlp_static_${process.pid}.mjs`
  const services = ['trace', 'metrics'].map(
    (signal) => `${proto}opentelemetry/proto/collector/${signal}/v1/${signal}_service.proto`,
  )
  const lean = ['--no-create', '--no-verify', '--no-convert', '--no-delimited', '--no-comments']
  return new Promise((resolve, reject) => {
    pbjs(['-t', 'static-module', '-w', 'es6', ...lean, '-p', proto, '-o', file, ...services], (error) => {
      if (error) reject(error)
      else resolve(file)
    })
  })
}

/**
 * How fast a recording is replayed, and does its length cost memory? Each recording is replayed whole and at a quarter
 * of its length, by the program as users start it, with one thread; CPU-seconds are those of the whole process, its
 * start included.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from 'simple-statistics'
import { type Ended, pathOf, runMeasured } from './child.ts'
import { type Size, verdict } from './part.ts'
import { ITEMS_PER_LINE, type RecordingKind, writeRecording } from './recordings.ts'
import { spread, table } from './spread.ts'

const ITEMS_A_CPU_SECOND_LEAST = 100_000
/**
 * Bar for memory at four times the length: what grew with the length would be four times as much, the rest is garbage
 * that V8 lets lie a little longer as time goes on.
 */
const GROWTH_MOST = 1.25
const LENGTHS = [1, 4] as const

/** Lines of a thousand items, at the shorter length. */
const LINES: Readonly<Record<RecordingKind, number>> = { gauges: 500, mixed: 250, spans: 250 }
const SMOKE_SHARE = 0.2

/** Prints the table. */
export async function benchReplay({ rounds, smoke }: Size): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'leakmesh-bench-'))
  try {
    const rows: string[][] = []
    for (const kind of ['gauges', 'mixed', 'spans'] as const) {
      rows.push(...(await rowsOf(kind, folder, LINES[kind] * (smoke ? SMOKE_SHARE : 1), rounds)))
    }
    const head = [
      'replay',
      'items',
      'MB',
      'k items a CPU-s',
      '≥ 100',
      'CPU-s',
      'peak RSS MiB',
      'RSS of 4 × the length',
      `≤ ${GROWTH_MOST}`,
      'events',
      'hash',
    ]
    process.stdout.write(`${table(head, rows)}\n`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

interface Length {
  readonly items: number
  readonly bytes: number
  readonly runs: readonly Ended[]
}

async function rowsOf(kind: RecordingKind, folder: string, lines: number, rounds: number): Promise<string[][]> {
  const lengths: Length[] = []
  for (const times of LENGTHS) {
    const file = join(folder, `${kind}-${times}.jsonl`)
    await writeRecording(file, kind, lines * times)
    const runs: Ended[] = []
    for (let round = 0; round < rounds; round++) {
      runs.push(await runMeasured(pathOf('service/main.ts'), ['replay', '--workers', '1', '--findings', '-', file]))
    }
    lengths.push({ items: lines * times * ITEMS_PER_LINE, bytes: statSync(file).size, runs })
    rmSync(file)
  }
  const peaks = lengths.map(({ runs }) => median(runs.map(({ peakMiB }) => peakMiB)))
  return lengths.map((length, at) => row(kind, length, at === 0 ? undefined : peaks[at]! / peaks[0]!))
}

function row(kind: RecordingKind, { items, bytes, runs }: Length, growth: number | undefined): string[] {
  const rates = runs.map(({ cpuSeconds }) => items / cpuSeconds)
  const outputs = new Set(runs.map(({ output }) => output))
  const hashes = [...outputs].map((output) => createHash('sha256').update(output).digest('hex').slice(0, 12))
  return [
    kind,
    String(items),
    (bytes / 1e6).toFixed(0),
    spread(rates.map((rate) => rate / 1000)),
    growth === undefined || kind === 'spans' ? '' : verdict(median(rates) >= ITEMS_A_CPU_SECOND_LEAST),
    spread(runs.map(({ cpuSeconds }) => cpuSeconds)),
    spread(runs.map(({ peakMiB }) => peakMiB)),
    growth === undefined ? '' : `${growth.toFixed(2)} ×`,
    growth === undefined ? '' : verdict(growth <= GROWTH_MOST),
    String([...outputs][0]!.split('\n').length - 1),
    hashes.join(' '),
  ]
}

/**
 * Real series as OTLP JSON lines, the way an SDK or kubelet would have sent them, so that tests and `replay` read them
 * like any recording. The data lies beside the project (`../shared/data`, or where LEAKMESH_DATA says) and is read in
 * place; a checkout without it skips what needs it and says so.
 *
 * As a program: `node test/real/convert.ts OUT_FOLDER` writes one file a series and prints their names.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { boutiqueMetrics, boutiqueTraces } from './boutique.ts'
import { agingMetrics } from './llm_aging.ts'
import type { Row } from './otlp_json.ts'

/** Where the data lies; undefined when this checkout has none. */
export function realData(): string | undefined {
  const folder = process.env.LEAKMESH_DATA ?? resolve(import.meta.dirname, '../../../shared/data')
  return existsSync(join(folder, 'llm-aging')) ? folder : undefined
}

/** A converted recording. */
export interface Recording {
  /** `llm-aging/opt-125m_1s`, `boutique/metrics`, `boutique/traces`. */
  readonly name: string
  /** Whether the series in it are known to leak. */
  readonly leaks: boolean
  /** OTLP JSON, one export request a line, by time. */
  readonly lines: readonly string[]
}

/** Every recording in the folder that `realData` found, one after the other, so that only one is held at a time. */
export function* recordings(folder: string): Generator<Recording> {
  for (const file of readdirSync(join(folder, 'llm-aging')).toSorted()) {
    if (!file.endsWith('.csv.gz')) continue
    const name = file.replace('monitoring_', '').replace('.csv.gz', '')
    yield {
      name: `llm-aging/${name}`,
      leaks: true,
      lines: agingMetrics(name, readTable(join(folder, 'llm-aging', file))),
    }
  }
  const shop = join(folder, 'nezha-online-boutique')
  yield { name: 'boutique/metrics', leaks: false, lines: boutiqueMetrics(readBoutique(folder)) }
  yield { name: 'boutique/traces', leaks: false, lines: boutiqueTraces(csvOf(join(shop, 'trace')).map(readTable)) }
}

/** The rows of each pod of the shop. */
export function readBoutique(folder: string): readonly (readonly Row[])[] {
  const files = csvOf(join(folder, 'nezha-online-boutique', 'metric'))
  return files.filter((file) => file.includes('_metric.csv')).map(readTable)
}

/** Writes all recordings below `out` and returns their files. */
export function convertAll(folder: string, out: string): readonly string[] {
  mkdirSync(out, { recursive: true })
  const files: string[] = []
  for (const recording of recordings(folder)) {
    const file = join(out, `${recording.name.replaceAll('/', '-')}.jsonl`)
    writeFileSync(file, `${recording.lines.join('\n')}\n`)
    files.push(file)
  }
  return files
}

function csvOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.csv.gz'))
    .toSorted()
    .map((file) => join(folder, file))
}

function readTable(file: string): readonly Row[] {
  const [head = '', ...rows] = gunzipSync(readFileSync(file)).toString('utf8').trim().split(/\r?\n/)
  const names = head.split(',')
  return rows.map((row) => {
    const cells = row.split(',')
    return new Map(names.map((name, at) => [name, cells[at] ?? '']))
  })
}

if (import.meta.main) {
  const folder = realData()
  if (folder === undefined) process.stdout.write('no real data beside this checkout: nothing to convert\n')
  else for (const file of convertAll(folder, process.argv[2] ?? 'out')) process.stdout.write(`${file}\n`)
}

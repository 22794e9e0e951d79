/** The files of a recording: lines of OTLP JSON, compressed, and the truth beside them. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

/** What the cart counted of itself. */
export interface Truth {
  /** Calls that left something behind. */
  readonly calls: number
  /** Things that were left behind. */
  readonly items: number
  /** Bytes that were left behind, as the runtime counts them. */
  readonly bytes: number
  /** When the first was left, milliseconds since 1970. */
  readonly firstMs?: number
}

/** What is known of a recording beside what it says itself. */
export interface Told {
  readonly name: string
  readonly startMs: number
  /** When the cart was asked: to this moment it kept. */
  readonly endMs: number
  /** Names of the services that sent something. */
  readonly services: readonly string[]
  readonly truth: Truth
}

/** In the order of arrival. */
export function readLines(name: string): readonly string[] {
  return zstdDecompressSync(readFileSync(path(`${name}.jsonl.zst`)))
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
}

/** What stands beside the lines. */
export function readTold(name: string): Told {
  return JSON.parse(readFileSync(path(`${name}.truth.json`), 'utf8')) as Told
}

/** @returns the compressed size in bytes. */
export function writeRecording(told: Told, lines: readonly string[]): number {
  const text = Buffer.from(lines.map((line) => `${line}\n`).join(''))
  const bytes = zstdCompressSync(text, { params: PARAMS })
  writeFileSync(path(`${told.name}.jsonl.zst`), bytes)
  writeFileSync(path(`${told.name}.truth.json`), `${JSON.stringify(told, undefined, 2)}\n`)
  return bytes.length
}

const PARAMS = {
  [constants.ZSTD_c_compressionLevel]: 19,
  [constants.ZSTD_c_windowLog]: 25,
}

function path(file: string): string {
  return fileURLToPath(new URL(`recordings/${file}`, import.meta.url))
}

/** `leakmesh replay`: recorded telemetry through the same engine, by the data's clock. */

import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { createEngine } from '../../processor/leak_detector/engine/engine.ts'
import type { Finding, FindingEvent } from '../../processor/leak_detector/finding/finding.ts'
import { toJsonLines } from '../../processor/leak_detector/finding/log_records.ts'
import { sentence } from '../../processor/leak_detector/finding/sentence.ts'
import { issuesText, type Streams } from '../cli/print.ts'
import type { Sources } from '../config/sources.ts'
import { detectorSettings } from './detector_settings.ts'
import { createFeed, type Feed } from './feed.ts'
import { isBadFile, problemsWith } from './files.ts'
import { mergeFiles } from './merge.ts'
import { createParsePool } from './pool.ts'
import { createProgress } from './progress.ts'
import { summaryText } from './summary.ts'

/** What the command line says. */
export interface ReplayOptions {
  readonly files: readonly string[]
  /** Without a configuration the defaults hold, and a step is chosen to suit the data. */
  readonly sources: Sources
  /** Where finding events go, as OTLP JSON lines: a file, `-` for standard output; absent: sentences, to be read. */
  readonly findings?: string
  /** A broken line makes the exit code 1. */
  readonly strict: boolean
  /** Threads that read lines; what is found does not depend on it. */
  readonly workers: number
  /** Show a progress bar and a summary on standard error. */
  readonly isTerminal: boolean
}

/** @returns the exit code. */
export async function replay(options: ReplayOptions, streams: Streams): Promise<number> {
  const problems = problemsWith(options.files)
  if (problems.length > 0) return refuse(streams, problems)
  try {
    return await replayFiles(options, streams)
  } catch (error) {
    if (!isBadFile(error)) throw error
    return refuse(streams, [error.message])
  }
}

async function replayFiles(options: ReplayOptions, streams: Streams): Promise<number> {
  const found = await detectorSettings(options.sources, options.files)
  if (!found.ok) {
    streams.err(issuesText(found.issues))
    return 1
  }
  const engine = createEngine(found.settings)
  const out = openFindings(options.findings, streams)
  if (out === undefined) return refuse(streams, [`cannot write ${options.findings}`])
  const run = await readAll(options, createFeed(engine), out, streams).finally(() => out.close())
  if (options.isTerminal) streams.err(summaryText(run.feed.counts, run.broken, engine, run.found()))
  else if (run.broken > 0) streams.err(`${run.broken} broken lines were skipped\n`)
  return options.strict && run.broken > 0 ? 1 : 0
}

function refuse(streams: Streams, problems: readonly string[]): number {
  for (const problem of problems) streams.err(`Error: ${problem}\n`)
  return 1
}

interface Run {
  readonly feed: Feed
  readonly broken: number
  /** Newest state of everything found, in the order of finding. */
  found(): readonly Finding[]
}

async function readAll(options: ReplayOptions, feed: Feed, out: FindingsOut, streams: Streams): Promise<Run> {
  const readBytes = new Map<string, number>()
  const totalBytes = options.files.reduce((sum, file) => sum + statSync(file).size, 0)
  const progress = createProgress(options.isTerminal, totalBytes)
  const pool = createParsePool(options.workers)
  const latest = new Map<string, Finding>()
  let broken = 0
  const tell = (events: readonly FindingEvent[]) => {
    for (const { finding } of events) latest.set(finding.id, finding)
    out.write(events)
  }
  const report = {
    broken(file: string, { line, message }: { readonly line: number; readonly message: string }) {
      broken += 1
      streams.err(`${file}:${line}: ${message}\n`)
    },
    read(file: string, bytes: number) {
      readBytes.set(file, bytes)
      progress.update([...readBytes.values()].reduce((sum, part) => sum + part, 0))
    },
  }
  try {
    for await (const line of mergeFiles(options.files, pool, report)) tell(feed.line(line))
    tell(feed.end())
  } finally {
    progress.stop()
    await pool.close()
  }
  return { feed, broken, found: () => [...latest.values()] }
}

interface FindingsOut {
  write(events: readonly FindingEvent[]): void
  close(): void
}

function openFindings(where: string | undefined, streams: Streams): FindingsOut | undefined {
  if (where === undefined) {
    return { write: (events) => streams.out(events.map((event) => `${lineFor(event)}\n`).join('')), close() {} }
  }
  const lines = (events: readonly FindingEvent[]) =>
    toJsonLines(events)
      .map((line) => `${line}\n`)
      .join('')
  if (where === '-') return { write: (events) => streams.out(lines(events)), close() {} }
  try {
    const file = openSync(where, 'w')
    return { write: (events) => void writeSync(file, lines(events)), close: () => closeSync(file) }
  } catch {
    return undefined
  }
}

function lineFor({ name, finding }: FindingEvent): string {
  return `${new Date(finding.atMs).toISOString()} ${name}: ${sentence(finding)}`
}

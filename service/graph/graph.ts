/** `leakmesh graph`: the dependency graph of a recording, for other programs to draw. */

import { createEngine } from '../../processor/leak_detector/engine/engine.ts'
import { engineTopology } from '../../processor/leak_detector/engine/topology.ts'
import { exportGraph, type GraphFormat } from '../../processor/leak_detector/graph/export.ts'
import { downstreamGraph } from '../../processor/leak_detector/graph/topology.ts'
import { issuesText, type Streams } from '../cli/print.ts'
import type { Sources } from '../config/sources.ts'
import { detectorSettings } from '../replay/detector_settings.ts'
import { createFeed } from '../replay/feed.ts'
import { isBadFile, problemsWith } from '../replay/files.ts'
import { mergeFiles } from '../replay/merge.ts'
import { createParsePool } from '../replay/pool.ts'

/** What the command line says. */
export interface GraphOptions {
  /** Recordings to read, as for `replay`. */
  readonly files: readonly string[]
  readonly sources: Sources
  readonly format: GraphFormat
  /** Only what this service depends on. */
  readonly of?: string
}

/** @returns the exit code. */
export async function graph(options: GraphOptions, streams: Streams): Promise<number> {
  const problems = problemsWith(options.files)
  for (const problem of problems) streams.err(`Error: ${problem}; write --from FILE\n`)
  if (problems.length > 0) return 1
  try {
    return await graphOf(options, streams)
  } catch (error) {
    if (!isBadFile(error)) throw error
    streams.err(`Error: ${error.message}\n`)
    return 1
  }
}

async function graphOf(options: GraphOptions, streams: Streams): Promise<number> {
  const found = await detectorSettings(options.sources, options.files)
  if (!found.ok) {
    streams.err(issuesText(found.issues))
    return 1
  }
  const engine = createEngine(found.settings)
  const feed = createFeed(engine)
  const pool = createParsePool(1)
  const report = {
    broken: (file: string, { line, message }: { readonly line: number; readonly message: string }) =>
      streams.err(`${file}:${line}: ${message}\n`),
    read() {},
  }
  for await (const line of mergeFiles(options.files, pool, report)) feed.line(line)
  feed.end()
  const whole = engineTopology(engine.state)
  if (options.of !== undefined && !whole.hasNode(options.of)) {
    streams.err(`Error: no service ${options.of} in the recording; there are: ${whole.nodes().join(', ')}\n`)
    return 1
  }
  streams.out(exportGraph(options.of === undefined ? whole : downstreamGraph(whole, options.of), options.format))
  return 0
}

import { Worker } from 'node:worker_threads'
import type { Chunk } from './lines.ts'
import { type ParsedChunk, parseChunk } from './parse.ts'

/** Where lines are read: in this thread, or in several others. */
export interface ParsePool {
  /** Chunks that are worth having under way at the same time. */
  readonly width: number
  parse(chunk: Chunk): Promise<ParsedChunk>
  close(): Promise<void>
}

/** What a worker is asked and answers. */
export interface ParseTask {
  readonly id: number
  readonly bytes: Uint8Array
  readonly firstLine: number
}

/** What a worker answers. */
export interface ParseAnswer {
  readonly id: number
  readonly parsed: ParsedChunk
}

/** @param workers threads; with one the work is done here. */
export function createParsePool(workers: number): ParsePool {
  return workers <= 1 ? parseHere() : parseElsewhere(workers)
}

function parseHere(): ParsePool {
  return {
    width: 1,
    parse: async ({ bytes, firstLine }) => parseChunk(bytes, firstLine),
    async close() {},
  }
}

function parseElsewhere(count: number): ParsePool {
  const script = new URL(import.meta.url.endsWith('.ts') ? './parse_worker.ts' : './parse_worker.js', import.meta.url)
  const waiting = new Map<number, PromiseWithResolvers<ParsedChunk>>()
  const workers = Array.from({ length: count }, () => new Worker(script))
  for (const worker of workers) {
    worker.on('message', ({ id, parsed }: ParseAnswer) => {
      waiting.get(id)?.resolve(parsed)
      waiting.delete(id)
    })
    worker.on('error', (error) => {
      for (const { reject } of waiting.values()) reject(error)
    })
  }
  let next = 0
  return {
    width: count * 2,
    parse({ bytes, firstLine }) {
      const answer = Promise.withResolvers<ParsedChunk>()
      const id = next
      next += 1
      waiting.set(id, answer)
      const task: ParseTask = { id, bytes, firstLine }
      workers[id % count]!.postMessage(task, [bytes.buffer as ArrayBuffer])
      return answer.promise
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

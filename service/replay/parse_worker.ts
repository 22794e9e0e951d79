/** A thread that reads lines. */

import assert from 'node:assert/strict'
import { parentPort } from 'node:worker_threads'
import { parseChunk } from './parse.ts'
import type { ParseAnswer, ParseTask } from './pool.ts'

assert(parentPort !== null, 'runs as a worker thread')
const port = parentPort
port.on('message', ({ id, bytes, firstLine }: ParseTask) => {
  const parsed = parseChunk(bytes, firstLine)
  const answer: ParseAnswer = { id, parsed }
  const { requests, ends, signals, timesMs } = parsed
  port.postMessage(answer, [requests.buffer, ends.buffer, signals.buffer, timesMs.buffer] as ArrayBuffer[])
})

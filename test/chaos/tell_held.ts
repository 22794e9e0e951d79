/**
 * Loaded with `--import` before a program that keeps or does not keep what it is sent: whoever asks the port in this
 * module's own URL, `?port=…`, is told the bytes that are left after a collection. Needs `--expose-gc`.
 */
import { createServer } from 'node:http'
import { isMainThread } from 'node:worker_threads'

const COLLECTIONS = 3

/** Heap and buffers that cannot be collected, in bytes. */
function heldBytes(): number {
  for (let turn = 0; turn < COLLECTIONS; turn++) globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

if (isMainThread) {
  const port = Number(new URL(import.meta.url).searchParams.get('port'))
  const server = createServer((_, response) => response.end(String(heldBytes())))
  server.listen(port, '127.0.0.1').unref()
}

/**
 * Loaded with `--import` before a program that keeps or does not keep what it is sent: whoever asks the port in this
 * module's own URL, `?port=…`, is told what is left after a collection. Needs `--expose-gc`.
 */
import { createServer } from 'node:http'
import { isMainThread } from 'node:worker_threads'

const COLLECTIONS = 3

/** Bytes that full collections leave; or, for `/young`, that collections of the young generation leave. */
interface Held {
  readonly heapBytes: number
  readonly bufferBytes: number
}

function held(path: string | undefined): Held {
  const options = { type: path === '/young' ? 'minor' : 'major' } as const
  for (let turn = 0; turn < COLLECTIONS; turn++) globalThis.gc?.(options)
  const { heapUsed, external } = process.memoryUsage()
  return { heapBytes: heapUsed, bufferBytes: external }
}

if (isMainThread) {
  const port = Number(new URL(import.meta.url).searchParams.get('port'))
  const server = createServer((request, response) => response.end(JSON.stringify(held(request.url))))
  server.listen(port, '127.0.0.1').unref()
}

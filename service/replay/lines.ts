/** Recordings as chunks of whole lines, cut at the same places whatever the speed of disk and machine. */

import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'

/** Whole lines of one file, in a buffer of their own. */
export interface Chunk {
  readonly bytes: Uint8Array
  /** Number of the first line, from 1. */
  readonly firstLine: number
  /** Bytes of the file read so far, as they lie on the disk. */
  readonly fileBytes: number
}

/** A chunk ends with the first line that ends after so many bytes. */
const CHUNK_BYTES = 262_144
/** A longer line is no export request; it is given in pieces, each of which is broken. */
const LINE_BYTES_MAX = 67_108_864
const NEWLINE = 10

/**
 * Reads a file, decompressed by its ending (`.gz`, `.zst`), chunk by chunk.
 * @throws what reading or decompressing throws.
 */
export async function* chunksOf(file: string): AsyncGenerator<Chunk> {
  let fileBytes = 0
  const raw = createReadStream(file, { highWaterMark: CHUNK_BYTES })
  raw.on('data', (data) => {
    fileBytes += data.length
  })
  let held: Buffer[] = []
  let heldBytes = 0
  let firstLine = 1
  for await (const data of decompressed(raw, file) as AsyncIterable<Buffer>) {
    let rest = data
    while (heldBytes + rest.length > CHUNK_BYTES) {
      const end = rest.indexOf(NEWLINE, Math.max(0, CHUNK_BYTES - heldBytes))
      if (end < 0 && heldBytes + rest.length < LINE_BYTES_MAX) break
      const cut = end < 0 ? rest.length : end + 1
      const bytes = ownBytes([...held, rest.subarray(0, cut)])
      const lines = countLines(bytes)
      yield { bytes, firstLine, fileBytes }
      firstLine += lines
      rest = rest.subarray(cut)
      held = []
      heldBytes = 0
    }
    if (rest.length > 0) held.push(rest)
    heldBytes += rest.length
  }
  if (heldBytes > 0) yield { bytes: ownBytes(held), firstLine, fileBytes }
}

function decompressed(raw: Readable, file: string): Readable {
  const stream = file.endsWith('.gz') ? createGunzip() : file.endsWith('.zst') ? createZstdDecompress() : undefined
  if (stream === undefined) return raw
  raw.on('error', (error) => stream.destroy(error))
  return raw.pipe(stream)
}

/** Bytes that can be transferred to another thread. */
function ownBytes(parts: readonly Buffer[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function countLines({ buffer, byteOffset, length }: Uint8Array): number {
  // Searching a Buffer is several times as fast as searching any other array of bytes.
  const bytes = Buffer.from(buffer, byteOffset, length)
  let lines = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1
  return lines
}

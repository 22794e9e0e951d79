/**
 * Compression of whole requests, in both directions. Decompression takes the limit of what may come out as an argument:
 * a small bomb must not become a big buffer.
 */

import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import type { Encoding } from './payload.ts'

/** Content-Encoding and grpc-encoding values that can be read. `deflate` means zlib framing, as in HTTP and gRPC. */
const ENCODING_OF: ReadonlyMap<string, Encoding> = new Map([
  ['gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['zlib', 'deflate'],
  ['zstd', 'zstd'],
])

/** The encoding behind a header's value, `undefined` when it is none that can be read. Case matters, as upstream. */
export function encodingOf(header: string): Encoding | undefined {
  return ENCODING_OF.get(header)
}

/** What came out, or why nothing did: more than the limit, or bytes that are not what they claim to be. */
export type Decompressed =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: 'too_large' | 'corrupt'; readonly message: string }

/** Compressed requests up to this size are decompressed at once; larger ones in the thread pool, to keep answering. */
const AT_ONCE_MAX_BYTES = 262_144

/**
 * @param limitBytes most that may come out; beyond, `too_large`, after at most that much memory was spent.
 */
export async function decompress(encoding: Encoding, bytes: Uint8Array, limitBytes: number): Promise<Decompressed> {
  const options = { maxOutputLength: Math.max(1, limitBytes), chunkSize: outputGuess(encoding, bytes, limitBytes) }
  try {
    const out =
      bytes.length <= AT_ONCE_MAX_BYTES ? AT_ONCE[encoding](bytes, options) : await IN_POOL[encoding](bytes, options)
    return { ok: true, bytes: ownBytes(out) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE') return { ok: false, reason: 'too_large', message }
    return { ok: false, reason: 'corrupt', message: `${encoding}: ${message}` }
  }
}

/** A guess that was far too large must not stay alive behind a small message. */
function ownBytes(out: Buffer): Buffer {
  return out.buffer.byteLength > 2 * out.length + CHUNK_MIN_BYTES ? Buffer.from(out) : out
}

type DecompressOptions = { readonly maxOutputLength: number; readonly chunkSize: number }

const AT_ONCE: Readonly<Record<Encoding, (bytes: Uint8Array, options: DecompressOptions) => Buffer>> = {
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
  zstd: zlib.zstdDecompressSync,
}

const IN_POOL: Readonly<Record<Encoding, (bytes: Uint8Array, options: DecompressOptions) => Promise<Buffer>>> = {
  gzip: promisify<Uint8Array, DecompressOptions, Buffer>(zlib.gunzip),
  deflate: promisify<Uint8Array, DecompressOptions, Buffer>(zlib.inflate),
  zstd: promisify<Uint8Array, DecompressOptions, Buffer>(zlib.zstdDecompress),
}

const CHUNK_MIN_BYTES = 1_024
const CHUNK_MAX_BYTES = 1_048_576

/**
 * The size of the pieces that zlib writes its output in. When one piece holds everything, nothing is copied together
 * afterwards. Gzip says at its end how much will come out (RFC 1952, ISIZE): a hint only, since it may lie.
 */
function outputGuess(encoding: Encoding, bytes: Uint8Array, limitBytes: number): number {
  let guess = bytes.length * 6
  if (encoding === 'gzip' && bytes.length >= 18) {
    guess = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true) + 1
  }
  return Math.max(CHUNK_MIN_BYTES, Math.min(guess, limitBytes, CHUNK_MAX_BYTES))
}

/**
 * Compresses in the thread pool.
 *
 * @param level as the encoding's library counts: 1–9 for gzip and deflate, 1–22 for zstd; its default when absent.
 */
export function compress(encoding: Encoding, bytes: Uint8Array, level?: number): Promise<Buffer> {
  if (encoding === 'zstd') {
    const params = level === undefined ? {} : { [zlib.constants.ZSTD_c_compressionLevel]: level }
    return zstdCompress(bytes, { params })
  }
  const options = { ...(level !== undefined && { level }), chunkSize: chunkSizeFor(bytes.length) }
  return encoding === 'gzip' ? gzip(bytes, options) : deflate(bytes, options)
}

const gzip = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip)
const deflate = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.deflate)
const zstdCompress = promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zlib.zstdCompress)

/** Telemetry shrinks to a third or less: one piece then holds all of it, so the pool is entered once a request. */
function chunkSizeFor(inputBytes: number): number {
  return Math.max(CHUNK_MIN_BYTES, Math.min(Math.ceil(inputBytes / 3), CHUNK_MAX_BYTES))
}

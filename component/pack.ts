import { z } from 'zod'
import { block } from './block.ts'
import { compress } from './compression.ts'
import type { Encoding, Payload } from './payload.ts'

/** What `compression` may say. `zlib` and `deflate` are the same bytes; `none` and '' are no compression. */
type Compression = Encoding | 'zlib' | 'none' | ''

/** Keys of exporters about compression, over HTTP. */
export const httpCompressionKeys = compressionKeys(['gzip', 'zstd', 'deflate', 'zlib', 'none', ''])

/** … and over gRPC, where hardly a server reads `deflate`. */
export const grpcCompressionKeys = compressionKeys(['gzip', 'zstd', 'none', ''])

function compressionKeys<Known extends Compression>(known: readonly Known[]) {
  const names = known.flatMap((name) => (name === '' ? [] : JSON.stringify(name)))
  const error = `unsupported compression type: use one of ${names.join(', ')}`
  return {
    compression: z.enum(known, { error }).default('gzip' as never),
    compression_params: block(
      z.strictObject({
        /** 1–9 for gzip and deflate, 1–22 for zstd; 0 or absent: the default of the encoding's library. */
        level: z.int().min(0).max(22).default(0),
      }),
    ),
  }
}

/** How to send. */
export interface Packing {
  readonly encoding: Encoding | undefined
  readonly level: number | undefined
}

/** The packing that an exporter's configuration asks for. */
export function packingOf(config: {
  readonly compression: Compression
  readonly compression_params: { readonly level: number }
}): Packing {
  const { compression } = config
  const encoding =
    compression === '' || compression === 'none' ? undefined : compression === 'zlib' ? 'deflate' : compression
  return { encoding, level: config.compression_params.level || undefined }
}

/** A request's body ready to be sent: these pieces, one after the other. */
export interface Packed {
  readonly encoding: Encoding | undefined
  readonly pieces: readonly Uint8Array[]
  readonly sizeBytes: number
}

/**
 * The bytes to send for a payload. What came as bytes goes out as the same bytes: uncompressed, the payload's own parts;
 * compressed, the very bytes that came if they came in the encoding that is asked for. Only otherwise is there work.
 */
export async function pack(payload: Payload, packing: Packing): Promise<Packed> {
  const { encoding } = packing
  if (encoding === undefined) return { encoding, pieces: payload.parts, sizeBytes: payload.sizeBytes }
  if (passesThrough(payload, packing)) {
    const { bytes } = payload.compressed!
    return { encoding, pieces: [bytes], sizeBytes: bytes.length }
  }
  return packBytes(payload.parts.length === 1 ? payload.parts[0]! : Buffer.concat(payload.parts), packing)
}

/** The payload without what `pack` will not look at, for as long as it has to wait. */
export function lean(payload: Payload, packing: Packing): Payload {
  if (passesThrough(payload, packing)) return { ...payload, parts: [] }
  const { compressed: _, ...rest } = payload
  return rest
}

function passesThrough(payload: Payload, { encoding }: Packing): boolean {
  return encoding !== undefined && payload.compressed?.encoding === encoding && payload.parts.length <= 1
}

/** As `pack`, for bytes that are not a payload's own. */
export async function packBytes(bytes: Uint8Array, { encoding, level }: Packing): Promise<Packed> {
  const piece = encoding === undefined ? bytes : await compress(encoding, bytes, level)
  return { encoding, pieces: [piece], sizeBytes: piece.length }
}

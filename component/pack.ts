import { z } from 'zod'
import { block } from './block.ts'
import { compress } from './compression.ts'
import type { Encoding, Payload } from './payload.ts'

const COMPRESSIONS = ['gzip', 'zstd', 'deflate', 'zlib', 'none', ''] as const

/** Keys of exporters about compression. `zlib` and `deflate` are the same bytes. */
export const compressionKeys = {
  compression: z
    .enum(COMPRESSIONS, { error: 'unsupported compression type: use "gzip", "zstd", "deflate", "zlib" or "none"' })
    .default('gzip'),
  compression_params: block(
    z.strictObject({
      /** 1–9 for gzip and deflate, 1–22 for zstd; 0 or absent: the default of the encoding's library. */
      level: z.int().min(0).max(22).default(0),
    }),
  ),
}

/** How to send. */
export interface Packing {
  readonly encoding: Encoding | undefined
  readonly level: number | undefined
}

export function packingOf(config: {
  readonly compression: (typeof COMPRESSIONS)[number]
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
  if (payload.parts.length === 1 && payload.compressed?.encoding === encoding) {
    const { bytes } = payload.compressed
    return { encoding, pieces: [bytes], sizeBytes: bytes.length }
  }
  return packBytes(payload.parts.length === 1 ? payload.parts[0]! : Buffer.concat(payload.parts), packing)
}

/** As `pack`, for bytes that are not a payload's own. */
export async function packBytes(bytes: Uint8Array, { encoding, level }: Packing): Promise<Packed> {
  const piece = encoding === undefined ? bytes : await compress(encoding, bytes, level)
  return { encoding, pieces: [piece], sizeBytes: piece.length }
}

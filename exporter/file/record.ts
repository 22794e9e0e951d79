import { promisify } from 'node:util'
import { zstdCompress } from 'node:zlib'
import type { Payload, Signal } from '../../component/payload.ts'
import type { Malformed } from '../../proto/malformed.ts'
import { protoToJson } from '../../proto/proto_to_json.ts'
import { refusal } from '../../proto/wire.ts'
import type { FileConfig } from './config.ts'

const compress = promisify(zstdCompress)

/** Ends a line. */
export const NEWLINE = Uint8Array.of(10)

/**
 * One request as it stands in the file. Plain JSON: a line. All else, as the Collector does it: its length as four
 * bytes, high byte first, then its bytes; with `zstd` each request is compressed by itself.
 */
export async function encodeRecord(
  config: Pick<FileConfig, 'format' | 'compression'>,
  payload: Payload,
): Promise<Uint8Array | Malformed> {
  const request = payload.parts.length === 1 ? payload.parts[0]! : Buffer.concat(payload.parts)
  const plain = config.format === 'json' ? toJson(payload.signal, request) : request
  if (!(plain instanceof Uint8Array)) return plain
  if (isLines(config)) return Buffer.concat([plain, NEWLINE])
  const body = config.compression === 'zstd' ? await compress(plain) : plain
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

function toJson(signal: Signal, request: Uint8Array): Uint8Array | Malformed {
  try {
    return Buffer.from(protoToJson(signal, request))
  } catch (thrown) {
    return refusal(thrown)
  }
}

/** Is the file one of lines? */
export function isLines({ format, compression }: Pick<FileConfig, 'format' | 'compression'>): boolean {
  return format === 'json' && compression !== 'zstd'
}

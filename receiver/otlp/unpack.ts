import { decompress } from '../../component/compression.ts'
import type { Encoding } from '../../component/payload.ts'
import type { Share } from './budget.ts'

/** A request's bytes with nothing around them any more; or why they cannot be had. */
export type Unpacked =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly compressed?: { encoding: Encoding; bytes: Uint8Array } }
  | { readonly ok: false; readonly reason: 'too_large' | 'corrupt' | 'overloaded'; readonly message: string }

/** Decompresses what came; both forms are counted in the share while the request is under way. */
export async function unpack(
  encoding: Encoding | undefined,
  bytes: Uint8Array,
  limitBytes: number,
  share: Share,
): Promise<Unpacked> {
  if (encoding === undefined) return { ok: true, bytes }
  const out = await decompress(encoding, bytes, limitBytes)
  if (!out.ok) return out
  if (!share.take(out.bytes.length)) return { ok: false, reason: 'overloaded', message: OVERLOADED }
  return { ok: true, bytes: out.bytes, compressed: { encoding, bytes } }
}

/** What senders are told that met a full budget. */
export const OVERLOADED = 'too many bytes of requests in flight (max_in_flight_bytes)'
/** When senders may come back that met a full budget. */
export const OVERLOADED_RETRY_MS = 1_000

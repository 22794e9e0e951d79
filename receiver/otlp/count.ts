import type { Malformed, Signal } from '../../component/payload.ts'
import { encodeRequest } from '../../proto/messages.ts'

export function jsonToProto(signal: Signal, bytes: Uint8Array): Uint8Array | Malformed {
  try {
    return encodeRequest(signal, JSON.parse(Buffer.from(bytes).toString()))
  } catch (e) {
    return { ok: false, retryable: false, message: (e as Error).message, atByte: 0 }
  }
}

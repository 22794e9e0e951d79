import type { Signal } from '../../component/payload.ts'
import { decodeRequest } from '../../proto/messages.ts'

export function protoToJson(signal: Signal, bytes: Uint8Array): string {
  return JSON.stringify(decodeRequest(signal, bytes), (_k, v) => v)
}

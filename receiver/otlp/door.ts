/**
 * The door: what gRPC and HTTP have in common. A request has been read and decompressed; it is checked and counted once
 * without being decoded, handed on, and what became of it is the answer.
 */

import type { Consumer, Settings } from '../../component/component.ts'
import type { Refusal } from '../../component/outcome.ts'
import type { Payload, Signal } from '../../component/payload.ts'
import { CODE } from '../../component/status.ts'
import { senders } from './identity.ts'
import type { Measure } from './measure.ts'

/** One whole request in protobuf. */
export interface Request {
  readonly bytes: Uint8Array
  /** The same, as it came compressed. */
  readonly compressed?: Payload['compressed']
  readonly metadata?: Payload['metadata']
}

/** What became of a request. `warning`: what a finding has to say to the sender, nothing rejected. */
export type Answer = Refusal | { readonly ok: true; readonly warning?: string }

/** Takes requests of one signal. */
export type Door = (request: Request) => Promise<Answer>

const TAKEN: Answer = { ok: true }

/** The door of one signal and transport. */
export function createDoor(settings: Settings, signal: Signal, next: Consumer, measure: Measure): Door {
  return async (request) => {
    const counted = settings.host.firstLook.take(signal, request.bytes)
    if (typeof counted !== 'number') {
      measure.turnedAway('malformed')
      return { ...counted, grpcCode: CODE.invalidArgument }
    }
    if (counted === 0) return TAKEN
    const outcome = await next.consume(payloadOf(signal, request, counted))
    if (!outcome.ok) {
      measure.refused(signal, counted)
      return outcome
    }
    measure.accepted(signal, counted)
    const warning = warningFor(settings, request.bytes)
    return warning === undefined ? TAKEN : { ok: true, warning }
  }
}

function payloadOf(signal: Signal, request: Request, items: number): Payload {
  const { bytes, compressed, metadata } = request
  return {
    signal,
    parts: [bytes],
    sizeBytes: bytes.length,
    items,
    ...(compressed !== undefined && { compressed }),
    ...(metadata !== undefined && { metadata }),
  }
}

/** Looks at who sent the request only while some finding has something to say. */
function warningFor(settings: Settings, bytes: Uint8Array): string | undefined {
  const { advice } = settings.host
  if (advice.size === 0) return undefined
  const nowMs = settings.env.clock.nowMs()
  for (const { service, instance } of senders(bytes)) {
    const sentence = advice.ask(service, instance, nowMs)
    if (sentence !== undefined) return sentence
  }
  return undefined
}

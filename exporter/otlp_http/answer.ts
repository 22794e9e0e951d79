/** What a backend wrote into the body of its answer. It may be anything. */

import type { Signal } from '../../component/payload.ts'
import { decodeAnswer, decodeStatus } from '../../proto/messages.ts'

/** How many items the backend threw away, and what it says about it. */
export interface Answered {
  readonly rejected: number
  readonly message: string
}

const NOTHING: Answered = { rejected: 0, message: '' }

/** Of a message that is repeated in logs and to senders, this much. */
const MESSAGE_MAX_CHARS = 1_000

/** A 2xx answer; `undefined` when it claims to be a response and is not. Without a known type it says nothing. */
export function answerOf(signal: Signal, contentType: string | undefined, body: Buffer): Answered | undefined {
  if (body.length === 0) return NOTHING
  switch (mediaTypeOf(contentType)) {
    case 'application/x-protobuf': {
      const answer = decodeAnswer(signal, body)
      if (answer === undefined) return undefined
      const { rejected, errorMessage } = answer.partialSuccess ?? { rejected: 0, errorMessage: '' }
      return { rejected, message: errorMessage }
    }
    case 'application/json':
      return fromJson(body)
    default:
      return NOTHING
  }
}

const REJECTED_KEYS = ['rejectedSpans', 'rejectedDataPoints', 'rejectedLogRecords'] as const

function fromJson(body: Buffer): Answered | undefined {
  const answer = parsed(body)
  if (answer === undefined) return undefined
  const partial = answer.partialSuccess
  if (typeof partial !== 'object' || partial === null) return NOTHING
  const fields = partial as Record<string, unknown>
  const rejected = REJECTED_KEYS.map((key) => Number(fields[key] ?? 0)).find((count) => count > 0) ?? 0
  return { rejected, message: String(fields.errorMessage ?? '') }
}

/** What an error answer says, for the log; '' when nothing readable. */
export function messageOf(contentType: string | undefined, body: Buffer): string {
  if (body.length === 0) return ''
  const mediaType = mediaTypeOf(contentType)
  if (mediaType === 'application/x-protobuf') return shortened(decodeStatus(body)?.message ?? '')
  if (mediaType === 'application/json') {
    const message = parsed(body)?.message
    if (typeof message === 'string') return shortened(message)
  }
  return mediaType.startsWith('text/') || mediaType === 'application/json' ? shortened(body.toString('utf8')) : ''
}

function shortened(text: string): string {
  return text.length > MESSAGE_MAX_CHARS ? `${text.slice(0, MESSAGE_MAX_CHARS)}…` : text
}

function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase()
}

function parsed(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

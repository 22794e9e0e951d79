/** One POST over a kept connection. */

import type { Agent, ClientRequest, IncomingHttpHeaders } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { Clock } from '../../component/env.ts'

/** What one request sends, and how long it may take. */
export interface Post {
  readonly url: URL
  readonly agent: Agent
  readonly headers: Readonly<Record<string, string | number>>
  readonly pieces: readonly Uint8Array[]
  /** 0: without limit. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/** An answer of whatever status, at most 64 KiB of its body; or why there is none. */
export type Posted =
  | { readonly ok: true; readonly httpStatus: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer }
  | { readonly ok: false; readonly problem: string }

/** Of an answer, this much is read. */
const ANSWER_MAX_BYTES = 65_536

/** Never rejects. A kept connection that the server closed just now is replaced once, without a word. */
export async function post(request: Post, under: Set<ClientRequest>): Promise<Posted> {
  const first = await postOnce(request, under)
  return 'wasStale' in first && first.wasStale ? postOnce(request, under) : first
}

function postOnce(request: Post, under: Set<ClientRequest>): Promise<Posted | (Posted & { wasStale: boolean })> {
  const { url, agent, headers, timeoutMs, clock } = request
  return new Promise((resolve) => {
    const sent = (url.protocol === 'https:' ? https : http).request(url, { method: 'POST', agent, headers })
    let reason = ''
    const cancelTimeout = timeoutMs === 0 ? () => {} : clock.after(timeoutMs, () => giveUp('request timed out'))
    under.add(sent)
    function giveUp(why: string): void {
      reason = why
      sent.destroy()
    }
    function finish(result: Posted & { wasStale?: boolean }): void {
      cancelTimeout()
      under.delete(sent)
      resolve(result)
    }
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const wasStale = reason === '' && sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      finish({ ok: false, problem: reason || error.message, wasStale })
    })
    sent.on('close', () => finish({ ok: false, problem: reason || 'the connection was closed' }))
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      let receivedBytes = 0
      response.on('data', (chunk: Buffer) => {
        if (receivedBytes < ANSWER_MAX_BYTES) chunks.push(chunk)
        receivedBytes += chunk.length
        if (receivedBytes > 16 * ANSWER_MAX_BYTES) giveUp('the answer is too long')
      })
      response.on('error', (error) => finish({ ok: false, problem: reason || error.message }))
      response.on('end', () => {
        const body = Buffer.concat(chunks).subarray(0, ANSWER_MAX_BYTES)
        finish({ ok: true, httpStatus: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
    sent.cork()
    for (const piece of request.pieces) sent.write(piece)
    sent.end()
    sent.uncork()
  })
}

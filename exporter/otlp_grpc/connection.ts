/**
 * One connection to one address of the backend, made again with growing patience whenever it is lost, and replaced at
 * once when the server says goodbye. States are gRPC's.
 */

import http2, { type ClientHttp2Session } from 'node:http2'
import net from 'node:net'
import tls, { type ConnectionOptions } from 'node:tls'
import type { Env } from '../../component/env.ts'

const MIB = 1_048_576
const CONNECTION_WINDOW_BYTES = 4 * MIB
const CONNECT_TIMEOUT_MS = 20_000
const BACKOFF_FIRST_MS = 1_000
const BACKOFF_FACTOR = 1.6
/** gRPC allows two minutes; a backend that is back should not wait for us so long. */
const BACKOFF_MAX_MS = 15_000
/** Streams that a connection may have when the server set no limit of its own. */
const STREAMS_MAX = 1_000

/** Where to connect: an IP address and a port, or the path of a Unix socket. */
export interface Address {
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string }
  /** Tells addresses apart. */
  readonly key: string
}

/** What all connections of a channel have in common. */
export interface ConnectionOptionsOf {
  readonly env: Env
  /** What to write into `:authority`. */
  readonly authority: string
  /** Absent: no TLS. Read anew for every connection, so that rotated certificates are used. */
  readonly tls: (() => Promise<ConnectionOptions>) | undefined
  readonly keepalive:
    | { readonly time: number; readonly timeout: number; readonly permit_without_stream: boolean }
    | undefined
  /** Something changed that a waiting call may want to know. */
  onChange(): void
}

/**
 * Owns the socket to one address. `session` is there exactly while `state` is `ready`; at most one timer runs: the limit
 * of connecting, the next keepalive, or the wait before the next attempt.
 */
export class Connection {
  /** Calls under way; whoever makes a call counts it here. */
  callsUnderWay = 0
  readonly #address: Address
  readonly #options: ConnectionOptionsOf
  /** Sessions that the server said goodbye to, until their last call has ended. */
  readonly #leaving = new Set<ClientHttp2Session>()
  #state: 'connecting' | 'ready' | 'failed' | 'closed' = 'connecting'
  #problem = ''
  #session: ClientHttp2Session | undefined
  #failures = 0
  #cancelTimer = () => {}

  /** Begins to connect at once. */
  constructor(address: Address, options: ConnectionOptionsOf) {
    this.#address = address
    this.#options = options
    void this.#connect()
  }

  get state(): 'connecting' | 'ready' | 'failed' | 'closed' {
    return this.#state
  }

  /** Why there is no connection, when `failed`. */
  get problem(): string {
    return this.#problem
  }

  /** The session to make calls on, when `ready`. */
  get session(): ClientHttp2Session | undefined {
    return this.#state === 'ready' ? this.#session : undefined
  }

  /** Lets calls under way finish, makes no new connection. */
  retire(): void {
    this.#end()
    this.#session?.close()
  }

  /** Ends everything at once. */
  destroy(): void {
    this.#end()
    this.#session?.destroy()
    for (const old of this.#leaving) old.destroy()
  }

  #end(): void {
    this.#state = 'closed'
    this.#cancelTimer()
  }

  #hasEnded(): boolean {
    return this.#state === 'closed'
  }

  #become(next: 'connecting' | 'ready' | 'failed'): void {
    this.#state = next
    this.#options.onChange()
  }

  async #connect(): Promise<void> {
    this.#cancelTimer()
    this.#state = 'connecting'
    const session = await openSession(this.#address, this.#options).catch((error: Error) => error)
    if (session instanceof Error) this.#lost(undefined, session.message)
    else if (this.#hasEnded()) session.destroy()
    else this.#watch(session)
  }

  #watch(session: ClientHttp2Session): void {
    this.#session = session
    const { clock } = this.#options.env
    this.#cancelTimer = clock.after(CONNECT_TIMEOUT_MS, () => {
      session.destroy(new Error('timed out while connecting'))
    })
    let reason = 'connection closed by the server'
    session.on('error', (error) => {
      reason = error.message
    })
    session.once('remoteSettings', () => this.#ready(session))
    session.once('goaway', (code, _last, data) => {
      const words = data === undefined || data.length === 0 ? '' : `, ${Buffer.from(data).toString('latin1')}`
      reason = `the server said goodbye (code ${code}${words})`
      if (this.session === session) this.#replace(session)
    })
    session.once('close', () => {
      this.#leaving.delete(session)
      this.#lost(session, reason)
    })
  }

  #ready(session: ClientHttp2Session): void {
    if (this.#hasEnded()) return
    this.#cancelTimer()
    this.#failures = 0
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES)
    const { env, keepalive } = this.#options
    if (keepalive !== undefined) {
      const mayAsk = () => keepalive.permit_without_stream || this.callsUnderWay > 0
      this.#cancelTimer = keepAsking(session, env, keepalive, mayAsk)
    }
    this.#become('ready')
  }

  /** A goodbye: calls under way finish on the old session, new ones get a new one. */
  #replace(old: ClientHttp2Session): void {
    this.#leaving.add(old)
    old.close()
    this.#session = undefined
    this.#become('connecting')
    void this.#connect()
  }

  #lost(session: ClientHttp2Session | undefined, reason: string): void {
    if (session !== this.#session || this.#hasEnded()) return
    this.#cancelTimer()
    this.#session = undefined
    this.#problem = reason
    const { clock, random, log } = this.#options.env
    const middleMs = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * BACKOFF_FACTOR ** this.#failures)
    this.#failures += 1
    log.debug('connection lost', { address: this.#address.key, reason })
    this.#cancelTimer = clock.after(middleMs * (0.8 + 0.4 * random.next()), () => void this.#connect())
    this.#become('failed')
  }
}

async function openSession(address: Address, options: ConnectionOptionsOf): Promise<ClientHttp2Session> {
  const secure = await options.tls?.()
  const createSocket = () =>
    secure === undefined
      ? net.connect({ ...address.at, noDelay: true, keepAlive: true })
      : tls.connect({ ...secure, ...address.at, ALPNProtocols: ['h2'] })
  return http2.connect(`${secure === undefined ? 'http' : 'https'}://${options.authority}`, {
    createConnection: createSocket,
    settings: { enablePush: false, initialWindowSize: MIB },
    peerMaxConcurrentStreams: STREAMS_MAX,
  })
}

/** Asks the server now and then whether it is there; a server that does not answer is given up. */
function keepAsking(
  session: ClientHttp2Session,
  env: Env,
  keepalive: NonNullable<ConnectionOptionsOf['keepalive']>,
  mayAsk: () => boolean,
): () => void {
  let cancelWait = () => {}
  let cancelNext = env.clock.after(keepalive.time, ask)
  function ask(): void {
    cancelNext = env.clock.after(keepalive.time, ask)
    if (session.destroyed || !mayAsk()) return
    cancelWait = env.clock.after(keepalive.timeout, () => session.destroy(new Error('keepalive ping not acknowledged')))
    session.ping(() => cancelWait())
  }
  return () => {
    cancelWait()
    cancelNext()
  }
}

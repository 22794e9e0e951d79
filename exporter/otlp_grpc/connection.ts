/**
 * One connection to one address of the backend, made again with growing patience whenever it is lost, and replaced at
 * once when the server says goodbye. States are gRPC's.
 */

import http2, { type ClientHttp2Session } from 'node:http2'
import net from 'node:net'
import tls, { type ConnectionOptions } from 'node:tls'
import type { Env } from '../../component/env.ts'

const MIB = 1_048_576
const CONNECT_TIMEOUT_MS = 20_000
const BACKOFF_FIRST_MS = 1_000
const BACKOFF_FACTOR = 1.6
/** gRPC allows two minutes; a backend that is back should not wait for us so long. */
const BACKOFF_MAX_MS = 15_000
/** Streams that a connection may have when the server set no limit of its own. */
const STREAMS_MAX = 1_000

export interface Address {
  /** Where to connect: an IP address and a port, or the path of a Unix socket. */
  readonly at: { readonly host: string; readonly port: number } | { readonly path: string }
  readonly key: string
}

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

export interface Connection {
  readonly state: 'connecting' | 'ready' | 'failed' | 'closed'
  /** Why there is no connection, when `failed`. */
  readonly problem: string
  /** The session to make calls on, when `ready`. */
  readonly session: ClientHttp2Session | undefined
  /** Calls under way; whoever makes a call counts it here. */
  callsUnderWay: number
  /** Lets calls under way finish, makes no new connection. */
  retire(): void
  /** Ends everything at once. */
  destroy(): void
}

export function createConnection(address: Address, options: ConnectionOptionsOf): Connection {
  const { clock, random, log } = options.env
  let state: Connection['state'] = 'connecting'
  let problem = ''
  let session: ClientHttp2Session | undefined
  let failures = 0
  let cancelTimer = () => {}
  let ended = false
  const leaving = new Set<ClientHttp2Session>()

  function end(): void {
    ended = true
    state = 'closed'
    cancelTimer()
  }

  function become(next: Connection['state']): void {
    state = next
    options.onChange()
  }

  async function connect(): Promise<void> {
    cancelTimer()
    state = 'connecting'
    let made: ClientHttp2Session
    try {
      made = await openSession(address, options)
    } catch (error) {
      lost(undefined, (error as Error).message)
      return
    }
    if (ended) {
      made.destroy()
      return
    }
    session = made
    cancelTimer = clock.after(CONNECT_TIMEOUT_MS, () => made.destroy(new Error('timed out while connecting')))
    let reason = 'connection closed by the server'
    made.on('error', (error) => {
      reason = error.message
    })
    made.once('remoteSettings', () => {
      cancelTimer()
      failures = 0
      made.setLocalWindowSize(4 * MIB)
      const { keepalive } = options
      if (keepalive === undefined) return become('ready')
      const mayAsk = () => keepalive.permit_without_stream || connection.callsUnderWay > 0
      cancelTimer = keepAsking(made, options.env, keepalive, mayAsk)
      become('ready')
    })
    made.once('goaway', (code, _last, data) => {
      reason = `the server said goodbye (code ${code}${data?.length ? `, ${Buffer.from(data).toString('latin1')}` : ''})`
      if (session === made && state === 'ready') replace(made)
    })
    made.once('close', () => {
      leaving.delete(made)
      lost(made, reason)
    })
  }

  /** A goodbye: calls under way finish on the old session, new ones get a new one. */
  function replace(old: ClientHttp2Session): void {
    cancelTimer()
    leaving.add(old)
    old.close()
    session = undefined
    become('connecting')
    void connect()
  }

  function lost(made: ClientHttp2Session | undefined, reason: string): void {
    if (made !== session || ended) return
    cancelTimer()
    session = undefined
    problem = reason
    const middleMs = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * BACKOFF_FACTOR ** failures)
    failures += 1
    log.debug('connection lost', { address: address.key, reason })
    cancelTimer = clock.after(middleMs * (0.8 + 0.4 * random.next()), () => void connect())
    become('failed')
  }

  const connection: Connection = {
    callsUnderWay: 0,
    get state() {
      return state
    },
    get problem() {
      return problem
    },
    get session() {
      return state === 'ready' ? session : undefined
    },
    retire() {
      end()
      session?.close()
    },
    destroy() {
      end()
      session?.destroy()
      for (const old of leaving) old.destroy()
    },
  }
  void connect()
  return connection
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

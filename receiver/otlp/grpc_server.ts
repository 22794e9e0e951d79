/**
 * OTLP/gRPC on node:http2: listens, keeps the connections, gives every stream to `serveCall`.
 *
 * Windows are wide (a stream may send 4 MiB before it must wait, a connection 8 MiB) so that the time to the sender and
 * back does not limit what it can send; how much may really be under way is the budget's business.
 */

import http2, { type Http2SecureServer, type Http2Server, type ServerHttp2Session } from 'node:http2'
import { type AddressInfo, Server } from 'node:net'
import type { Settings } from '../../component/component.ts'
import type { Clock } from '../../component/env.ts'
import { listen } from '../../component/listen.ts'
import { reloadTls, tlsServerOptions } from '../../component/tls.ts'
import type { GrpcConfig } from './config.ts'
import { type Connection, judge, markActive, mayPing, newConnection } from './connection_life.ts'
import { dropSlowCalls, type GrpcCalls, serveCall } from './grpc_call.ts'

const MIB = 1_048_576
const STREAM_WINDOW_BYTES = 4 * MIB
const CONNECTION_WINDOW_BYTES = 8 * MIB
const FRAME_MAX_BYTES = MIB
/** Of nghttp2's buffers for one connection, MB; beyond, new streams are refused. */
const SESSION_MEMORY_MAX_MB = 64
const HEADERS_MAX_BYTES = 65_536
/** How often connections are looked at. */
const SWEEP_MS = 1_000
/** "Whatever you have sent by now is still answered": the highest stream id there can be. */
const LAST_STREAM_MAX = 2 ** 31 - 1

/** By then a goodbye was heard, or will not be. */
const GOODBYE_HEARD_MS = 500

/** A listener of one protocol. */
export interface Listener {
  /** Resolves to where it listens. */
  start(): Promise<AddressInfo | string>
  stop(deadlineMs: number): Promise<void>
}

/** Owns the listening socket and the connections that came by it: every session that is open is in `#connections`. */
export class GrpcServer implements Listener {
  readonly #settings: Settings
  readonly #config: GrpcConfig
  readonly #calls: GrpcCalls
  readonly #connections = new Map<ServerHttp2Session, Connection>()
  #server: Http2Server | Http2SecureServer | undefined
  #cancelSweep = () => {}
  #stopReloading = () => {}

  constructor(settings: Settings, config: GrpcConfig, calls: GrpcCalls) {
    this.#settings = settings
    this.#config = config
    this.#calls = calls
  }

  async start(): Promise<AddressInfo | string> {
    const { env, host } = this.#settings
    const config = this.#config
    const server = await createServer(config)
    this.#server = server
    server.on('session', (session: ServerHttp2Session) => this.#welcome(session))
    server.on('sessionError', (error: Error) => this.#failed(error))
    if (config.tls) {
      server.on('tlsClientError', (error: Error) => env.log.debug('TLS handshake failed', { error: error.message }))
      this.#stopReloading = reloadTls(env, config.tls.reload_interval, async () => {
        ;(server as Http2SecureServer).setSecureContext(await tlsServerOptions(config.tls!))
      })
    }
    const address = await listen(server, config.endpoint, config.transport, host.reusePort)
    this.#sweep()
    return address
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#cancelSweep()
    this.#stopReloading()
    if (this.#server === undefined) return
    const { clock } = this.#settings.env
    const closed = closedForNew(this.#server)
    this.#server = undefined
    for (const [session, connection] of this.#connections) sayGoodbye(session, connection, clock)
    const cancel = clock.after(deadlineMs, () => {
      for (const session of this.#connections.keys()) session.destroy()
    })
    await closed
    cancel()
  }

  #welcome(session: ServerHttp2Session): void {
    const { clock, random } = this.#settings.env
    const connection = newConnection(clock.elapsedMs(), random.next())
    this.#connections.set(session, connection)
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES)
    session.on('close', () => this.#connections.delete(session))
    session.on('error', (error) => this.#failed(error))
    session.on('ping', () => {
      const policy = this.#config.keepalive.enforcement_policy
      if (!mayPing(connection, policy, clock.elapsedMs())) tooManyPings(session)
    })
    session.on('stream', (stream, headers) => {
      connection.openCalls += 1
      markActive(connection, clock.elapsedMs())
      stream.on('close', () => {
        connection.openCalls -= 1
        markActive(connection, clock.elapsedMs())
      })
      serveCall(this.#calls, stream, headers, clock.elapsedMs())
    })
  }

  #failed(error: Error): void {
    this.#settings.env.log.debug('gRPC connection failed', { error: error.message })
  }

  #sweep(): void {
    const { clock } = this.#settings.env
    const nowMs = clock.elapsedMs()
    for (const [session, connection] of this.#connections) {
      const verdict = judge(connection, this.#config.keepalive.server_parameters, nowMs)
      if (verdict === 'cut') session.destroy()
      if (verdict === 'goodbye') sayGoodbye(session, connection, clock)
      if (verdict === 'ask') ask(session, connection, clock)
    }
    dropSlowCalls(this.#calls, nowMs)
    this.#cancelSweep = clock.after(SWEEP_MS, () => this.#sweep())
  }
}

/** Are you there? */
function ask(session: ServerHttp2Session, connection: Connection, clock: Clock): void {
  connection.askedMs = clock.elapsedMs()
  session.ping((error) => {
    if (error !== null) return
    connection.askedMs = undefined
    connection.activeMs = clock.elapsedMs()
  })
}

async function createServer(config: GrpcConfig): Promise<Http2Server | Http2SecureServer> {
  const options = {
    settings: {
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxFrameSize: FRAME_MAX_BYTES,
      maxConcurrentStreams: config.max_concurrent_streams || 1_000,
      maxHeaderListSize: HEADERS_MAX_BYTES,
      enableConnectProtocol: false,
    },
    maxSessionMemory: SESSION_MEMORY_MAX_MB,
  }
  if (!config.tls) return http2.createServer(options)
  return http2.createSecureServer({ ...options, ...(await tlsServerOptions(config.tls)), allowHTTP1: false })
}

/**
 * Stops listening; resolves when the last connection has ended. Http2Server's own `close` would also close the sessions,
 * at once and in one step.
 */
function closedForNew(server: Server): Promise<void> {
  return new Promise((resolve) => Server.prototype.close.call(server, () => resolve()))
}

/**
 * A goodbye in two steps, as grpc-go says it: first "no new calls, please", then, when the client must have heard it,
 * "these were the last". Calls that were already on their way are still answered.
 */
function sayGoodbye(session: ServerHttp2Session, connection: Connection, clock: Clock): void {
  if (connection.goodbyeMs !== undefined || session.destroyed) return
  connection.goodbyeMs = clock.elapsedMs()
  session.goaway(http2.constants.NGHTTP2_NO_ERROR, LAST_STREAM_MAX)
  // A client that is just leaving by itself never answers.
  const cancel = clock.after(GOODBYE_HEARD_MS, () => session.close())
  session.ping(() => {
    cancel()
    session.close()
  })
}

function tooManyPings(session: ServerHttp2Session): void {
  session.goaway(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from('too_many_pings'))
  session.destroy()
}

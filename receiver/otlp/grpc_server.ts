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

export function createGrpcServer(settings: Settings, config: GrpcConfig, calls: GrpcCalls): Listener {
  const { clock, random, log } = settings.env
  const connections = new Map<ServerHttp2Session, Connection>()
  const cancels: (() => void)[] = []
  let server: Http2Server | Http2SecureServer | undefined

  function onSession(session: ServerHttp2Session): void {
    const connection = newConnection(clock.elapsedMs(), random.next())
    connections.set(session, connection)
    session.setLocalWindowSize(CONNECTION_WINDOW_BYTES)
    session.on('close', () => connections.delete(session))
    session.on('error', (error) => log.debug('gRPC connection failed', { error: error.message }))
    session.on('ping', () => {
      if (!mayPing(connection, config.keepalive.enforcement_policy, clock.elapsedMs())) tooManyPings(session)
    })
    session.on('stream', (stream, headers) => {
      connection.openCalls += 1
      markActive(connection, clock.elapsedMs())
      stream.on('close', () => {
        connection.openCalls -= 1
        markActive(connection, clock.elapsedMs())
      })
      serveCall(calls, stream, headers, clock.elapsedMs())
    })
  }

  function sweep(): void {
    const nowMs = clock.elapsedMs()
    for (const [session, connection] of connections) {
      const verdict = judge(connection, config.keepalive.server_parameters, nowMs)
      if (verdict === 'cut') session.destroy()
      if (verdict === 'goodbye') sayGoodbye(session, connection, clock)
      if (verdict === 'ask') ask(session, connection, nowMs)
    }
    dropSlowCalls(calls, nowMs)
    cancels[0] = clock.after(SWEEP_MS, sweep)
  }

  function ask(session: ServerHttp2Session, connection: Connection, nowMs: number): void {
    connection.askedMs = nowMs
    session.ping((error) => {
      if (error !== null) return
      connection.askedMs = undefined
      connection.activeMs = clock.elapsedMs()
    })
  }

  return {
    async start() {
      server = await createServer(config)
      server.on('session', onSession)
      server.on('sessionError', (error: Error) => log.debug('gRPC connection failed', { error: error.message }))
      if (config.tls) {
        const secure = server as Http2SecureServer
        server.on('tlsClientError', (error: Error) => log.debug('TLS handshake failed', { error: error.message }))
        cancels[1] = reloadTls(settings.env, config.tls.reload_interval, async () => {
          secure.setSecureContext(await tlsServerOptions(config.tls!))
        })
      }
      const address = await listen(server, config.endpoint, config.transport, settings.host.reusePort)
      sweep()
      return address
    },
    async stop(deadlineMs) {
      for (const cancel of cancels) cancel()
      if (server === undefined) return
      const closed = closedForNew(server)
      server = undefined
      for (const [session, connection] of connections) sayGoodbye(session, connection, clock)
      const cancel = clock.after(deadlineMs, () => {
        for (const session of connections.keys()) session.destroy()
      })
      await closed
      cancel()
    },
  }
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

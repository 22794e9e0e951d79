/** OTLP/HTTP on node:http: listens, keeps the connections, gives every request to `serveRequest`. */

import http, { type Server } from 'node:http'
import https from 'node:https'
import type { Settings } from '../../component/component.ts'
import { listen } from '../../component/listen.ts'
import { reloadTls, tlsServerOptions } from '../../component/tls.ts'
import type { HttpConfig } from './config.ts'
import type { Listener } from './grpc_server.ts'
import { type HttpRequests, serveRequest } from './http_request.ts'

const HEADERS_MAX_BYTES = 65_536
/** As Go does: find out after so long whether a silent client is still there. */
const TCP_KEEPALIVE_MS = 15_000

/** The listener for OTLP/HTTP. */
export function createHttpServer(settings: Settings, config: HttpConfig, requests: HttpRequests): Listener {
  const { clock, log } = settings.env
  let server: Server | https.Server | undefined
  let stopReloading = () => {}
  return {
    async start() {
      server = await createServer(config)
      const onRequest = (request: http.IncomingMessage, response: http.ServerResponse) => {
        if (!config.keep_alives_enabled) response.shouldKeepAlive = false
        response.on('close', () => {
          if (server === undefined) request.socket.end()
        })
        serveRequest(requests, request, response)
      }
      server.on('request', onRequest)
      // With `Expect: 100-continue` the sender waits: what must be refused is refused before the body is sent.
      server.on('checkContinue', onRequest)
      if (config.tls) {
        const secure = server as https.Server
        server.on('tlsClientError', (error: Error) => log.debug('TLS handshake failed', { error: error.message }))
        stopReloading = reloadTls(settings.env, config.tls.reload_interval, async () => {
          secure.setSecureContext(await tlsServerOptions(config.tls!))
        })
      }
      return listen(server, config.endpoint, config.transport, settings.host.reusePort)
    },
    async stop(deadlineMs) {
      stopReloading()
      if (server === undefined) return
      const closing = server
      server = undefined
      // Idle connections end at once, the others after the answer that is under way (see `close` above).
      const closed = new Promise<void>((resolve) => closing.close(() => resolve()))
      const cancel = clock.after(deadlineMs, () => closing.closeAllConnections())
      await closed
      cancel()
    },
  }
}

async function createServer(config: HttpConfig): Promise<Server | https.Server> {
  const options = {
    requestTimeout: config.read_timeout,
    headersTimeout: config.read_header_timeout,
    keepAliveTimeout: config.idle_timeout,
    maxHeaderSize: HEADERS_MAX_BYTES,
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEPALIVE_MS,
  }
  const server = config.tls
    ? https.createServer({ ...options, ...(await tlsServerOptions(config.tls)) })
    : http.createServer(options)
  server.timeout = config.write_timeout
  return server
}

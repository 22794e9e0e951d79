import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Component, ExtensionFactory, Settings, Watcher } from '../../component/component.ts'
import { formatAddress, listen } from '../../component/listen.ts'
import { reloadTls, tlsServerOptions } from '../../component/tls.ts'
import { answer } from './answer.ts'
import { type HealthCheckConfig, healthCheckConfig } from './config.ts'

/** Probes that are connected at the same time, at most; further connections are closed at once. */
export const CONNECTIONS_MAX = 100

/** Answers probes: 200 while telemetry can be taken, 503 before and after. */
export const healthCheckExtension: ExtensionFactory<HealthCheckConfig> = {
  kind: 'extension',
  type: 'health_check',
  stability: { extension: 'beta' },
  config: healthCheckConfig,
  create: createHealthCheck,
}

function createHealthCheck({ env }: Settings, config: HealthCheckConfig): Component & Watcher {
  let server: Server | undefined
  let stopReloading = () => {}
  let readySinceMs: number | undefined

  const respond: RequestListener = (request, response) => {
    const path = (request.url ?? '/').split('?')[0]!
    const { status, contentType, body } = answer(config, path, readySinceMs, env.clock.nowMs())
    const headers = { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body), Connection: 'close' }
    response.writeHead(status, headers).end(body)
    request.resume()
  }

  async function startTls(tls: NonNullable<HealthCheckConfig['tls']>): Promise<Server> {
    const secure = createTlsServer(await tlsServerOptions(tls), respond)
    const reload = async () => secure.setSecureContext(await tlsServerOptions(tls))
    stopReloading = reloadTls(env, tls.reload_interval, reload)
    return secure
  }

  return {
    async start() {
      server = config.tls === undefined ? createServer(respond) : await startTls(config.tls)
      server.maxConnections = CONNECTIONS_MAX
      const address = await listen(server, config.endpoint, config.transport, false)
      env.log.info('Starting health_check extension', { endpoint: formatAddress(address), path: config.path })
    },
    async shutdown() {
      readySinceMs = undefined
      stopReloading()
      const closing = server
      server = undefined
      if (closing === undefined || !closing.listening) return
      await new Promise<void>((resolve) => {
        closing.close(() => resolve())
        closing.closeAllConnections()
      })
    },
    ready() {
      readySinceMs ??= env.clock.nowMs()
      env.log.info('Health Check state change', { status: 'ready' })
    },
    notReady() {
      readySinceMs = undefined
    },
  }
}

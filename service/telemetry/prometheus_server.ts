import { once } from 'node:events'
import { createServer } from 'node:http'

/** An open port that tells metrics to whoever asks. */
export interface PrometheusServer {
  readonly port: number
  close(): Promise<void>
}

/**
 * Serves `GET /metrics`. Rejects when the port cannot be had.
 * @param text makes the answer anew at each request.
 */
export async function servePrometheus(
  host: string,
  port: number,
  text: () => Promise<string>,
): Promise<PrometheusServer> {
  const server = createServer((request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n')
      return
    }
    text().then(
      (body) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(body),
      (error) => response.writeHead(500, { 'content-type': 'text/plain' }).end(`${error}\n`),
    )
  })
  server.maxConnections = CONNECTIONS_MAX
  // Go listens on IPv4 for "localhost"; what scrapes 127.0.0.1 must find us.
  server.listen({ host: host === 'localhost' ? '127.0.0.1' : host, port })
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Scrapers are few. */
const CONNECTIONS_MAX = 64

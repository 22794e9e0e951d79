import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'

/** An express application that reads JSON bodies. */
export function application(): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '128kb' }))
  return app
}

/** Listens on a free port of this machine and tells the parent process which. */
export function serve(app: Express): void {
  const server = app.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
}

/** Calls another service of the shop; answers its JSON. */
export async function call(method: string, url: string, body?: unknown): Promise<unknown> {
  const client = process.env.SHOP_CLIENT ?? 'web'
  const answer = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', 'x-client': client },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}`)
  return answer.json()
}

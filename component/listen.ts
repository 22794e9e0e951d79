/**
 * Where to listen: Go's addresses (`host:port`, `:port`, `[::]:port`), a Unix socket, and several threads on one port.
 */

import { lookup } from 'node:dns/promises'
import type { AddressInfo, Server } from 'node:net'
import { z } from 'zod'

/** `transport` of a listener. */
export const transportConfig = z.enum(['tcp', 'tcp4', 'tcp6', 'unix'])
/** How to listen: TCP over both or one version of IP, or a Unix socket. */
export type Transport = z.infer<typeof transportConfig>

/** @example splitHostPort('[::1]:4317') // => { host: '::1', port: 4317 } */
export function splitHostPort(address: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(address)
  if (match === null) return undefined
  const port = Number(match[3])
  return port > 65_535 ? undefined : { host: match[1] ?? match[2]!, port }
}

/** What is wrong with an address to listen on, in Go's words where it has any; `undefined` when nothing is. */
export function listenProblem(endpoint: string, transport: Transport): string | undefined {
  if (transport === 'unix') return endpoint === '' ? 'needs the path of the socket' : undefined
  if (splitHostPort(endpoint) !== undefined) return undefined
  const colon = endpoint.lastIndexOf(':')
  if (colon < 0) return `address ${endpoint}: missing port in address`
  if (/^\d+$/.test(endpoint.slice(colon + 1)) && endpoint.indexOf(':') !== colon) {
    return `address ${endpoint}: too many colons in address (write an IPv6 address in brackets)`
  }
  return `address ${endpoint}: invalid port ${JSON.stringify(endpoint.slice(colon + 1))}`
}

/**
 * Resolves once the server listens. Rejects when it cannot.
 *
 * @param reusePort other threads of this process listen on the same port.
 */
export async function listen(
  server: Server,
  endpoint: string,
  transport: Transport,
  reusePort: boolean,
): Promise<AddressInfo | string> {
  const where = transport === 'unix' ? { path: endpoint } : await hostAndPort(endpoint, transport, reusePort)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(where, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return server.address()!
}

async function hostAndPort(endpoint: string, transport: Transport, reusePort: boolean) {
  const { host, port } = splitHostPort(endpoint)!
  return { port, reusePort, ...(host !== '' && { host: await preferred(host, transport) }) }
}

/** As Go does: of the addresses of a name, IPv4 first, so that `localhost` is 127.0.0.1. */
async function preferred(host: string, transport: Transport): Promise<string> {
  const family = transport === 'tcp6' ? 6 : transport === 'tcp4' ? 4 : 0
  const addresses = await lookup(host, { all: true, family })
  return (addresses.find((address) => address.family === 4) ?? addresses[0]!).address
}

/** `127.0.0.1:4317`, `[::]:4317` or the path of a Unix socket. */
export function formatAddress(address: AddressInfo | string): string {
  if (typeof address === 'string') return address
  return address.family === 'IPv6' ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`
}

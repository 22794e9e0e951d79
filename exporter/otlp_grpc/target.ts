/**
 * The endpoint of a gRPC exporter: `host:port`, `http://host:port`, `https://…`, `dns:///host:port`, `unix:///path`.
 * `http://` means no TLS whatever `tls` says, as in the Collector; the others follow `tls.insecure`.
 */

import { splitHostPort } from '../../component/listen.ts'

/** Where the backend is. `plaintext`: the endpoint itself says that there is no TLS. */
export type Target =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly plaintext: boolean }
  | { readonly kind: 'unix'; readonly path: string }

/** A target, or what is wrong with the text. */
export type ParsedTarget = Target | { readonly kind: 'wrong'; readonly message: string }

/** @example parseTarget('dns:///jaeger:4317') // => { kind: 'tcp', host: 'jaeger', port: 4317, plaintext: false } */
export function parseTarget(endpoint: string): ParsedTarget {
  if (endpoint.startsWith('unix:')) {
    const path = endpoint.replace(/^unix:(\/\/)?/, '')
    return path === '' ? wrong('unix: needs the path of the socket') : { kind: 'unix', path }
  }
  const plaintext = endpoint.startsWith('http://')
  const address = endpoint.replace(/^(https?:\/\/|dns:\/\/[^/]*\/|dns:|passthrough:\/\/\/)/, '').replace(/\/$/, '')
  if (address === '') return wrong('requires a non-empty "endpoint"')
  const split = splitHostPort(address)
  if (split !== undefined && split.host !== '') return { kind: 'tcp', ...split, plaintext }
  if (!address.includes(':')) return wrong(`address ${address}: missing port in address`)
  if (split !== undefined) return wrong(`address ${address}: missing host in address`)
  return wrong(`invalid port ${JSON.stringify(address.slice(address.lastIndexOf(':') + 1))}`)
}

function wrong(message: string): ParsedTarget {
  return { kind: 'wrong', message }
}

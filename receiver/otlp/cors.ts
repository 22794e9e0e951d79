/**
 * CORS: which pages may send telemetry from a browser (Fetch standard, "CORS protocol"). Answers as the Collector's
 * does (rs/cors with credentials allowed).
 */

import type { CorsConfig } from './config.ts'

/** What of a request matters here. */
export interface CorsRequest {
  readonly method: string
  readonly origin: string | undefined
  /** `Access-Control-Request-Method`: this is a question before the real request. */
  readonly requestMethod: string | undefined
  readonly requestHeaders: string | undefined
}

/** What to add to the answer of a request. */
export interface CorsAnswer {
  readonly headers: Readonly<Record<string, string>>
  /** The request was only the question; it is answered with 204 and these headers. */
  readonly isPreflight: boolean
}

const NONE: CorsAnswer = { headers: {}, isPreflight: false }
/** Allowed without being configured. */
const SAFE_HEADERS: readonly string[] = ['accept', 'content-type', 'x-requested-with', 'origin']

/** The headers to answer with; none without `allowed_origins`. */
export function corsAnswer(config: CorsConfig, request: CorsRequest): CorsAnswer {
  if (config.allowed_origins.length === 0) return NONE
  const isPreflight = request.method === 'OPTIONS' && request.requestMethod !== undefined
  const vary = isPreflight ? 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers' : 'Origin'
  const { origin } = request
  if (origin === undefined || !config.allowed_origins.some((pattern) => originMatches(pattern, origin))) {
    return { headers: { vary }, isPreflight }
  }
  const allowed = { vary, 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
  if (!isPreflight) return { headers: { ...allowed, ...exposed(config) }, isPreflight }
  const asked = (request.requestHeaders ?? '').split(',').flatMap((name) => name.trim().toLowerCase() || [])
  if (request.requestMethod !== 'POST' || !headersAllowed(config, asked)) return { headers: { vary }, isPreflight }
  return {
    headers: {
      ...allowed,
      'access-control-allow-methods': 'POST',
      ...(asked.length > 0 && { 'access-control-allow-headers': asked.join(', ') }),
      ...(config.max_age > 0 && { 'access-control-max-age': String(config.max_age) }),
    },
    isPreflight,
  }
}

function exposed(config: CorsConfig): Record<string, string> {
  if (config.exposed_headers.length === 0) return {}
  return { 'access-control-expose-headers': config.exposed_headers.join(', ') }
}

function headersAllowed(config: CorsConfig, asked: readonly string[]): boolean {
  const allowed = config.allowed_headers.map((name) => name.toLowerCase())
  return asked.every((name) => allowed.includes('*') || allowed.includes(name) || SAFE_HEADERS.includes(name))
}

/** `*` in a pattern stands for any text. Origins are compared without regard to case. */
function originMatches(pattern: string, origin: string): boolean {
  const parts = pattern.toLowerCase().split('*')
  const text = origin.toLowerCase()
  if (parts.length === 1) return text === parts[0]
  const first = parts[0]!
  const last = parts.at(-1)!
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}

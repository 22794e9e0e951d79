/** Keys whose values are nobody's business; the Collector marks such fields as opaque. */
const SECRET =
  /(?:^|_)(?:password|passwd|secret|token|tokens|authorization|api_key|apikey|key_pem|credentials?|inline)$/
/** Maps whose every value may be a secret. */
const SECRET_MAPS = /^(?:headers|response_headers)$/

/** The same data with secrets replaced by `[REDACTED]`. */
export function redacted(data: unknown, secret = false): unknown {
  if (Array.isArray(data)) return data.map((item) => redacted(item, secret))
  if (typeof data === 'object' && data !== null) {
    const pairs = Object.entries(data).map(([key, value]) => {
      const name = key.toLowerCase().replaceAll(/[.-]/g, '_')
      return [key, redacted(value, secret || SECRET.test(name) || SECRET_MAPS.test(name))] as const
    })
    return Object.fromEntries(pairs)
  }
  return secret && data !== null ? '[REDACTED]' : data
}

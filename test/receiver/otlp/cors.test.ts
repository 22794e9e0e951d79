import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { otlpReceiverConfig } from '../../../receiver/otlp/config.ts'
import { corsAnswer } from '../../../receiver/otlp/cors.ts'
import { BYTES, PROTOBUF, sendHttp, withRig } from './rig.ts'

function corsConfig(cors: object) {
  return otlpReceiverConfig.parse({ protocols: { http: { cors } } }).protocols.http!.cors
}

function allowed(pattern: string, origin: string): boolean {
  const config = corsConfig({ allowed_origins: [pattern] })
  const asked = { method: 'POST', origin, requestMethod: undefined, requestHeaders: undefined }
  return corsAnswer(config, asked).headers['access-control-allow-origin'] === origin
}

const ORIGINS: readonly (readonly [pattern: string, origin: string, allowed: boolean])[] = [
  ['https://shop.example.com', 'https://shop.example.com', true],
  ['https://shop.example.com', 'HTTPS://Shop.example.com', true],
  ['https://shop.example.com', 'https://shop.example.com.evil.org', false],
  ['https://*.example.com', 'https://a.b.example.com', true],
  ['https://*.example.com', 'https://example.com', false],
  ['https://*.example.com', 'http://a.example.com', false],
  ['http://*:8080', 'http://localhost:8080', true],
  ['*', 'https://anything', true],
  ['https://a*a', 'https://a', false],
  ['https://*.x.*.com', 'https://1.x.2.com', true],
  ['https://*.x.*.com', 'https://x.com', false],
]

test('[R10] origins match with * as any text', () => {
  for (const [pattern, origin, expected] of ORIGINS) {
    assert.equal(allowed(pattern, origin), expected, `${pattern} and ${origin}`)
  }
})

test('[R10] a pattern matches exactly what the same regular expression matches', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
  fc.assert(
    fc.property(piece, text, (pattern, origin) => {
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
      return allowed(pattern, origin) === expression.test(origin)
    }),
  )
})

test('[R10] a page that is allowed may ask and send, with its headers', async () => {
  const cors = {
    allowed_origins: ['https://*.example.com'],
    allowed_headers: ['X-Tenant'],
    max_age: 7200,
    exposed_headers: ['X-A'],
  }
  await withRig({ http: { cors } }, async (rig) => {
    const url = `${rig.http.url}/v1/traces`
    const origin = 'https://shop.example.com'
    const ask = (headers: Record<string, string>) =>
      sendHttp(url, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', ...headers } })
    const answer = await ask({ 'access-control-request-headers': 'content-type,x-tenant' })
    assert.equal(answer.status, 204)
    assert.equal(answer.headers['access-control-allow-origin'], origin)
    assert.equal(answer.headers['access-control-allow-headers'], 'content-type, x-tenant')
    assert.equal(answer.headers['access-control-allow-methods'], 'POST')
    assert.equal(answer.headers['access-control-max-age'], '7200')
    assert.match(answer.headers.vary!, /Origin/)
    const refused = await ask({ 'access-control-request-headers': 'x-other' })
    assert.equal(refused.headers['access-control-allow-origin'], undefined)
    const sent = await sendHttp(url, { headers: { ...PROTOBUF, origin }, body: BYTES.traces(1) })
    assert.equal(sent.status, 200)
    assert.equal(sent.headers['access-control-allow-origin'], origin)
    assert.equal(sent.headers['access-control-allow-credentials'], 'true')
    assert.equal(sent.headers['access-control-expose-headers'], 'X-A')
  })
})

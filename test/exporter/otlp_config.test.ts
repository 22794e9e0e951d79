import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { otlpGrpcConfig } from '../../exporter/otlp_grpc/config.ts'
import { otlpGrpcExporter } from '../../exporter/otlp_grpc/factory.ts'
import { parseTarget } from '../../exporter/otlp_grpc/target.ts'
import { otlpHttpConfig } from '../../exporter/otlp_http/config.ts'
import { otlpHttpExporter } from '../../exporter/otlp_http/factory.ts'

/** Every issue as `path: message`. */
function issuesOf(schema: z.ZodType, raw: unknown): readonly string[] {
  const parsed = schema.safeParse(raw)
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

test('[G8] the least that must be written, and what it becomes', () => {
  const config = otlpGrpcConfig.parse({ endpoint: 'jaeger:4317' })
  assert.equal(config.tls.insecure, false, 'TLS is on')
  assert.deepEqual([config.timeout, config.compression, config.balancer_name], [5_000, 'gzip', 'round_robin'])
  const { enabled, num_consumers, queue_size, sizer, block_on_overflow, wait_for_result } = config.sending_queue
  assert.deepEqual([enabled, num_consumers, queue_size, sizer], [true, 10, 1_000, 'requests'])
  assert.deepEqual([block_on_overflow, wait_for_result], [false, false])
  assert.deepEqual(config.retry_on_failure, {
    enabled: true,
    initial_interval: 5_000,
    randomization_factor: 0.5,
    multiplier: 1.5,
    max_interval: 30_000,
    max_elapsed_time: 300_000,
  })
  assert.equal(config.keepalive, undefined)
  assert.deepEqual(otlpGrpcConfig.parse({ endpoint: 'a:1', keepalive: null }).keepalive, {
    time: 10_000,
    timeout: 10_000,
    permit_without_stream: false,
  })
  assert.deepEqual([otlpHttpConfig.parse({ endpoint: 'http://a' }).timeout], [30_000])
})

test('[G8] old names of the exporters', () => {
  assert.deepEqual(otlpGrpcExporter.deprecatedTypes, ['otlp'])
  assert.deepEqual(otlpHttpExporter.deprecatedTypes, ['otlphttp'])
})

test("[G8] what is wrong is said in the Collector's words where it has any", () => {
  const rows: readonly (readonly [raw: unknown, ...issues: string[]])[] = [
    [null, 'endpoint: requires a non-empty "endpoint"'],
    [{ endpoint: 'http://' }, 'endpoint: requires a non-empty "endpoint"'],
    [{ endpoint: 'jaeger' }, 'endpoint: address jaeger: missing port in address'],
    [{ endpoint: 'jaeger:http' }, 'endpoint: invalid port "http"'],
    [{ endpoint: 'jaeger:99999' }, 'endpoint: invalid port "99999"'],
    [{ endpoint: 'unix://' }, 'endpoint: unix: needs the path of the socket'],
    [{ endpoint: 'a:1', endpoints: [] }, ': Unrecognized key: "endpoints"'],
    [{ endpoint: 'a:1', tls: { insecur: true } }, 'tls: Unrecognized key: "insecur"'],
    [{ endpoint: 'a:1', tls: { cert_file: 'x' } }, 'tls: provide both certificate and key, or neither'],
    [
      { endpoint: 'a:1', tls: { min_version: '0.9' } },
      'tls.min_version: unsupported TLS version: use "1.0", "1.1", "1.2" or "1.3"',
    ],
    [
      { endpoint: 'a:1', tls: { min_version: 1.3, max_version: '1.2' } },
      'tls: invalid TLS configuration: min_version cannot be greater than max_version',
    ],
    [{ endpoint: 'a:1', timeout: '5' }, 'timeout: time: missing unit in duration "5"'],
    [
      { endpoint: 'a:1', compression: 'lz4' },
      'compression: unsupported compression type: use one of "gzip", "zstd", "none"',
    ],
    [
      { endpoint: 'a:1', sending_queue: { num_consumers: 0 } },
      'sending_queue.num_consumers: `num_consumers` must be positive',
    ],
    [{ endpoint: 'a:1', sending_queue: { queue_size: -1 } }, 'sending_queue.queue_size: `queue_size` must be positive'],
    [
      { endpoint: 'a:1', sending_queue: { sizer: 'spans' } },
      'sending_queue.sizer: unsupported sizer: use "requests", "items" or "bytes"',
    ],
    [
      { endpoint: 'a:1', sending_queue: { storage: 'file_storage' } },
      'sending_queue.storage: is not supported: there is no storage extension; what is queued lives in memory',
    ],
    [
      { endpoint: 'a:1', auth: { authenticator: 'oauth2client' } },
      'auth: is not supported: authenticators are not built in; write the header under headers',
    ],
  ]
  for (const [raw, ...issues] of rows) assert.deepEqual(issuesOf(otlpGrpcConfig, raw), issues)
})

test('[H7] endpoints of otlp_http', () => {
  const rows: readonly (readonly [raw: unknown, ...issues: string[]])[] = [
    [null, ': at least one endpoint must be specified'],
    [{ endpoint: '' }, ': at least one endpoint must be specified'],
    [{ endpoint: 'backend:4318' }, 'endpoint: endpoint must be a valid URL, such as http://backend:4318'],
    [{ endpoint: 'ftp://backend' }, 'endpoint: endpoint must be a valid URL, such as http://backend:4318'],
    [{ logs_endpoint: 'https://backend/logs' }],
    [
      { endpoint: 'http://a', compression: 'snappy' },
      'compression: unsupported compression type: use one of "gzip", "zstd", "deflate", "zlib", "none"',
    ],
    [{ endpoint: 'http://a', encoding: 'yaml' }, 'encoding: Invalid option: expected one of "proto"|"json"'],
  ]
  for (const [raw, ...issues] of rows) assert.deepEqual(issuesOf(otlpHttpConfig, raw), issues)
})

test('[G8] targets', () => {
  const tcp = (host: string, port: number, plaintext = false) => ({ kind: 'tcp', host, port, plaintext })
  assert.deepEqual(parseTarget('jaeger:4317'), tcp('jaeger', 4317))
  assert.deepEqual(parseTarget('http://jaeger:4317'), tcp('jaeger', 4317, true))
  assert.deepEqual(parseTarget('https://jaeger:4317/'), tcp('jaeger', 4317))
  assert.deepEqual(parseTarget('dns:///jaeger.ns.svc:4317'), tcp('jaeger.ns.svc', 4317))
  assert.deepEqual(parseTarget('dns://8.8.8.8/jaeger:4317'), tcp('jaeger', 4317))
  assert.deepEqual(parseTarget('[::1]:4317'), tcp('::1', 4317))
  assert.deepEqual(parseTarget('unix:///run/otlp.sock'), { kind: 'unix', path: '/run/otlp.sock' })
})

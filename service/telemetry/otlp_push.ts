/** Own metrics sent to an OTLP endpoint at an interval. */

import { readFileSync } from 'node:fs'
import { credentials, Metadata } from '@grpc/grpc-js'
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { OTLPMetricExporter as HttpExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { Clock, Log } from '../../component/env.ts'
import type { ReaderConfig } from '../config/telemetry_schema.ts'

type PeriodicConfig = NonNullable<ReaderConfig['periodic']>
type OtlpConfig = PeriodicConfig['exporter']['otlp']

/** Something that goes on until it is closed. */
export interface Push {
  /** Sends once more and ends. */
  close(): Promise<void>
}

/** Throws when a certificate cannot be read. */
export function startPush(
  config: PeriodicConfig,
  metrics: () => Promise<ResourceMetrics>,
  clock: Clock,
  log: Log,
): Push {
  const exporter = exporterFor(config.exporter.otlp)
  let cancel = () => {}
  let closed = false
  const send = async () => {
    const outcome = await exported(exporter, await metrics())
    if (outcome !== undefined)
      log.warn('Own metrics could not be sent', { endpoint: config.exporter.otlp.endpoint, error: outcome })
  }
  const arm = () => {
    cancel = clock.after(config.interval, () => {
      void send().finally(() => {
        if (!closed) arm()
      })
    })
  }
  arm()
  return {
    async close() {
      closed = true
      cancel()
      await send()
      await exporter.shutdown()
    },
  }
}

function exported(exporter: PushMetricExporter, metrics: ResourceMetrics): Promise<string | undefined> {
  return new Promise((resolve) => {
    exporter.export(metrics, (result) => resolve(result.code === 0 ? undefined : (result.error?.message ?? 'unknown')))
  })
}

function exporterFor(config: OtlpConfig): PushMetricExporter {
  const compression = config.compression as NonNullable<ConstructorParameters<typeof HttpExporter>[0]>['compression']
  if (config.protocol === 'http/protobuf') {
    const url = config.endpoint.includes('/v1/metrics')
      ? config.endpoint
      : `${config.endpoint.replace(/\/$/, '')}/v1/metrics`
    return new HttpExporter({
      url,
      headers: config.headers,
      timeoutMillis: config.timeout,
      ...(compression && { compression }),
    })
  }
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(config.headers)) metadata.set(name, value)
  const plaintext = config.insecure || config.endpoint.startsWith('http://')
  return new GrpcExporter({
    url: config.endpoint.includes('://') ? config.endpoint : `${plaintext ? 'http' : 'https'}://${config.endpoint}`,
    credentials: plaintext ? credentials.createInsecure() : credentials.createSsl(...pem(config)),
    metadata,
    timeoutMillis: config.timeout,
    ...(compression && { compression }),
  })
}

function pem(config: OtlpConfig): [Buffer | null, Buffer | null, Buffer | null] {
  const read = (path: string | undefined) => (path === undefined ? null : readFileSync(path))
  return [read(config.certificate), read(config.client_key), read(config.client_certificate)]
}

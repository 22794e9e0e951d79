import type { Ports } from './subject.ts'

export interface Route {
  readonly protocol: 'grpc' | 'http'
  readonly encoding: 'none' | 'gzip'
  readonly sinkPort: number
  /** The leak detector beside the exporter, as our users run it. */
  readonly detect: boolean
  readonly workers?: number | 'auto'
  /** Where its own metrics are served; none when not said. */
  readonly metricsPort?: number
}

/** The configuration of one measurement, the same for every collector but for what only we have. */
export function configuration(route: Route, ports: Ports): string {
  const exporter = route.protocol === 'grpc' ? 'otlp_grpc' : 'otlp_http'
  const scheme = route.protocol === 'grpc' ? '' : 'http://'
  const also = route.detect ? ', leak_detector' : ''
  const reader = `[{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${route.metricsPort}}}}}]`
  const own = route.metricsPort === undefined ? '{level: none}' : `{readers: ${reader}}`
  return `
receivers:
  otlp:
    protocols:
      grpc: {endpoint: 127.0.0.1:${ports.grpc}, max_recv_msg_size_mib: 64}
      http: {endpoint: 127.0.0.1:${ports.http}}
exporters:
  ${exporter}:
    endpoint: ${scheme}127.0.0.1:${route.sinkPort}
    compression: ${route.encoding}
    tls: {insecure: true}
    sending_queue: {queue_size: 1000, block_on_overflow: true}
${route.detect ? '  nop: {}\nconnectors:\n  leak_detector: {}\n' : ''}
extensions:
  health_check: {endpoint: 127.0.0.1:${ports.health}}
service:
${route.workers === undefined ? '' : `  workers: ${route.workers}\n`}
  extensions: [health_check]
  telemetry:
    logs: {level: warn}
    metrics: ${own}
  pipelines:
    traces: {receivers: [otlp], exporters: [${exporter}${also}]}
    metrics: {receivers: [otlp], exporters: [${exporter}${also}]}
${route.detect ? '    logs/findings: {receivers: [leak_detector], exporters: [nop]}\n' : ''}`
}

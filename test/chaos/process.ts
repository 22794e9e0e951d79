/** A whole leakmesh in a process of its own, for tests that break things around it. */
import { v8Flags } from '../../service/memory_settings.mjs'
import { type Subject, startSubject } from '../bench/subject.ts'

const MAIN = new URL('../../service/main.ts', import.meta.url).pathname

/** What differs from a process that tells nobody of leaks. */
export interface LeakmeshOptions {
  /** One more exporter, `id: {…}`, and the id of the one that is told of leaks. */
  readonly exporter?: string
  readonly findings?: string
  /** Keys of the leak detector in YAML's flow style. */
  readonly detector?: string
  /** Flags of V8 beside the launcher's. */
  readonly v8?: readonly string[]
}

/** Takes OTLP on both ports and runs the detector. */
export function startLeakmesh(options: LeakmeshOptions = {}): Promise<Subject> {
  return startSubject(
    'leakmesh',
    [process.execPath, ...v8Flags({}, [...(options.v8 ?? [])]), MAIN],
    (ports) => `
receivers:
  otlp:
    protocols:
      grpc: {endpoint: 127.0.0.1:${ports.grpc}}
      http: {endpoint: 127.0.0.1:${ports.http}}
exporters:
  nop: {}
  ${options.exporter ?? 'nop/out: {}'}
connectors:
  leak_detector: {${options.detector ?? ''}}
extensions:
  health_check: {endpoint: 127.0.0.1:${ports.health}}
service:
  extensions: [health_check]
  telemetry: {metrics: {level: none}, logs: {level: error}}
  pipelines:
    traces: {receivers: [otlp], exporters: [nop, leak_detector]}
    metrics: {receivers: [otlp], exporters: [nop, leak_detector]}
    logs: {receivers: [otlp], exporters: [nop]}
    logs/findings: {receivers: [leak_detector], exporters: [${options.findings ?? 'nop'}]}
`,
  )
}

/** A whole leakmesh in a process of its own, for tests that break things around it. */
import { type Subject, startSubject } from '../bench/subject.ts'

const MAIN = new URL('../../service/main.ts', import.meta.url).pathname

/** Takes OTLP on both ports and runs the detector; `findings` names the `exporter` (`id: {…}`) that is told of leaks. */
export function startLeakmesh(
  options: { readonly exporter?: string; readonly findings?: string } = {},
): Promise<Subject> {
  return startSubject(
    'leakmesh',
    [process.execPath, MAIN],
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
  leak_detector: {}
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

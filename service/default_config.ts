/**
 * What runs without `--config`: everything on this machine, findings printed where they can be read. Logs are taken
 * and not kept, because SDKs send them unasked and complain when nobody takes them.
 */
export const DEFAULT_CONFIG = `\
receivers:
  otlp:
    protocols:
      grpc:
        endpoint: localhost:4317
      http:
        endpoint: localhost:4318

connectors:
  leak_detector:

exporters:
  debug:
    use_internal_logger: false
  nop:

service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [leak_detector]
    metrics:
      receivers: [otlp]
      exporters: [leak_detector]
    logs:
      receivers: [otlp]
      exporters: [nop]
    logs/findings:
      receivers: [leak_detector]
      exporters: [debug]
`

/** What runs without `--config`: everything on this machine, findings where they can be read. */
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
    verbosity: detailed

service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [leak_detector]
    metrics:
      receivers: [otlp]
      exporters: [leak_detector]
    logs/findings:
      receivers: [leak_detector]
      exporters: [debug]
`

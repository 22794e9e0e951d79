/** `service.telemetry`: what the process tells of itself. Keys and defaults are the Collector's. */

import { z } from 'zod'
import { block, withoutEffect } from '../../component/block.ts'
import { duration } from '../../component/duration.ts'

const lowercase = (raw: unknown) => (typeof raw === 'string' ? raw.toLowerCase() : raw)

const sampling = block(
  z.strictObject({
    enabled: z.boolean().default(true),
    /** Within each tick the first `initial` lines of one level and message are written, then every `thereafter`-th. */
    tick: duration().default(10_000),
    initial: z.int().min(0).default(10),
    thereafter: z.int().min(0).default(100),
  }),
)

const logs = block(
  z.strictObject({
    level: z
      .preprocess(lowercase, z.enum(['debug', 'info', 'warn', 'error', 'dpanic', 'panic', 'fatal']))
      .default('info'),
    encoding: z.enum(['console', 'json']).default('console'),
    output_paths: z.array(z.string()).default(['stderr']),
    initial_fields: z.record(z.string(), z.unknown()).default({}),
    sampling: sampling.default({ enabled: true, tick: 10_000, initial: 10, thereafter: 100 }),
    disable_caller: z.boolean().default(false),
    /** Where the logger's own failures go; ours cannot fail apart from its outputs. */
    error_output_paths: withoutEffect(),
    development: withoutEffect(),
    disable_stacktrace: withoutEffect(),
    /** Own logs as OTLP are not built in. */
    processors: withoutEffect(),
  }),
)

const headers = z
  .union([
    z.record(z.string(), z.string()),
    z.array(z.strictObject({ name: z.string(), value: z.string() })).transform((list) => {
      return Object.fromEntries(list.map(({ name, value }) => [name, value]))
    }),
  ])
  .default({})

const prometheus = block(
  z.strictObject({
    host: z.string().default('localhost'),
    port: z.int().min(0).max(65_535).default(8888),
    without_scope_info: z.boolean().default(true),
    without_units: z.boolean().default(true),
    without_type_suffix: z.boolean().default(true),
    with_resource_constant_labels: block(
      z.strictObject({ included: z.array(z.string()).default([]), excluded: z.array(z.string()).default([]) }),
    ).optional(),
  }),
)

const otlp = z.strictObject({
  protocol: z.enum(['grpc', 'http/protobuf']),
  endpoint: z.string().min(1),
  headers,
  insecure: z.boolean().default(false),
  compression: z.enum(['gzip', 'none']).default('none'),
  /** Milliseconds, as the declarative configuration has it. */
  timeout: z.int().min(0).default(10_000),
  certificate: z.string().optional(),
  client_certificate: z.string().optional(),
  client_key: z.string().optional(),
  temporality_preference: z.enum(['cumulative']).optional(),
  default_histogram_aggregation: withoutEffect(),
})

const reader = z
  .strictObject({
    pull: z.strictObject({ exporter: z.strictObject({ prometheus }) }).optional(),
    periodic: z
      .strictObject({
        /** Milliseconds between two pushes. */
        interval: z.int().min(1).default(60_000),
        timeout: z.int().min(0).default(30_000),
        exporter: z.strictObject({ otlp }),
      })
      .optional(),
  })
  .refine((one) => (one.pull === undefined) !== (one.periodic === undefined), {
    error: 'must have either a pull or a periodic reader',
  })

const DEFAULT_READER = {
  pull: {
    exporter: {
      prometheus: {
        host: 'localhost',
        port: 8888,
        without_scope_info: true,
        without_units: true,
        without_type_suffix: true,
      },
    },
  },
}

const metrics = block(
  z.strictObject({
    level: z.preprocess(lowercase, z.enum(['none', 'basic', 'normal', 'detailed'])).default('normal'),
    readers: z.array(reader).default([DEFAULT_READER]),
    /** Ignored by the Collector since 0.123 as well. */
    address: withoutEffect(),
    views: withoutEffect(),
  }),
)

const attribute = z.union([z.string(), z.number(), z.boolean(), z.null()])

const resource = z
  .union([
    z.strictObject({
      attributes: z.array(z.looseObject({ name: z.string(), value: attribute })),
      schema_url: withoutEffect(),
      detectors: withoutEffect(),
    }),
    z.record(z.string(), attribute),
  ])
  .transform((either): Readonly<Record<string, string | null>> => {
    const pairs = Array.isArray(either.attributes)
      ? either.attributes.map((one) => [one.name, one.value] as const)
      : Object.entries(either as Record<string, string | number | boolean | null>)
    return Object.fromEntries(pairs.map(([name, value]) => [name, value === null ? null : String(value)]))
  })

/** `service.telemetry:` as a whole. */
export const telemetrySchema = block(
  z.strictObject({
    logs: logs.prefault({}),
    metrics: metrics.prefault({}),
    /** null takes away what would be there of itself. */
    resource: resource.prefault({}),
    /** Own traces are not built in: they would only be seen by those who look for them. */
    traces: withoutEffect(),
  }),
)

/** `service.telemetry` and its parts, all defaults filled in. */
export type TelemetryConfig = z.output<typeof telemetrySchema>
/** The log. */
export type LogsConfig = TelemetryConfig['logs']
/** Metrics. */
export type MetricsConfig = TelemetryConfig['metrics']
/** One way out for metrics. */
export type ReaderConfig = MetricsConfig['readers'][number]

/** A row of a table by column name. */
export type Row = ReadonlyMap<string, string>

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue: string }
}

/** Attributes in OTLP JSON, all of them strings. */
export function attributes(values: Readonly<Record<string, string>>): Attribute[] {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

/** A metric with one data point. Counters also say since when they count. */
export interface Sample {
  readonly name: string
  readonly unit: string
  readonly value: number
  readonly labels?: Readonly<Record<string, string>>
}

/** One `ExportMetricsServiceRequest` in JSON: gauges of one resource at one time. */
export function gaugesLine(
  resource: Readonly<Record<string, string>>,
  timeMs: number,
  samples: readonly Sample[],
): string {
  const metrics = samples.map(({ name, unit, value, labels }) => ({
    name,
    unit,
    gauge: {
      dataPoints: [
        { timeUnixNano: nanos(timeMs), asInt: String(Math.round(value)), attributes: attributes(labels ?? {}) },
      ],
    },
  }))
  return JSON.stringify({
    resourceMetrics: [{ resource: { attributes: attributes(resource) }, scopeMetrics: [{ metrics }] }],
  })
}

/** Milliseconds since 1970 as OTLP JSON writes them. */
export function nanos(timeMs: number): string {
  return `${BigInt(Math.round(timeMs)) * 1_000_000n}`
}

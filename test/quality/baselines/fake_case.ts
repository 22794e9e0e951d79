/** Small cases for tests: series in, OTLP bytes out. */
import { encodeMetrics } from '../../proto/oracle.ts'
import type { Case } from '../case.ts'

/** One metric of one instance: a value for each step; NaN is not sent. */
export interface FakeSeries {
  readonly resource: Readonly<Record<string, string>>
  readonly metric: string
  readonly unit?: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly values: readonly number[]
}

/** A run that starts at a round hour of 2025 and sends one request a step. */
export function fakeCase(stepMs: number, series: readonly FakeSeries[]): Case {
  const startMs = Date.UTC(2025, 0, 6)
  const steps = Math.max(...series.map(({ values }) => values.length))
  return {
    id: 'fake',
    scenario: 1,
    name: 'fake',
    severity: 1,
    seed: 1,
    disturbance: 'none',
    stepMs,
    startMs,
    endMs: startMs + steps * stepMs,
    services: [...new Set(series.map(({ resource }) => resource['service.name'] ?? ''))],
    leaks: [],
    *telemetry() {
      for (let step = 0; step < steps; step++) {
        const timeMs = startMs + step * stepMs + stepMs / 2
        yield { signal: 'metrics', timeMs, bytes: requestOf(series, step, timeMs) } as const
      }
    },
  }
}

function requestOf(series: readonly FakeSeries[], step: number, timeMs: number): Uint8Array {
  const told = series.filter(({ values }) => !Number.isNaN(values[step] ?? Number.NaN))
  return encodeMetrics({
    resourceMetrics: told.map(({ resource, metric, unit = 'By', attributes = {}, values }) => ({
      resource: { attributes: attributesOf(resource) },
      scopeMetrics: [
        {
          metrics: [
            {
              name: metric,
              unit,
              gauge: {
                dataPoints: [
                  {
                    attributes: attributesOf(attributes),
                    timeUnixNano: BigInt(timeMs) * 1_000_000n,
                    asDouble: values[step]!,
                  },
                ],
              },
            },
          ],
        },
      ],
    })),
  })
}

function attributesOf(record: Readonly<Record<string, string>>) {
  return Object.entries(record).map(([key, stringValue]) => ({ key, value: { stringValue } }))
}

/** Chance that is the same everywhere, -1..1, for the n-th draw of a stream: the finisher of MurmurHash3. */
export function chanceAt(n: number, stream: number): number {
  let word = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca77)
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
  return ((word ^ (word >>> 16)) >>> 0) / 2 ** 31 - 1
}

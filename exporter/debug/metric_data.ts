import type {
  DataPoint,
  ExponentialHistogramDataPoint,
  HistogramDataPoint,
  Metric,
  NumberDataPoint,
  SummaryDataPoint,
} from '../../proto/otlp.ts'

/** A metric's points whatever kind it is, each with what it says in few words and in many. */
export interface MetricData {
  /** As the Collector calls it: `Gauge`, `Sum`, `Histogram`, `ExponentialHistogram`, `Summary`, `Empty`. */
  readonly kind: string
  /** As the Collector heads the points. */
  readonly heading: string
  /** Kinds that have one: 0 unspecified, 1 delta, 2 cumulative. */
  readonly temporality?: number
  readonly monotonic?: boolean
  readonly points: readonly ShownPoint[]
}

/** A data point and what it says. */
export interface ShownPoint {
  readonly point: DataPoint
  /** On one line. */
  readonly summary: string
  /** A line for each number, as the Collector writes them. */
  readonly lines: readonly string[]
}

/** Points with the NoRecordedValue flag say that the series ended. */
const NO_RECORDED_VALUE = 1

/** What a metric holds; of a metric without data, nothing. */
export function dataOf(metric: Metric): MetricData {
  const { gauge, sum, histogram, exponentialHistogram, summary } = metric
  if (gauge) return { kind: 'Gauge', heading: 'NumberDataPoints', points: shown(gauge.dataPoints, numberLines) }
  if (sum) {
    const points = shown(sum.dataPoints, numberLines)
    const monotonic = sum.isMonotonic ?? false
    return { kind: 'Sum', heading: 'NumberDataPoints', temporality: sum.aggregationTemporality ?? 0, monotonic, points }
  }
  if (histogram) {
    const points = shown(histogram.dataPoints, histogramLines)
    return {
      kind: 'Histogram',
      heading: 'HistogramDataPoints',
      temporality: histogram.aggregationTemporality ?? 0,
      points,
    }
  }
  if (exponentialHistogram) {
    const temporality = exponentialHistogram.aggregationTemporality ?? 0
    const points = shown(exponentialHistogram.dataPoints, exponentialLines)
    return { kind: 'ExponentialHistogram', heading: 'ExponentialHistogramDataPoints', temporality, points }
  }
  if (summary) return { kind: 'Summary', heading: 'SummaryDataPoints', points: shown(summary.dataPoints, summaryLines) }
  return { kind: 'Empty', heading: 'NumberDataPoints', points: [] }
}

/** Lines that tell the most, and those that tell the rest. */
type Lines = readonly [brief: readonly string[], rest: readonly string[]]

function shown<Point extends DataPoint>(
  points: readonly Point[] | undefined,
  linesOf: (point: Point) => Lines,
): readonly ShownPoint[] {
  return (points ?? []).map((point) => {
    const ended = ((point.flags ?? 0) & NO_RECORDED_VALUE) !== 0
    const [brief, rest] = ended ? [['No recorded value'], []] : linesOf(point)
    const summary = brief
      .map((line) =>
        line
          .replace(/^Value: /, '')
          .replace(': ', '=')
          .toLowerCase(),
      )
      .join(' ')
    return { point, lines: [...brief, ...rest], summary }
  })
}

function numberLines({ asDouble, asInt }: NumberDataPoint): Lines {
  return [[`Value: ${asInt ?? asDouble ?? 0}`], []]
}

function totals(point: Pick<HistogramDataPoint, 'count' | 'sum' | 'min' | 'max'>): readonly string[] {
  const { count, sum, min, max } = point
  return [
    `Count: ${count ?? 0}`,
    ...(sum === undefined ? [] : [`Sum: ${sum}`]),
    ...(min === undefined ? [] : [`Min: ${min}`]),
    ...(max === undefined ? [] : [`Max: ${max}`]),
  ]
}

function histogramLines(point: HistogramDataPoint): Lines {
  const bounds = (point.explicitBounds ?? []).map((bound, i) => `ExplicitBounds #${i}: ${bound}`)
  const buckets = (point.bucketCounts ?? []).map((count, i) => `Buckets #${i}, Count: ${count}`)
  return [totals(point), [...bounds, ...buckets]]
}

/** Bucket `i` holds values from `base ** i` to `base ** (i + 1)`, negative ones mirrored. */
function exponentialLines(point: ExponentialHistogramDataPoint): Lines {
  const base = 2 ** (2 ** -(point.scale ?? 0))
  const bound = (index: number) => Number((base ** index).toPrecision(7))
  const { positive = {}, negative = {}, zeroCount = '0' } = point
  const buckets = ({ offset = 0, bucketCounts = [] }: typeof positive, range: (index: number) => string) =>
    bucketCounts.map((count, i) => `Bucket ${range(offset + i)}, Count: ${count}`)
  return [
    totals(point),
    [
      ...buckets(negative, (index) => `[${-bound(index + 1)}, ${-bound(index)})`).toReversed(),
      ...(String(zeroCount) === '0' ? [] : [`Bucket [0, 0], Count: ${zeroCount}`]),
      ...buckets(positive, (index) => `(${bound(index)}, ${bound(index + 1)}]`),
    ],
  ]
}

function summaryLines(point: SummaryDataPoint): Lines {
  const quantiles = point.quantileValues ?? []
  const lines = quantiles.map(
    ({ quantile = 0, value = 0 }, i) => `QuantileValue #${i}: Quantile ${quantile}, Value ${value}`,
  )
  return [totals(point), lines]
}

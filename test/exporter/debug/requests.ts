import { encodeRequest } from '../../../proto/messages.ts'
import type { KeyValue, LogsRequest } from '../../../proto/otlp.ts'

/** What the tests of the debug exporter print. */

const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } })
const resource = { attributes: [text('service.name', 'cart')] }

/** 2026-11-24 09:41:07.12 UTC */
const AT = 1_795_513_267_120_000_000n

export const SPANS = encodeRequest('traces', {
  resourceSpans: [
    {
      resource,
      schemaUrl: 'https://example.org/schema',
      scopeSpans: [
        {
          scope: { name: 'http', version: '1.2' },
          spans: [
            {
              traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
              spanId: '00f067aa0ba902b7',
              parentSpanId: '8b69459f015c164b',
              name: 'POST /cart',
              kind: 2,
              startTimeUnixNano: AT,
              endTimeUnixNano: AT + 12_500_000n,
              attributes: [text('http.route', '/cart'), text('note', 'two words')],
              status: { code: 2, message: 'boom' },
              events: [{ name: 'exception', timeUnixNano: AT, attributes: [text('exception.type', 'RangeError')] }],
              links: [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b8' }],
              droppedAttributesCount: 3,
            },
          ],
        },
      ],
    },
  ],
})

export const POINTS = encodeRequest('metrics', {
  resourceMetrics: [
    {
      resource,
      scopeMetrics: [
        {
          metrics: [
            {
              name: 'v8js.heap',
              unit: 'By',
              gauge: { dataPoints: [{ timeUnixNano: AT, asInt: '21536', attributes: [text('space', 'old')] }] },
            },
            {
              name: 'calls',
              sum: { isMonotonic: true, aggregationTemporality: 2, dataPoints: [{ asDouble: 1.5 }, { flags: 1 }] },
            },
            {
              name: 'latency',
              unit: 's',
              histogram: {
                aggregationTemporality: 1,
                dataPoints: [
                  { count: '3', sum: 0.6, min: 0.1, max: 0.3, explicitBounds: [0.2], bucketCounts: ['2', '1'] },
                ],
              },
            },
            {
              name: 'exponential',
              exponentialHistogram: {
                dataPoints: [{ count: '2', scale: 1, positive: { offset: 4, bucketCounts: ['2'] } }],
              },
            },
            {
              name: 'summary',
              summary: { dataPoints: [{ count: '9', sum: 4, quantileValues: [{ quantile: 0.5, value: 0.4 }] }] },
            },
            { name: 'nothing' },
          ],
        },
      ],
    },
  ],
})

const record = {
  timeUnixNano: AT,
  severityNumber: 14,
  severityText: 'WARN',
  body: { stringValue: 'nearly\nfull \u001b[2J' },
  attributes: [{ key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { boolValue: true }] } } }],
}

export const LOGS = encodeRequest('logs', {
  resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'app' }, logRecords: [record] }] }],
})

/** A request as the leak detector makes it. */
export function findingRequest(attributes: readonly KeyValue[], sentence: string): LogsRequest {
  const finding = {
    timeUnixNano: AT,
    severityNumber: 13,
    eventName: 'leak.finding.opened',
    body: { stringValue: sentence },
    attributes,
  }
  return { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'leakmesh' }, logRecords: [finding] }] }] }
}

/** An open finding with all that a card can show. */
export const FINDING_ATTRIBUTES: readonly KeyValue[] = [
  text('leak.finding.id', '0123456789abcdef-1'),
  text('leak.finding.state', 'open'),
  text('leak.unit', 'By'),
  ...doubles({ 'leak.rate': 5242.88, 'leak.rate.low': 4369.07, 'leak.rate.high': 6116.69 }),
  ...doubles({ 'leak.level': 419_430_400, 'leak.limit': 536_870_912 }),
  text('leak.limit.source', 'container'),
  ...doubles({ 'leak.time_to_exhaustion': 21_600, 'leak.time_to_exhaustion.low': 14_400 }),
  ...doubles({ 'leak.confidence': 0.93, 'leak.culprit.share': 0.78 }),
  text('leak.culprit.edge', 'frontend->cart'),
  text('leak.culprit.operation', 'POST /cart'),
  text('leak.culprit.caller_operation', 'GET /checkout'),
  ...doubles({ 'leak.bytes_per_call': 412, 'leak.bytes_per_call.low': 380, 'leak.bytes_per_call.high': 440 }),
  list('leak.affected.list', ['cart-1', 'cart-2', 'cart-3', 'cart-4']),
  list('leak.exemplar.trace_ids', ['4bf92f3577b34da6a3ce929d0e0e4736']),
  list('leak.next_steps', ['kubectl -n shop port-forward deploy/cart 9229', 'chrome://inspect  # two snapshots']),
]

export const SENTENCE = 'cart: memory leaks about 18 MiB/h since 09:41 UTC; 3 of 3 instances.'

export const FINDING = encodeRequest('logs', findingRequest(FINDING_ATTRIBUTES, SENTENCE))

function doubles(values: Readonly<Record<string, number>>): readonly KeyValue[] {
  return Object.entries(values).map(([key, doubleValue]) => ({ key, value: { doubleValue } }))
}

function list(key: string, values: readonly string[]): KeyValue {
  return { key, value: { arrayValue: { values: values.map((stringValue) => ({ stringValue })) } } }
}

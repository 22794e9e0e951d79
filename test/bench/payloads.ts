/**
 * Telemetry of a shop that does not exist, the same at every run: what benchmarks and tests send.
 *
 * Traces: ten services, traces of ten spans (HTTP calls, a database, a queue), 12 attributes and about 556 bytes a
 * span, three spans in a hundred with an exception. Metrics: fifty services of twenty points (gauges, sums, histograms
 * of 15 buckets), about 330 bytes a point.
 */
import { encodeRequest } from '../../proto/messages.ts'
import type {
  HistogramDataPoint,
  KeyValue,
  Metric,
  MetricsRequest,
  NumberDataPoint,
  Resource,
  Span,
  TracesRequest,
} from '../../proto/otlp.ts'

/** How many different requests there are of each kind and size. */
export const PAYLOAD_VARIANTS = 8

const START_NANO = 1_764_000_000_000_000_000n
const SPANS_PER_TRACE = 10
const TRACE_SERVICES = 10
const POINTS_PER_SERVICE = 20
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Numbers that look random and are the same at every run, uniform in [0, 1) (mulberry32). */
export type Dice = () => number

/** @example const dice = seededDice(7) */
export function seededDice(seed: number): Dice {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** `PAYLOAD_VARIANTS` different requests in protobuf, each of `items` spans or points (a multiple of 10 or 20). */
export function payloads(signal: 'traces' | 'metrics', items: number): readonly Uint8Array[] {
  return Array.from({ length: PAYLOAD_VARIANTS }, (_, variant) =>
    signal === 'traces'
      ? encodeRequest('traces', tracesRequest(items, variant))
      : encodeRequest('metrics', metricsRequest(items, variant)),
  )
}

/** The same as an object. */
export function tracesRequest(spans: number, variant: number): TracesRequest {
  const dice = seededDice(1 + variant)
  const byService: Span[][] = Array.from({ length: TRACE_SERVICES }, () => [])
  for (let trace = 0; trace < spans / SPANS_PER_TRACE; trace++) addTrace(byService, trace, dice)
  return {
    resourceSpans: byService.map((ofService, service) => ({
      resource: resource(service, variant),
      scopeSpans: [{ scope: { name: '@opentelemetry/instrumentation-http', version: '0.223.1' }, spans: ofService }],
    })),
  }
}

/** One HTTP call through four services, a database and a queue. */
function addTrace(byService: readonly Span[][], trace: number, dice: Dice): void {
  const traceId = bytes(16, dice)
  const startNano = START_NANO + BigInt(trace) * 1_000_000n + BigInt(Math.floor(dice() * 1e6))
  const at = [0, 1, 2, 3].map((step) => (trace + step * 3) % TRACE_SERVICES)
  const add = (step: number, depth: number, name: string, kind: number, parent: Uint8Array, attributes: KeyValue[]) => {
    const spanId = bytes(8, dice)
    const failed = dice() < 0.03
    byService[at[step]!]!.push({
      traceId,
      spanId,
      ...(parent.length > 0 && { parentSpanId: parent }),
      flags: kind === 2 ? 0x301 : 0x101,
      name,
      kind,
      startTimeUnixNano: startNano + BigInt(depth) * 250_000n,
      endTimeUnixNano: startNano + 20_000_000n - BigInt(depth) * 250_000n,
      attributes,
      status: failed ? { code: 2 } : {},
      ...(failed && { events: [exceptionEvent(startNano)] }),
    })
    return spanId
  }
  const root = add(0, 0, `POST ${route(at[0]!)}`, 2, new Uint8Array(0), serverAttributes(at[0]!, dice))
  const middle = add(0, 1, 'middleware - checkout', 1, root, internalAttributes(at[0]!, dice))
  const first = add(0, 2, 'POST', 3, middle, clientAttributes(at[1]!, dice))
  const second = add(1, 3, `POST ${route(at[1]!)}`, 2, first, serverAttributes(at[1]!, dice))
  const third = add(1, 4, 'GET', 3, second, clientAttributes(at[2]!, dice))
  const fourth = add(2, 5, `GET ${route(at[2]!)}`, 2, third, serverAttributes(at[2]!, dice))
  add(2, 6, 'SELECT shop.orders', 3, fourth, databaseAttributes(dice))
  const sent = add(2, 6, 'send orders', 4, fourth, messagingAttributes('send', dice))
  const taken = add(3, 7, 'process orders', 5, sent, messagingAttributes('process', dice))
  add(3, 8, 'reserve stock', 1, taken, internalAttributes(at[3]!, dice))
}

/** The same as an object. */
export function metricsRequest(points: number, variant: number): MetricsRequest {
  const dice = seededDice(101 + variant)
  return {
    resourceMetrics: Array.from({ length: points / POINTS_PER_SERVICE }, (_, service) => ({
      resource: resource(service, variant),
      scopeMetrics: [
        {
          scope: { name: '@opentelemetry/instrumentation-runtime-node', version: '0.36.1' },
          metrics: serviceMetrics(START_NANO + BigInt(variant) * 60_000_000_000n, dice),
        },
      ],
    })),
  }
}

/** Twenty points: six of a gauge, two sums of two, ten of a histogram. */
function serviceMetrics(timeNano: bigint, dice: Dice): Metric[] {
  const spaces = ['read_only', 'old', 'code', 'shared', 'trusted', 'large_object']
  const point = (attributes: KeyValue[]): NumberDataPoint => ({
    attributes,
    startTimeUnixNano: START_NANO,
    timeUnixNano: timeNano,
    asInt: Math.floor(dice() * 2 ** 30),
  })
  const heap = spaces.map((space) => ({
    ...point([text('v8js.heap.space.name', `${space}_space`), text('host.name', 'node-7.eu-central-1.internal')]),
    asInt: undefined,
    asDouble: dice() * 2 ** 27,
  }))
  const sum = (name: string, unit: string, key: string, values: string[], isMonotonic: boolean): Metric => ({
    name,
    unit,
    description: 'As the instrumentation describes it.',
    sum: { dataPoints: values.map((value) => point([text(key, value)])), aggregationTemporality: 2, isMonotonic },
  })
  return [
    { name: 'v8js.memory.heap.used', unit: 'By', description: 'Heap memory in use.', gauge: { dataPoints: heap } },
    sum('process.memory.usage', 'By', 'process.memory.type', ['rss', 'shared'], false),
    sum('process.cpu.time', 's', 'cpu.mode', ['user', 'system'], true),
    {
      name: 'http.server.request.duration',
      unit: 's',
      description: 'Duration of HTTP server requests.',
      histogram: {
        dataPoints: Array.from({ length: 10 }, (_, n) => durationPoint(n, timeNano, dice)),
        aggregationTemporality: 2,
      },
    },
  ]
}

function durationPoint(n: number, timeNano: bigint, dice: Dice): HistogramDataPoint {
  const bucketCounts = [...BOUNDS, Infinity].map(() => Math.floor(dice() * 1000))
  const count = bucketCounts.reduce((total, bucket) => total + bucket, 0)
  return {
    attributes: [
      text('http.request.method', n % 2 === 0 ? 'GET' : 'POST'),
      text('http.route', route(n)),
      whole('http.response.status_code', n % 5 === 4 ? 500 : 200),
      text('network.protocol.version', '1.1'),
      text('url.scheme', 'http'),
      text('server.address', 'shop.example.internal'),
    ],
    startTimeUnixNano: START_NANO,
    timeUnixNano: timeNano,
    count,
    sum: count * 0.05,
    bucketCounts,
    explicitBounds: BOUNDS,
    min: 0.0005,
    max: 9.5,
  }
}

function resource(service: number, variant: number): Resource {
  return {
    attributes: [
      text('service.name', `service-${service}`),
      text('service.namespace', 'shop'),
      text('service.version', `2.3.${service % 7}`),
      text('service.instance.id', `6b1f0c9e-0000-4000-8000-${String(service * 8 + (variant % 3)).padStart(12, '0')}`),
      text('k8s.pod.name', `service-${service}-7c9d8f6b5-x2x${variant % 3}`),
      text('k8s.namespace.name', 'shop'),
      text('telemetry.sdk.language', 'nodejs'),
      text('telemetry.sdk.name', 'opentelemetry'),
      text('telemetry.sdk.version', '2.12.1'),
      whole('process.pid', 17 + service),
    ],
  }
}

function serverAttributes(service: number, dice: Dice): KeyValue[] {
  return [
    text('http.request.method', 'POST'),
    text('http.route', route(service)),
    text('url.path', `/api/v1/thing-${service}/items/${number(dice, 1e6)}`),
    text('url.scheme', 'http'),
    text('server.address', `service-${service}.shop.svc`),
    whole('server.port', 8080),
    whole('http.response.status_code', 200),
    text('network.protocol.version', '1.1'),
    text('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) shop-mobile/4.2'),
    text('client.address', `10.42.${number(dice, 250)}.${number(dice, 250)}`),
    text('network.peer.address', `10.42.${number(dice, 250)}.${number(dice, 250)}`),
    whole('network.peer.port', 30_000 + number(dice, 30_000)),
  ]
}

function clientAttributes(service: number, dice: Dice): KeyValue[] {
  return [
    text('http.request.method', 'POST'),
    text('url.full', `http://service-${service}.shop.svc:8080/api/v1/thing-${service}/items/${number(dice, 1e6)}`),
    text('server.address', `service-${service}.shop.svc`),
    whole('server.port', 8080),
    whole('http.response.status_code', 200),
    text('network.protocol.version', '1.1'),
    text('network.peer.address', `10.42.${number(dice, 250)}.${number(dice, 250)}`),
    whole('network.peer.port', 8080),
    text('user_agent.original', 'undici/7.16 node/24.21.0'),
    text('thread.name', 'main'),
    whole('thread.id', 1),
    text('shop.session.id', `session-${number(dice, 1e9)}-${number(dice, 1e9)}`),
  ]
}

function databaseAttributes(dice: Dice): KeyValue[] {
  return [
    text('db.system.name', 'postgresql'),
    text('db.namespace', 'shop'),
    text('db.collection.name', 'orders'),
    text('db.operation.name', 'SELECT'),
    text('db.query.text', 'SELECT id, state, total FROM orders WHERE customer = $1 ORDER BY id DESC LIMIT 20'),
    text('server.address', 'orders-db.shop.svc'),
    whole('server.port', 5432),
    text('network.peer.address', `10.42.0.${number(dice, 250)}`),
    whole('network.peer.port', 5432),
    whole('db.response.returned_rows', number(dice, 20)),
    text('thread.name', 'main'),
    whole('thread.id', 1),
  ]
}

function messagingAttributes(operation: string, dice: Dice): KeyValue[] {
  return [
    text('messaging.system', 'kafka'),
    text('messaging.destination.name', 'orders'),
    text('messaging.operation.type', operation),
    text('messaging.operation.name', operation),
    text('messaging.client.id', `shop-${number(dice, 100)}`),
    text('messaging.message.id', `${number(dice, 1e9)}-${number(dice, 1e9)}`),
    text('messaging.destination.partition.id', String(number(dice, 12))),
    whole('messaging.kafka.offset', number(dice, 1e6)),
    text('server.address', 'kafka-0.kafka.shop.svc'),
    whole('server.port', 9092),
    text('thread.name', 'main'),
    whole('thread.id', 1),
  ]
}

function internalAttributes(service: number, dice: Dice): KeyValue[] {
  return [
    text('code.function.name', 'checkout.middleware.verifyCustomer'),
    text('code.file.path', '/srv/shop/dist/checkout/middleware.js'),
    whole('code.line.number', number(dice, 500)),
    text('express.name', 'verifyCustomer'),
    text('express.type', 'middleware'),
    text('http.route', route(service)),
    text('shop.customer.tier', 'gold'),
    text('shop.customer.country', 'DE'),
    text('shop.session.id', `session-${number(dice, 1e9)}-${number(dice, 1e9)}`),
    { key: 'shop.basket.priority', value: { boolValue: dice() < 0.5 } },
    { key: 'shop.basket.total', value: { doubleValue: Math.round(dice() * 1e5) / 100 } },
    whole('thread.id', 1),
  ]
}

function exceptionEvent(startNano: bigint) {
  return {
    timeUnixNano: startNano + 5_000_000n,
    name: 'exception',
    attributes: [
      text('exception.type', 'TimeoutError'),
      text('exception.message', 'the shop did not answer within 3000 ms'),
      text('exception.stacktrace', 'TimeoutError: the shop did not answer\n    at Socket.<anonymous>\n'.repeat(14)),
    ],
  }
}

const route = (n: number) => `/api/v1/thing-${n}/items/{id}`
const number = (dice: Dice, below: number) => Math.floor(dice() * below)
const bytes = (length: number, dice: Dice) => Uint8Array.from({ length }, () => 1 + number(dice, 255))
const text = (key: string, value: string): KeyValue => ({ key, value: { stringValue: value } })
const whole = (key: string, value: number): KeyValue => ({ key, value: { intValue: value } })

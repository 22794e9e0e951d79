/** Calls between services that do not exist: each edge is called once a step, and both ends tell of it. */
import { encodeRequest } from '../../proto/messages.ts'
import type { Span } from '../../proto/otlp.ts'
import { freshen, type Template, template } from './freshen.ts'
import { type Dice, seededDice } from './payloads.ts'
import { START_MS } from './series_load.ts'

/** How many calls there are, and between how many services. */
export interface EdgesShape {
  readonly edges: number
  /** At least two where there are edges. */
  readonly services: number
  readonly stepMs: number
}

/** One call: who, whom, and what for. */
interface Call {
  readonly caller: number
  readonly callee: number
  readonly operation: string
}

/** A request holds the spans of so many calls. */
const CALLS_PER_REQUEST = 250
const CALL_NANOS = 20_000_000n

/** The requests of one step after the other; the same shape gives the same bytes. Without edges there are none. */
export function edgesLoad({ edges, services, stepMs }: EdgesShape): (step: number) => readonly Uint8Array[] {
  const dice = seededDice(edges)
  const templates = Array.from({ length: Math.ceil(edges / CALLS_PER_REQUEST) }, (_, at) => {
    const first = at * CALLS_PER_REQUEST
    const many = Math.min(CALLS_PER_REQUEST, edges - first)
    return request(
      Array.from({ length: many }, (_, n) => callOf(first + n, services)),
      dice,
    )
  })
  return (step) => templates.map((from) => freshen(from, step, stepMs))
}

/** Edges go round: each service calls a few others before any calls the same one for something else. */
function callOf(edge: number, services: number): Call {
  const round = Math.floor(edge / services)
  const caller = edge % services
  const callee = (caller + 1 + (round % (services - 1))) % services
  return { caller, callee, operation: `GET /things-${Math.floor(round / (services - 1))}` }
}

function request(calls: readonly Call[], dice: Dice): Template {
  const spans = calls.flatMap((call) => spansOf(call, dice))
  const byService = Map.groupBy(spans, ({ service }) => service)
  const bytes = encodeRequest('traces', {
    resourceSpans: [...byService].map(([service, of]) => ({
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: `service-${service}` } },
          { key: 'service.instance.id', value: { stringValue: `instance-${service}` } },
        ],
      },
      scopeSpans: [{ spans: of.map(({ span }) => span) }],
    })),
  })
  return template('traces', bytes)
}

/** The client's span and the server's below it. */
function spansOf({ caller, callee, operation }: Call, dice: Dice): readonly { service: number; span: Span }[] {
  const [method, route] = operation.split(' ') as [string, string]
  const startTimeUnixNano = BigInt(START_MS) * 1_000_000n
  const endTimeUnixNano = startTimeUnixNano + CALL_NANOS
  const [traceId, spanId] = [bytesOf(16, dice), bytesOf(8, dice)]
  const common = { traceId, startTimeUnixNano, endTimeUnixNano, status: {} }
  const client: Span = { ...common, spanId, name: method, kind: 3, attributes: [] }
  const attributes = [
    { key: 'http.request.method', value: { stringValue: method } },
    { key: 'http.route', value: { stringValue: route } },
  ]
  const server = { ...common, spanId: bytesOf(8, dice), parentSpanId: spanId, name: operation, kind: 2, attributes }
  return [
    { service: caller, span: client },
    { service: callee, span: server },
  ]
}

function bytesOf(length: number, dice: Dice): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(dice() * 256))
}

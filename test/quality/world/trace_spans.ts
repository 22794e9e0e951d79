/** The sampled requests of a step as spans: the root's server span, then for each hop a client and a server span. */
import type { Chance } from './chance.ts'
import type { EncodedAttributes, SpanSample } from './encode.ts'
import type { Journey, ShopPlan } from './plan.ts'
import { routeAttributes } from './routes.ts'
import type { Copy } from './run.ts'
import type { Telling } from './telling.ts'

/** Spans of one copy in one step. */
export interface CopySpans {
  readonly copy: Copy
  readonly spans: readonly SpanSample[]
}

const NO_ATTRIBUTES: EncodedAttributes = new Uint8Array(0)

export function createTracer(plan: ShopPlan, telling: Telling, chance: Chance) {
  const sampled = telling.sampled ?? plan.sampled
  const traceState = telling.hasThreshold && sampled < 1 ? `ot=th:${threshold(sampled)}` : ''
  let id = plan.seed * 2 ** 24

  function trace(
    journey: Journey,
    atMs: number,
    byService: ReadonlyMap<string, readonly Copy[]>,
    out: Map<Copy, SpanSample[]>,
  ): void {
    const traceId = ++id
    let startMs = atMs - 1000 - chance.next() * Math.max(0, plan.stepMs - 2000)
    let parentId = 0
    let caller: Copy | undefined
    for (const hop of journey.hops) {
      if (hop.share < 1 && chance.next() >= hop.share) return
      const copies = byService.get(hop.service)
      if (copies === undefined) return
      const copy = chosen(copies, chance)
      const lasts = hop.latencyMs(atMs) * (0.7 + 0.6 * chance.next())
      const failed = chance.next() < hop.errors
      const common = { traceId, traceState, failed }
      if (caller !== undefined) {
        const spanId = ++id
        const method = hop.operation.split(' ')[0]!
        put(out, caller, {
          ...common,
          spanId,
          parentId,
          name: method,
          kind: 3,
          startMs,
          endMs: startMs + lasts + 1,
          attributes: NO_ATTRIBUTES,
        })
        parentId = spanId
      }
      const spanId = ++id
      const attributes = routeAttributes(hop.operation)
      put(out, copy, {
        ...common,
        spanId,
        parentId,
        name: hop.operation,
        kind: 2,
        startMs: startMs + 0.5,
        endMs: startMs + 0.5 + lasts,
        attributes,
      })
      parentId = spanId
      startMs += 1
      caller = copy
    }
  }

  return {
    spans(copies: readonly Copy[], requests: readonly number[], atMs: number): CopySpans[] {
      const byService = Map.groupBy(copies, ({ service }) => service.name)
      const out = new Map<Copy, SpanSample[]>()
      for (const [at, count] of requests.entries()) {
        const traces = chance.binomial(count, sampled)
        for (let n = 0; n < traces; n++) trace(plan.journeys[at]!, atMs, byService, out)
      }
      return [...out].map(([copy, spans]) => ({ copy, spans }))
    },
  }
}

function put(out: Map<Copy, SpanSample[]>, copy: Copy, span: SpanSample): void {
  const known = out.get(copy)
  if (known === undefined) out.set(copy, [span])
  else known.push(span)
}

function chosen(copies: readonly Copy[], chance: Chance): Copy {
  let left = chance.next() * copies.reduce((sum, { life }) => sum + life.weight, 0)
  for (const copy of copies) {
    left -= copy.life.weight
    if (left <= 0) return copy
  }
  return copies.at(-1)!
}

/** The rejection threshold of a consistent sampler, 56 bits in hex without trailing zeros. */
function threshold(share: number): string {
  const rejected = BigInt(Math.round((1 - share) * 2 ** 40)) << 16n
  return rejected.toString(16).padStart(14, '0').replace(/0+$/, '') || '0'
}

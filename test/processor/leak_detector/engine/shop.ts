/**
 * A shop for the engine's tests: mobile and frontend call cart; cart keeps bytes of each `POST /cart`, but only when
 * mobile calls. Callers come in waves of their own. Heaps draw a sawtooth that is collected every other step. Everything is exported once a step. Chance comes from a seed.
 */

import { seededRandom } from '../../../component/fake_env.ts'
import type { Sample, SpanOf, TestSink } from './wire.ts'

export const STEP_MS = 10_000
export const T0 = Date.UTC(2026, 0, 5)
export const LEAK_BYTES = 40_000

export interface Shop {
  /** Observes one step of everything. */
  step(ingest: TestSink, step: number): void
  /** Calls really made, by caller and operation: `mobile POST /cart`. */
  readonly made: ReadonlyMap<string, number>
}

export interface ShopSettings {
  readonly seed?: number
  /** Share of traces whose spans are sent; histograms count all calls. */
  readonly sampled?: number
  /** What the sampler says of it in each span, `ot=th:…`. */
  readonly tracestate?: string
  /** Cart keeps nothing. */
  readonly healthy?: boolean
  /** Name of the leaking copy. */
  readonly instance?: string
}

const SERVICES = ['frontend', 'mobile', 'cart', 'catalog'] as const

export function createShop({
  seed = 1,
  sampled = 1,
  healthy = false,
  instance = 'cart-1',
  tracestate = '',
}: ShopSettings = {}): Shop {
  const random = seededRandom(seed)
  const totals = new Map<string, number>()
  const made = new Map<string, number>()
  let trace = seed * 1_000_000
  let kept = 0
  const upTo = (most: number) => Math.floor(random.next() * most)

  function calls(caller: string, operation: string, count: number, stepMs: number): SpanOf[] {
    totals.set(operation, (totals.get(operation) ?? 0) + count)
    made.set(`${caller} ${operation}`, (made.get(`${caller} ${operation}`) ?? 0) + count)
    const spans: SpanOf[] = []
    for (let call = 0; call < count; call++) {
      if (random.next() >= sampled) continue
      trace += 1
      const startMs = stepMs + upTo(STEP_MS - 100)
      spans.push(...traceOf({ caller, operation, instance, trace, startMs }).map((span) => ({ ...span, tracestate })))
    }
    return spans
  }

  function measured(service: string, step: number): Sample[] {
    const own = service === 'cart' ? kept : 0
    const garbage = ((step + SERVICES.indexOf(service as 'cart')) % 2) * 12_000_000
    const heap = heapOf(40_000_000 + own + garbage + upTo(400_000))
    return service === 'cart' ? [...heap, ...[...totals].map(([operation, count]) => served(operation, count))] : heap
  }

  return {
    made,
    step(ingest, step) {
      const stepMs = T0 + step * STEP_MS
      const fromMobile = (Math.floor(step / 17) % 2 === 0 ? 24 : 4) + upTo(8)
      const fromFrontend = (Math.floor(step / 11) % 2 === 0 ? 3 : 20) + upTo(8)
      ingest.spans([
        ...calls('mobile', 'POST /cart', fromMobile, stepMs),
        ...calls('frontend', 'POST /cart', fromFrontend, stepMs),
        ...calls('frontend', 'GET /cart', 10 + upTo(20), stepMs),
      ])
      if (!healthy) kept += fromMobile * LEAK_BYTES
      for (const service of SERVICES) {
        const id = service === 'cart' ? instance : `${service}-1`
        const resource = { 'service.name': service, 'service.instance.id': id, 'process.command_args': COMMAND }
        ingest.metrics(resource, stepMs + STEP_MS - 50, measured(service, step))
      }
    },
  }
}

const COMMAND = '["node","--max-old-space-size=256","main.js"]'

interface Call {
  readonly caller: string
  readonly operation: string
  readonly instance: string
  readonly trace: number
  readonly startMs: number
}

/** A request that reaches the caller, its call of cart, and cart's side of it. */
function traceOf({ caller, operation, instance, trace, startMs }: Call): SpanOf[] {
  const [method, route] = operation.split(' ') as [string, string]
  const id = trace * 8
  const labels = (path: string) => ({ 'http.request.method': method, 'http.route': path })
  const entry = { name: `${method} /app${route}`, startMs, endMs: startMs + 30, labels: labels(`/app${route}`) }
  const served = { name: operation, startMs: startMs + 3, endMs: startMs + 15, labels: labels(route) }
  const call = { name: method, startMs: startMs + 2, endMs: startMs + 20 }
  return [
    { ...entry, service: caller, trace, id, kind: 'server' },
    { ...call, service: caller, trace, id: id + 1, parent: id, kind: 'client' },
    { ...served, service: 'cart', instance, trace, id: id + 2, parent: id + 1, kind: 'server' },
  ]
}

function heapOf(oldSpace: number): Sample[] {
  const spaces: readonly (readonly [string, number])[] = [
    ['old_space', oldSpace],
    ['large_object_space', 500_000],
    ['new_space', oldSpace % 1_000_000],
  ]
  return spaces.map(([space, value]) => ({
    name: 'v8js.memory.heap.used',
    value,
    labels: { 'v8js.heap.space.name': space },
  }))
}

/** Cart's own count of its calls. */
function served(operation: string, value: number): Sample {
  const [method, route] = operation.split(' ') as [string, string]
  const labels = { 'http.request.method': method, 'http.route': route }
  const duration = { name: 'http.server.request.duration', as: 'histogram', unit: 's', sum: value * 0.012 } as const
  return { ...duration, value, startMs: T0 - 1000, labels }
}

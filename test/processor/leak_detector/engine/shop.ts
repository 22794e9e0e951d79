/**
 * A shop for the engine's tests: mobile and frontend call cart; cart keeps bytes of each `POST /cart`, but only when
 * mobile calls. Callers come in waves of their own. Heaps draw a sawtooth that is collected every other step. Everything is exported once a step. Chance comes from a seed.
 */

import { seededRandom } from '../../../component/fake_env.ts'
import type { Sample, SpanOf, TestIngest } from './wire.ts'

export const STEP_MS = 10_000
export const T0 = Date.UTC(2026, 0, 5)
export const LEAK_BYTES = 40_000

export interface Shop {
  /** Observes one step of everything. */
  step(ingest: TestIngest, step: number): void
  /** Calls really made, by caller and operation: `mobile POST /cart`. */
  readonly made: ReadonlyMap<string, number>
}

export interface ShopSettings {
  readonly seed?: number
  /** Share of traces whose spans are sent; histograms count all calls. */
  readonly sampled?: number
  /** Cart keeps nothing. */
  readonly healthy?: boolean
  /** Name of the leaking copy. */
  readonly instance?: string
}

const SERVICES = ['frontend', 'mobile', 'cart', 'catalog'] as const

export function createShop({ seed = 1, sampled = 1, healthy = false, instance = 'cart-1' }: ShopSettings = {}): Shop {
  const random = seededRandom(seed)
  const totals = new Map<string, number>()
  const made = new Map<string, number>()
  let trace = seed * 1_000_000
  let kept = 0
  let now = 0

  function calls(caller: string, operation: string, count: number, stepMs: number): SpanOf[] {
    totals.set(operation, (totals.get(operation) ?? 0) + count)
    made.set(`${caller} ${operation}`, (made.get(`${caller} ${operation}`) ?? 0) + count)
    const spans: SpanOf[] = []
    for (let call = 0; call < count; call++) {
      if (random.next() >= sampled) continue
      trace += 1
      const startMs = stepMs + Math.floor(random.next() * (STEP_MS - 100))
      const [method, route] = operation.split(' ') as [string, string]
      const id = trace * 8
      const entry = `${method} /app${route}`
      const labels = { 'http.request.method': method, 'http.route': `/app${route}` }
      spans.push(
        { service: caller, trace, id, kind: 'server', name: entry, startMs, endMs: startMs + 30, labels },
        {
          service: caller,
          trace,
          id: id + 1,
          parent: id,
          kind: 'client',
          name: method,
          startMs: startMs + 2,
          endMs: startMs + 20,
        },
        {
          service: 'cart',
          instance,
          trace,
          id: id + 2,
          parent: id + 1,
          kind: 'server',
          name: operation,
          startMs: startMs + 3,
          endMs: startMs + 15,
          labels: { 'http.request.method': method, 'http.route': route },
        },
      )
    }
    return spans
  }

  function memory(service: string): Sample[] {
    const noise = Math.round(random.next() * 400_000)
    const own = service === 'cart' ? kept : 0
    const garbage = ((now + SERVICES.indexOf(service as 'cart')) % 2) * 12_000_000
    const used = (space: string, value: number): Sample => ({
      name: 'v8js.memory.heap.used',
      value,
      labels: { 'v8js.heap.space.name': space },
    })
    const samples = [
      used('old_space', 40_000_000 + own + garbage + noise),
      used('large_object_space', 500_000),
      used('new_space', noise),
    ]
    if (service !== 'cart') return samples
    const counts = [...totals].map(([operation, value]): Sample => {
      const [method, route] = operation.split(' ') as [string, string]
      return {
        name: 'http.server.request.duration',
        as: 'histogram',
        unit: 's',
        value,
        sum: value * 0.012,
        startMs: T0 - 1000,
        labels: { 'http.request.method': method, 'http.route': route },
      }
    })
    return [...samples, ...counts]
  }

  return {
    made,
    step(ingest, step) {
      now = step
      const stepMs = T0 + step * STEP_MS
      const fromMobile = (Math.floor(step / 17) % 2 === 0 ? 24 : 4) + Math.floor(random.next() * 8)
      const spans = [
        ...calls('mobile', 'POST /cart', fromMobile, stepMs),
        ...calls(
          'frontend',
          'POST /cart',
          (Math.floor(step / 11) % 2 === 0 ? 3 : 20) + Math.floor(random.next() * 8),
          stepMs,
        ),
        ...calls('frontend', 'GET /cart', 10 + Math.floor(random.next() * 20), stepMs),
      ]
      if (!healthy) kept += fromMobile * LEAK_BYTES
      ingest.spans(spans)
      for (const service of SERVICES) {
        const timeMs = stepMs + STEP_MS - 50
        const resource = {
          'service.name': service,
          'service.instance.id': service === 'cart' ? instance : `${service}-1`,
        }
        ingest.metrics(
          { ...resource, 'process.command_args': '["node","--max-old-space-size=256","main.js"]' },
          timeMs,
          memory(service),
        )
      }
    },
  }
}

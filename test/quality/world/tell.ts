/** A shop's moments as export requests, in the order of their arrival. */
import type { Request } from '../case.ts'
import { type Chance, chance } from './chance.ts'
import { type EncodedAttributes, encodeAttributes, encodePoints, encodeSpans, type Sample } from './encode.ts'
import type { ShopPlan } from './plan.ts'
import { residentBytes } from './resident.ts'
import { routeAttributes } from './routes.ts'
import { type Copy, moments } from './run.ts'
import { runtimeSamples } from './runtime_metrics.ts'
import type { Telling } from './telling.ts'
import { createTracer } from './trace_spans.ts'

const LANGUAGE = { node: 'nodejs', jvm: 'java', go: 'go', dotnet: 'dotnet', python: 'python', bare: 'cpp' } as const

/** Everything that a shop sends in its life. */
export function tell(plan: ShopPlan, telling: Telling): Iterable<Request> {
  const dice = chance(plan.seed).fork('telling')
  return telling.onItsWay(inOrder(plan, telling, dice), dice)
}

function* inOrder(plan: ShopPlan, telling: Telling, dice: Chance): Generator<Request> {
  const writer = createWriter(telling)
  const tracer = createTracer(plan, telling, dice.fork('traces'))
  const last = new Map<string, number>()
  for (const { atMs, copies, requests } of moments(plan)) {
    for (const { copy, spans } of tracer.spans(copies, requests, atMs)) {
      yield { signal: 'traces', bytes: encodeSpans(writer.resource(copy, atMs), spans), timeMs: atMs - 500 }
    }
    const kubelet: Uint8Array[] = []
    for (const copy of copies) {
      if (telling.isLost(copy, atMs, dice)) continue
      // A copy exports at its own moment within the last second of the step.
      const timeMs = atMs - 1 - (copy.startMs % 900)
      const stampMs = timeMs + telling.skewMs(copy)
      if (copy.service.hasSdk) {
        const samples = [...runtimeSamples(copy, telling), ...callSamples(copy, telling, { atMs, last })]
        yield { signal: 'metrics', bytes: encodePoints(writer.resource(copy, atMs), stampMs, samples), timeMs }
      }
      if (copy.service.containerLimitBytes > 0) {
        kubelet.push(encodePoints(writer.container(copy, atMs), atMs - 1, containerSamples(copy, telling, atMs)))
      }
    }
    if (kubelet.length > 0) yield { signal: 'metrics', bytes: Buffer.concat(kubelet), timeMs: atMs - 1 }
  }
}

/** Resources as bytes, encoded once for each name that a copy goes by. */
function createWriter(telling: Telling) {
  const known = new Map<string, EncodedAttributes>()
  const encoded = (key: string, pairs: () => readonly (readonly [string, string])[]): EncodedAttributes => {
    let bytes = known.get(key)
    if (bytes === undefined) {
      bytes = encodeAttributes(
        1,
        pairs().filter(([, value]) => value !== ''),
      )
      known.set(key, bytes)
    }
    return bytes
  }
  return {
    resource(copy: Copy, atMs: number): EncodedAttributes {
      const { service, instance, pod } = telling.identity(copy, atMs)
      const { runtime, heapLimitBytes, containerLimitBytes } = copy.service
      return encoded(`sdk ${service} ${instance} ${pod} ${copy.startMs}`, () => [
        ['service.name', service],
        ['service.instance.id', instance],
        ['service.version', copy.life.version],
        ['telemetry.sdk.language', LANGUAGE[runtime]],
        ['process.pid', String(1 + copy.restarts)],
        ['k8s.pod.name', containerLimitBytes > 0 ? pod : ''],
        ['k8s.namespace.name', containerLimitBytes > 0 ? 'shop' : ''],
        [
          'process.command_args',
          runtime === 'node' && heapLimitBytes > 0
            ? `["node","--max-old-space-size=${Math.round(heapLimitBytes / 2 ** 20)}","main.js"]`
            : '',
        ],
      ])
    },
    container(copy: Copy, atMs: number): EncodedAttributes {
      const { pod } = telling.identity(copy, atMs)
      return encoded(`kubelet ${copy.service.name} ${pod}`, () => [
        ['k8s.pod.name', pod],
        ['k8s.namespace.name', 'shop'],
        ['k8s.container.name', copy.service.name],
      ])
    },
  }
}

/** Pages of files in use count as working set; they are few, however many lie around. */
const ACTIVE_PAGES_BYTES = 12 * 2 ** 20

function containerSamples(copy: Copy, { sizeUnit, limitFactor }: Telling, atMs: number): Sample[] {
  const held = residentBytes(copy)
  const divisor = sizeUnit === 'KiBy' ? 1024 : 1
  const size = (name: string, bytes: number): Sample => ({
    name,
    unit: sizeUnit,
    kind: 'gauge',
    value: Math.round(bytes / divisor),
  })
  return [
    size('container.memory.working_set', held + Math.min(ACTIVE_PAGES_BYTES, copy.levels.pageCache * 0.05)),
    size('container.memory.usage', held + copy.levels.pageCache),
    size('k8s.container.memory_limit', copy.service.containerLimitBytes * limitFactor(atMs)),
    { name: 'k8s.container.restarts', unit: '{restart}', kind: 'gauge', value: copy.restarts },
  ]
}

/** The server's duration histogram, by operation. */
function callSamples(
  copy: Copy,
  { names, isDelta, resetMs }: Telling,
  { atMs, last }: { atMs: number; last: Map<string, number> },
): Sample[] {
  if (!copy.service.hasHistogram) return []
  const [name, unit, scale] =
    names === 'new' ? ['http.server.request.duration', 's', 1] : ['http.server.duration', 'ms', 1000]
  const startMs = Math.max(copy.startMs, resetMs(copy, atMs))
  return [...copy.served].map(([operation, { count, seconds }]) => {
    const key = `${copy.instance} ${startMs} ${operation}`
    const before = last.get(key) ?? (startMs === copy.startMs ? 0 : count)
    if (isDelta || startMs !== copy.startMs) last.set(key, isDelta ? count : before)
    const shown = isDelta || startMs !== copy.startMs ? count - before : count
    const sum = (seconds * scale * shown) / Math.max(1, count)
    return {
      name,
      unit,
      kind: 'histogram' as const,
      value: shown,
      sum,
      attributes: routeAttributes(operation),
      startMs,
      isDelta,
    }
  })
}

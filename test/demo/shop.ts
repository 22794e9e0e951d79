/**
 * Starts the shop: five services and their shoppers, each a real Node process that knows nothing of leakmesh. The
 * services are instrumented by nothing but the stock auto-instrumentation, set up by environment variables alone.
 */

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Children } from './children.ts'

export interface ShopOptions {
  /** Where telemetry goes by OTLP/gRPC: `http://127.0.0.1:4317`. */
  readonly grpcEndpoint: string
  /** And by OTLP/HTTP. */
  readonly httpEndpoint: string
  readonly seed: number
  /** Whether `cart` leaks; without, all five are healthy. */
  readonly leaks: boolean
  /** What a service writes to its log, a line at a time. */
  readonly onLine: (service: string, line: string) => void
}

/** What `cart` itself says it kept, found by letting go of it. */
export interface Truth {
  readonly calls: number
  readonly bytes: number
}

export interface Shop {
  /** Ends the leak: `cart` lets go of what it kept and says how much it was. */
  truth(): Promise<Truth>
}

export const SERVICES = ['cart', 'catalog', 'frontend', 'mobile', 'payment'] as const

/**
 * As for a small container: a limit of so many MiB, and V8 shall rather collect often than let the heap grow between
 * collections. What is kept shows within seconds, where it would otherwise take minutes.
 */
const HEAP_FLAGS = ['--max-old-space-size=80', '--optimize-for-size', '--heap-growing-percent=10']

/** How the packages of the stock instrumentation say that a service made of ES modules is to be started. */
export const INSTRUMENTATION_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--experimental-loader=@opentelemetry/instrumentation/hook.mjs',
  '--import=@opentelemetry/auto-instrumentations-node/register',
]

/** These send by gRPC, the others by HTTP: both are in use everywhere. */
const GRPC = new Set(['mobile', 'cart', 'payment'])

/** Resolves when all of them take requests and the shoppers are on their way. */
export async function startShop(children: Children, options: ShopOptions): Promise<Shop> {
  const start = async (service: string, env: Readonly<Record<string, string>> = {}) => {
    const child = children.start({
      name: service,
      args: [...HEAP_FLAGS, ...INSTRUMENTATION_FLAGS, shopScript(service)],
      env: { ...env, ...instrumentation(service, options) },
      onLine: (line) => options.onLine(service, line),
    })
    return { child, url: `http://127.0.0.1:${(await answerOf(service, child)).port}` }
  }
  const cart = await wireShop(children, {
    cart: () => start('cart', { SHOP_LEAK: options.leaks ? 'on' : 'off' }),
    start,
    ...options,
  })
  return { truth: () => askTruth(cart.child) }
}

/** How the parts of a shop come to life. */
export interface Wiring<Cart> {
  cart(): Promise<Cart>
  /** Starts another of the `SERVICES`. */
  start(service: string, env?: Readonly<Record<string, string>>): Promise<{ readonly url: string }>
  readonly seed: number
  readonly onLine: (service: string, line: string) => void
}

/** Starts all parts in their order, each told where those that it calls are, and sends the shoppers. */
export async function wireShop<Cart extends { readonly url: string }>(
  children: Children,
  { cart: startCart, start, seed, onLine }: Wiring<Cart>,
): Promise<Cart> {
  const [cart, catalog, payment] = await Promise.all([startCart(), start('catalog'), start('payment')])
  const backends = { CART_URL: cart.url, CATALOG_URL: catalog.url, PAYMENT_URL: payment.url }
  const [frontend, mobile] = await Promise.all([
    start('frontend', backends),
    start('mobile', { ...backends, SHOP_CLIENT: 'mobile' }),
  ])
  children.start({
    name: 'shoppers',
    args: [shopScript('load')],
    env: { FRONTEND_URL: frontend.url, MOBILE_URL: mobile.url, SHOP_SEED: `${seed}` },
    onLine: (line) => onLine('shoppers', line),
  })
  return cart
}

function instrumentation(service: string, options: ShopOptions): Readonly<Record<string, string>> {
  const grpc = GRPC.has(service)
  return {
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.4.2',
    OTEL_EXPORTER_OTLP_PROTOCOL: grpc ? 'grpc' : 'http/protobuf',
    OTEL_EXPORTER_OTLP_ENDPOINT: grpc ? options.grpcEndpoint : options.httpEndpoint,
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_METRIC_EXPORT_TIMEOUT: '1000',
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    OTEL_SEMCONV_STABILITY_OPT_IN: 'http',
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process,serviceinstance',
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,undici,express,runtime-node,host-metrics',
    OTEL_LOG_LEVEL: 'warn',
  }
}

/** Where a part of the shop stands: `cart`, `load`. */
export function shopScript(name: string): string {
  return fileURLToPath(new URL(`shop/${name}.ts`, import.meta.url))
}

/** What a service says next; throws when it ends instead. */
export async function answerOf(service: string, child: ChildProcess): Promise<Record<string, unknown>> {
  const answer = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)])
  if (answer === undefined) throw new Error(`${service} ended before it answered`)
  return answer[0]
}

async function askTruth(cart: ChildProcess): Promise<Truth> {
  cart.send('truth')
  return (await answerOf('cart', cart)).truth as Truth
}

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
const HEAP_FLAGS = ['--max-old-space-size=64', '--optimize-for-size', '--heap-growing-percent=10']

/** How the packages of the stock instrumentation say that a service made of ES modules is to be started. */
const INSTRUMENTATION_FLAGS = [
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
      args: [...HEAP_FLAGS, ...INSTRUMENTATION_FLAGS, script(service)],
      env: { ...env, ...instrumentation(service, options) },
      onLine: (line) => options.onLine(service, line),
    })
    return { child, url: `http://127.0.0.1:${await portOf(service, child)}` }
  }
  const [cart, catalog, payment] = await Promise.all([
    start('cart', { SHOP_LEAK: options.leaks ? 'on' : 'off' }),
    start('catalog'),
    start('payment'),
  ])
  const backends = { CART_URL: cart.url, CATALOG_URL: catalog.url, PAYMENT_URL: payment.url }
  const [frontend, mobile] = await Promise.all([
    start('frontend', backends),
    start('mobile', { ...backends, SHOP_CLIENT: 'mobile' }),
  ])
  children.start({
    name: 'shoppers',
    args: [script('load')],
    env: { FRONTEND_URL: frontend.url, MOBILE_URL: mobile.url, SHOP_SEED: `${options.seed}` },
    onLine: (line) => options.onLine('shoppers', line),
  })
  return { truth: () => askTruth(cart.child) }
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

function script(name: string): string {
  return fileURLToPath(new URL(`shop/${name}.ts`, import.meta.url))
}

async function portOf(service: string, child: ChildProcess): Promise<number> {
  const answer = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)])
  if (answer === undefined) throw new Error(`${service} ended before it took requests`)
  return answer[0].port
}

async function askTruth(cart: ChildProcess): Promise<Truth> {
  cart.send('truth')
  const [answer] = await once(cart, 'message')
  return answer.truth
}

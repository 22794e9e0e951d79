/**
 * Starts the shop: five services and their shoppers, each a real Node process that knows nothing of leakmesh. The
 * services are instrumented by nothing but the stock auto-instrumentation, set up by environment variables alone.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface ShopOptions {
  /** Where telemetry goes: `http://127.0.0.1:4317` and the like. */
  readonly grpcEndpoint: string
  readonly httpEndpoint: string
  readonly seed: number
  /** Whether `cart` leaks; without, all five are healthy. */
  readonly leaks: boolean
  /** What a service writes to its standard error, a line at a time. */
  readonly onStderr: (service: string, line: string) => void
}

/** What `cart` itself says it kept, found by letting go of it. */
export interface Truth {
  readonly calls: number
  readonly bytes: number
}

export interface Shop {
  readonly processes: ReadonlyMap<string, ChildProcess>
  truth(): Promise<Truth>
}

/** What V8 lets the heap of each service grow to, as for a small container: MiB of old objects, MiB of new ones. */
const HEAP_FLAGS = ['--max-old-space-size=256', '--max-semi-space-size=1']

/** How the packages of the stock instrumentation say that a service made of ES modules is to be started. */
const INSTRUMENTATION_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--experimental-loader=@opentelemetry/instrumentation/hook.mjs',
  '--import=@opentelemetry/auto-instrumentations-node/register',
]

const GRPC = new Set(['mobile', 'cart', 'payment'])

export async function startShop(options: ShopOptions): Promise<Shop> {
  const processes = new Map<string, ChildProcess>()
  const start = async (service: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const child = startService(service, env, options)
    processes.set(service, child)
    return `http://127.0.0.1:${await port(service, child)}`
  }
  const [cart, catalog, payment] = await Promise.all([
    start('cart', { SHOP_LEAK: options.leaks ? 'on' : 'off' }),
    start('catalog'),
    start('payment'),
  ])
  const backends = { CART_URL: cart, CATALOG_URL: catalog, PAYMENT_URL: payment }
  const [frontend, mobile] = await Promise.all([
    start('frontend', backends),
    start('mobile', { ...backends, SHOP_CLIENT: 'mobile' }),
  ])
  const load = spawnNode(['load.ts'], { FRONTEND_URL: frontend, MOBILE_URL: mobile, SHOP_SEED: `${options.seed}` })
  processes.set('load', load)
  return { processes, truth: () => askTruth(processes.get('cart')!) }
}

function startService(
  service: string,
  env: Readonly<Record<string, string>>,
  { grpcEndpoint, httpEndpoint, onStderr }: ShopOptions,
): ChildProcess {
  const grpc = GRPC.has(service)
  const child = spawnNode(
    [...HEAP_FLAGS, ...INSTRUMENTATION_FLAGS, `${service}.ts`],
    {
      ...env,
      OTEL_SERVICE_NAME: service,
      OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.4.2',
      OTEL_EXPORTER_OTLP_PROTOCOL: grpc ? 'grpc' : 'http/protobuf',
      OTEL_EXPORTER_OTLP_ENDPOINT: grpc ? grpcEndpoint : httpEndpoint,
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_METRIC_EXPORT_TIMEOUT: '900',
      OTEL_BSP_SCHEDULE_DELAY: '1000',
      OTEL_SEMCONV_STABILITY_OPT_IN: 'http',
      OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process,serviceinstance',
      OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,undici,express,runtime-node,host-metrics',
      OTEL_LOG_LEVEL: 'warn',
    },
  )
  let rest = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) onStderr(service, line)
  })
  return child
}

function spawnNode(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, ['--import', '../orphan.ts', ...args], {
    cwd: fileURLToPath(new URL('shop/', import.meta.url)),
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
}

async function port(service: string, child: ChildProcess): Promise<number> {
  const answer = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)])
  if (answer === undefined) throw new Error(`${service} ended before it listened`)
  return answer[0].port
}

async function askTruth(cart: ChildProcess): Promise<Truth> {
  cart.send('truth')
  const [answer] = await once(cart, 'message')
  return answer.truth
}

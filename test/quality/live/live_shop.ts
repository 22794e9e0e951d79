/**
 * The demo's shop, with a cart that does what a plan says and is written in what the plan says. Everything is
 * instrumented by the stock packages alone, set up by environment variables (and, as usual in Go, a few lines).
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Children } from '../../demo/children.ts'
import { EXPORT_MS, ONSET_S, type Plan } from './plan.ts'
import type { Truth } from './recording.ts'
import type { Foreign } from './toolchains.ts'

/** A shop that runs. */
export interface LiveShop {
  /** What the cart itself says it kept. It lets go of it: ask once, at the end. */
  truth(): Promise<Truth>
  /** Ends what `children` does not know. */
  end(): void
}

/** A limit of so many MiB, as for a small container; V8 shall rather collect often than let the heap grow. */
const HEAP_FLAGS = ['--max-old-space-size=192', '--optimize-for-size', '--heap-growing-percent=10']
const INSTRUMENTATION_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--experimental-loader=@opentelemetry/instrumentation/hook.mjs',
  '--import=@opentelemetry/auto-instrumentations-node/register',
]
const SAMPLED_SHARE = 0.05

/** A cart that takes requests and can be asked. */
interface Cart {
  readonly port: number
  truth(): Promise<Truth>
  end(): void
}

/** Resolves when all take requests and the shoppers are on their way. */
export async function startLiveShop(
  plan: Plan,
  foreign: Foreign | undefined,
  children: Children,
  endpoint: string,
  onLine: (service: string, line: string) => void,
): Promise<LiveShop> {
  const node = (name: string, script: string, env: Readonly<Record<string, string>> = {}): ChildProcess =>
    children.start({
      name,
      args: [...HEAP_FLAGS, ...INSTRUMENTATION_FLAGS, file(script)],
      env: { ...env, ...instrumentation(name, endpoint) },
      onLine: (line) => onLine(name, line),
    })
  const cartEnv = { CART_MODE: plan.mode, CART_ONSET_S: `${ONSET_S}` }
  const service = async (name: string, env: Readonly<Record<string, string>> = {}): Promise<string> => {
    const child = node(name, `../../demo/shop/${name}.ts`, env)
    return url((await message(child)).port as number)
  }
  const [cart, catalog, payment] = await Promise.all([
    foreign === undefined
      ? nodeCart(node('cart', 'carts/cart.ts', cartEnv))
      : foreignCart(foreign, { ...cartEnv, ...instrumentation('cart', endpoint) }, (line) => onLine('cart', line)),
    service('catalog'),
    service('payment'),
  ])
  const backends = { CART_URL: url(cart.port), CATALOG_URL: catalog, PAYMENT_URL: payment }
  const [frontend, mobile] = await Promise.all([
    service('frontend', backends),
    service('mobile', { ...backends, SHOP_CLIENT: 'mobile' }),
  ])
  children.start({
    name: 'shoppers',
    args: [file('../../demo/shop/load.ts')],
    env: { FRONTEND_URL: frontend, MOBILE_URL: mobile, SHOP_SEED: `${plan.seed}` },
    onLine: (line) => onLine('shoppers', line),
  })
  return { truth: cart.truth, end: cart.end }
}

/** The variables that set every stock SDK up; those of other runtimes are not read. */
function instrumentation(service: string, endpoint: string): Readonly<Record<string, string>> {
  return {
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.4.2',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: `${SAMPLED_SHARE}`,
    OTEL_METRIC_EXPORT_INTERVAL: `${EXPORT_MS}`,
    OTEL_METRIC_EXPORT_TIMEOUT: `${EXPORT_MS}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_SEMCONV_STABILITY_OPT_IN: 'http',
    OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process,serviceinstance',
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,undici,express,runtime-node,host-metrics',
    OTEL_PYTHON_DISABLED_INSTRUMENTATIONS: 'threading',
  }
}

async function nodeCart(child: ChildProcess): Promise<Cart> {
  return {
    port: (await message(child)).port as number,
    async truth() {
      child.send('truth')
      return (await message(child)).truth as Truth
    },
    end() {},
  }
}

/** Speaks lines of JSON on its standard output, and ends when its standard input does. */
async function foreignCart(
  { command, args, env }: Foreign,
  more: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Promise<Cart> {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, ...env, ...more }, stdio: 'pipe' })
  createInterface({ input: child.stderr }).on('line', onLine)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (key: string): Promise<unknown> => {
    for (;;) {
      const { value: line, done } = await lines.next()
      if (done) throw new Error(`the cart ended before it told its ${key}`)
      if (line.startsWith(`{"${key}"`)) return JSON.parse(line)[key]
      onLine(line)
    }
  }
  return {
    port: (await answer('port')) as number,
    truth() {
      const told = answer('truth')
      child.stdin.write('truth\n')
      return told as Promise<Truth>
    },
    end: () => void child.kill('SIGKILL'),
  }
}

async function message(child: ChildProcess): Promise<Record<string, unknown>> {
  const answer = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)])
  if (answer === undefined) throw new Error('a service ended before it answered')
  return answer[0]
}

function url(port: number): string {
  return `http://127.0.0.1:${port}`
}

function file(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url))
}

/**
 * The demo's shop, with a cart that does what a plan says and is written in what the plan says. Everything is
 * instrumented by the stock packages alone, set up by environment variables (and, as usual in Go, a few lines).
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Children } from '../../demo/children.ts'
import { answerOf, INSTRUMENTATION_FLAGS, shopScript, wireShop } from '../../demo/shop.ts'
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
const SAMPLED_SHARE = 0.05

/** A cart that takes requests and can be asked. */
interface Cart {
  readonly url: string
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
      args: [...HEAP_FLAGS, ...INSTRUMENTATION_FLAGS, script],
      env: { ...env, ...instrumentation(name, endpoint) },
      onLine: (line) => onLine(name, line),
    })
  const cartEnv = { CART_MODE: plan.mode, CART_ONSET_S: `${ONSET_S}` }
  const cart = await wireShop<Cart>(children, {
    cart: () =>
      foreign === undefined
        ? nodeCart(node('cart', fileURLToPath(new URL('carts/cart.ts', import.meta.url)), cartEnv))
        : foreignCart(foreign, { ...cartEnv, ...instrumentation('cart', endpoint) }, (line) => onLine('cart', line)),
    start: async (name, env = {}) => ({ url: await urlOf(name, node(name, shopScript(name), env)) }),
    seed: plan.seed,
    onLine,
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
    url: await urlOf('cart', child),
    async truth() {
      child.send('truth')
      return (await answerOf('cart', child)).truth as Truth
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
    url: url((await answer('port')) as number),
    truth() {
      const told = answer('truth')
      child.stdin.write('truth\n')
      return told as Promise<Truth>
    },
    end: () => void child.kill('SIGKILL'),
  }
}

async function urlOf(service: string, child: ChildProcess): Promise<string> {
  return url((await answerOf(service, child)).port as number)
}

function url(port: number): string {
  return `http://127.0.0.1:${port}`
}

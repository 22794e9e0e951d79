/**
 * One run of the demo: start everything, listen until what was to be heard has been heard, ask cart for the truth,
 * and say whether leakmesh was right. However it ends, no process stays behind.
 */

import { countItems } from '../../proto/count.ts'
import type { SignalName } from '../../proto/malformed.ts'
import { decodeRequest } from '../../proto/messages.ts'
import { type Children, createChildren } from './children.ts'
import { findingsIn, type Said } from './heard.ts'
import { freePort, startLeakmesh, USUAL_GRPC_PORT, USUAL_HTTP_PORT } from './leakmesh.ts'
import type { Options } from './options.ts'
import { openScreen, type Screen } from './screen.ts'
import { SERVICES, type Shop, startShop, type Truth } from './shop.ts'
import { openSink, type Sink } from './sink.ts'
import { type Course, faults, summary } from './verdict.ts'
import { observe, rows, type Watch } from './watch.ts'

/** After all has been heard, so much longer: time enough to say something wrong of the other services. */
const LINGER_S = 15
const REDRAW_MS = 1_000
const LOG_LINES_MAX = 40
const TRUTH_MS = 5_000

interface Run {
  readonly options: Options
  readonly screen: Screen
  readonly startMs: number
  readonly watch: Watch
  readonly said: { readonly atSecond: number; readonly said: Said }[]
  /** The last lines of leakmesh, shown when it goes wrong. */
  readonly log: string[]
  warning: string | undefined
  items: number
  /** Why to stop before the time; undefined: go on. */
  stop: string | undefined
}

/** @returns the exit code: 0 only when exactly the right finding came. */
export async function runDemo(options: Options): Promise<number> {
  const run = begin(options)
  const children = createChildren((name, status) => {
    run.stop ??= `${name} ended unexpectedly (${status})`
  })
  const sink = await openSink((signal, bytes) => receive(run, signal, bytes))
  const onSignal = (): void => {
    run.stop ??= 'stopped'
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  try {
    return await watchShop(run, children, sink)
  } catch (thrown) {
    run.screen.say(`${(thrown as Error).message}\n${run.log.join('\n')}`)
    return 1
  } finally {
    await children.end()
    sink.close()
  }
}

function begin(options: Options): Run {
  const screen = openScreen(process.stdout, options.quiet)
  return {
    options,
    screen,
    startMs: Date.now(),
    watch: new Map(),
    said: [],
    log: [],
    warning: undefined,
    items: 0,
    stop: undefined,
  }
}

async function watchShop(run: Run, children: Children, sink: Sink): Promise<number> {
  const { options, screen } = run
  const [grpcPort, httpPort] = [await freePort(USUAL_GRPC_PORT), await freePort(USUAL_HTTP_PORT)]
  introduce(run, grpcPort, httpPort)
  const leakmesh = await startLeakmesh(children, {
    grpcPort,
    httpPort,
    sinkUrl: sink.url,
    record: options.record,
    onLine: (line) => {
      run.log.push(line)
      if (run.log.length > LOG_LINES_MAX) run.log.shift()
    },
  })
  const shop = await startShop(children, {
    grpcEndpoint: `http://127.0.0.1:${grpcPort}`,
    httpEndpoint: `http://127.0.0.1:${httpPort}`,
    seed: options.seed,
    leaks: options.leaks,
    onLine: (service, line) => hearService(run, service, line),
  })
  screen.say(`Processes: ${children.list().join(', ')}.\n`)
  await untilOver(run)
  screen.close()
  const truth = await truthOf(shop)
  await children.stop(leakmesh, 10_000)
  return conclude(run, truth)
}

function introduce({ options, screen }: Run, grpcPort: number, httpPort: number): void {
  screen.say(`A shop of real Node processes: ${SERVICES.join(', ')}. Seed ${options.seed}.`)
  screen.say(
    options.leaks
      ? 'cart keeps some heap for each POST /cart, but only when mobile calls. leakmesh is not told.'
      : 'None of them leaks.',
  )
  const usual = grpcPort === USUAL_GRPC_PORT && httpPort === USUAL_HTTP_PORT
  const instead = usual ? '' : `, since ${USUAL_GRPC_PORT} or ${USUAL_HTTP_PORT} is taken`
  screen.say(`leakmesh listens on 127.0.0.1:${grpcPort} (gRPC) and :${httpPort} (HTTP)${instead}.`)
}

function receive(run: Run, signal: SignalName, bytes: Uint8Array): void {
  if (signal === 'logs') {
    for (const said of findingsIn(decodeRequest(signal, bytes))) hearFinding(run, said)
    return
  }
  const items = countItems(signal, bytes)
  run.items += typeof items === 'number' ? items : 0
  if (signal === 'metrics') observe(run.watch, decodeRequest(signal, bytes))
}

function hearFinding(run: Run, said: Said): void {
  const atSecond = secondOf(run)
  run.said.push({ atSecond, said })
  if (said.event === 'suppressed') return
  run.screen.say(`${Math.round(atSecond)} s  leakmesh ${said.event} a finding:\n  ${said.sentence}\n`)
}

function hearService(run: Run, service: string, line: string): void {
  const warns = service === 'cart' && /partial success/i.test(line)
  if (!warns) return
  if (run.warning === undefined) run.screen.say(`${Math.round(secondOf(run))} s  cart's own SDK logged:\n  ${line}\n`)
  run.warning ??= line
}

async function untilOver(run: Run): Promise<void> {
  let heardAll: number | undefined
  for (;;) {
    const second = secondOf(run)
    const opened = run.said.filter(({ said }) => said.event === 'opened').map(({ said }) => said.service)
    const { watch, items, options } = run
    run.screen.show({ second, secondsMax: options.seconds, rows: rows(watch), leaking: new Set(opened), items })
    if (opened.includes('cart') && run.warning !== undefined) heardAll ??= second
    if (run.stop !== undefined || second >= options.seconds) return
    if (!options.keep && heardAll !== undefined && second >= heardAll + LINGER_S) return
    await new Promise((resolve) => setTimeout(resolve, REDRAW_MS))
  }
}

async function truthOf(shop: Shop): Promise<Truth | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, TRUTH_MS, undefined))
  return Promise.race([shop.truth(), late]).catch(() => undefined)
}

function conclude(run: Run, truth: Truth | undefined): number {
  const { options, screen, said, warning } = run
  const course: Course = { leaks: options.leaks, said, warning, truth }
  for (const line of summary(course)) screen.say(line)
  if (options.record !== undefined) screen.say(`recorded     leakmesh replay ${options.record}`)
  if (run.stop !== undefined && !(options.keep && run.stop === 'stopped')) {
    screen.say(run.stop === 'stopped' ? 'stopped before the end' : `${run.stop}\n${run.log.join('\n')}`)
    return run.stop === 'stopped' ? 130 : 1
  }
  const wrong = faults(course)
  for (const fault of wrong) screen.say(`not as it should be: ${fault}`)
  return wrong.length === 0 ? 0 : 1
}

function secondOf(run: Run): number {
  return (Date.now() - run.startMs) / 1_000
}

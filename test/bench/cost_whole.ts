/**
 * The whole process: OTLP over HTTP in, everything kept, every series asked at each step. leakmesh beside Prometheus, which
 * is asked its rule, in turn, on the same bytes, which tell of so many hours before the first step that counts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { launchEnv, launchFlags, pathOf } from './child.ts'
import { usageOf } from './procfs.ts'
import { startPrometheus } from './prometheus.ts'
import { type SeriesShape, START_MS, seriesLoad } from './series_load.ts'
import { type Ports, startSubject } from './subject.ts'

/** What to send. */
export interface WholeShape extends SeriesShape {
  /** Steps before those that count: history for who looks back. */
  readonly fillSteps: number
  readonly steps: number
  /** How long a process has to be idle before it counts as done, milliseconds. */
  readonly settleMs: number
}

/** What one process has used in the steps that count. */
export interface WholeCost {
  /** CPU microseconds a series and step: taking in and keeping; asking is part of it where a process asks by itself. */
  readonly keepUs: number
  readonly askUs: number
  readonly rssMiB: number
}

/** Something that takes OTLP. */
interface Taker {
  readonly pid: number
  readonly url: string
  ask?(atMs: number): Promise<void>
}

/** A step is sent at most so often: leakmesh looks once a second of the clock, however fast event time passes. */
const STEP_LEAST_MS = 20
const IDLE_CPU_SECONDS = 0.02
const SETTLE_TRIES = 40

/** leakmesh, as the launcher starts it. */
export async function wholeCostOfOurs(shape: WholeShape): Promise<WholeCost> {
  const command = [process.execPath, ...launchFlags(), pathOf('service/main.ts')]
  const config = (ports: Ports) => configuration(ports, shape.stepMs)
  const subject = await startSubject('leakmesh', command, config, launchEnv())
  try {
    return await drive({ pid: subject.pid, url: `http://127.0.0.1:${subject.httpPort}/v1/metrics` }, shape)
  } finally {
    await subject.stop()
  }
}

/** Prometheus, asked at each step. Rejects when it does not look at every series. */
export async function wholeCostOfPrometheus(path: string, shape: WholeShape): Promise<WholeCost> {
  const prometheus = await startPrometheus(path)
  try {
    const cost = await drive(prometheus, shape)
    const asked = await prometheus.seriesAsked(endOf(shape, shape.fillSteps + shape.steps - 1))
    if (asked !== shape.series) throw new Error(`Prometheus looks at ${asked} of ${shape.series} series`)
    return cost
  } finally {
    await prometheus.stop()
  }
}

function configuration({ http, health }: Ports, stepMs: number): string {
  return `
receivers: {otlp: {protocols: {http: {endpoint: 127.0.0.1:${http}}}}}
exporters: {nop: {}}
connectors: {leak_detector: {step: ${stepMs / 1000}s}}
extensions: {health_check: {endpoint: 127.0.0.1:${health}}}
service:
  extensions: [health_check]
  telemetry: {logs: {level: warn}, metrics: {level: none}}
  pipelines:
    metrics: {receivers: [otlp], exporters: [leak_detector]}
    logs/findings: {receivers: [leak_detector], exporters: [nop]}
`
}

async function drive(taker: Taker, shape: WholeShape): Promise<WholeCost> {
  const exported = seriesLoad(shape)
  for (let step = 0; step < shape.fillSteps; step++) await send(taker, exported(step))
  await settled(taker.pid, shape.settleMs)
  const meter = createMeter(taker.pid)
  for (let step = shape.fillSteps; step < shape.fillSteps + shape.steps; step++) {
    await send(taker, exported(step))
    meter.spend('keep')
    await taker.ask?.(endOf(shape, step))
    meter.spend('ask')
  }
  await settled(taker.pid, shape.settleMs)
  meter.spend('keep')
  const each = (seconds: number) => (seconds * 1e6) / (shape.series * shape.steps)
  return { keepUs: each(meter.spent.keep), askUs: each(meter.spent.ask), rssMiB: usageOf(taker.pid).rssMiB }
}

function endOf({ stepMs }: WholeShape, step: number): number {
  return START_MS + (step + 1) * stepMs
}

async function send({ url }: Taker, requests: readonly Uint8Array[]): Promise<void> {
  const startedMs = performance.now()
  for (const body of requests) {
    const headers = { 'content-type': 'application/x-protobuf' }
    const response = await fetch(url, { method: 'POST', headers, body: body as Uint8Array<ArrayBuffer> })
    if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`)
    await response.arrayBuffer()
  }
  const leftMs = STEP_LEAST_MS - (performance.now() - startedMs)
  if (leftMs > 0) await sleep(leftMs)
}

/** What was sent last is worked on behind the answer: waits until the process is idle. */
async function settled(pid: number, settleMs: number): Promise<void> {
  for (let tries = 0; tries < SETTLE_TRIES; tries++) {
    const before = usageOf(pid).cpuSeconds
    await sleep(settleMs)
    if (usageOf(pid).cpuSeconds - before <= IDLE_CPU_SECONDS) return
  }
}

/** CPU seconds since the last time, put to what they were spent on. */
function createMeter(pid: number) {
  const spent = { keep: 0, ask: 0 }
  let last = usageOf(pid).cpuSeconds
  return {
    spent,
    spend(on: keyof typeof spent): void {
      const now = usageOf(pid).cpuSeconds
      spent[on] += now - last
      last = now
    },
  }
}

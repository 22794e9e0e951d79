/**
 * The first half of reading a case: points become streams, one for each part of a metric of one sender. Nothing is
 * chosen yet; `series.ts` joins streams into what the baselines look at.
 */
import { BYTES_IN_UNIT } from '../../../processor/leak_detector/batch/observe_points.ts'
import { commandLineLimit } from '../../../processor/leak_detector/engine/limits.ts'
import {
  METRIC_NAMES,
  type MetricRow,
  metricComponent,
  metricRow,
} from '../../../processor/leak_detector/tensor/resources.ts'
import { type Attributes, type ColumnTables, POINT_TYPE, type PointColumns } from '../../../proto/columns.ts'
import { createWalker } from '../../../proto/walker.ts'
import type { Case } from '../case.ts'

/** Who sent a stream, as its resource says. */
export interface Sender {
  /** `service.name`, or '' when the resource does not say. */
  readonly service: string
  /** `service.instance.id`, else the pod (and container), else the host. */
  readonly instance: string
  /** `k8s.pod.name` or its uid; '' outside of Kubernetes. */
  readonly pod: string
  /** Name for what no resource with a service's name explains. */
  readonly workload: string
  /** Part of a Job or CronJob. */
  readonly isJob: boolean
  /** Heap limit on the command line, bytes; NaN when there is none. */
  readonly commandLimit: number
}

/** One part of one metric of one sender, in steps since the start of the run, in the order they came. */
export interface Stream {
  readonly sender: Sender
  readonly row: MetricRow
  readonly component: string
  readonly steps: number[]
  /** In the unit of the row's table, scaled. */
  readonly values: number[]
}

/**
 * All streams of levels and limits in the run's telemetry. A point outside of the run's time (a clock years off) counts
 * at its arrival; one that is merely late counts when it was measured, though a real tool would have seen it later.
 */
export function readStreams(run: Case): readonly Stream[] {
  const walker = createWalker()
  const wants = (metric: number) => METRIC_NAMES.has(walker.text(metric))
  const streams = new Map<string, Stream>()
  const senders = new Map<string, Sender>()
  let known = new Map<number, Map<number, OpenStream | undefined>>()
  let generation = walker.generation
  for (const { signal, bytes, timeMs } of run.telemetry()) {
    if (signal !== 'metrics') continue
    const points = walker.metrics(bytes, wants)
    if (!points.ok) continue
    if (walker.generation !== generation) {
      known = new Map()
      generation = walker.generation
    }
    for (let at = 0; at < points.count; at++) {
      const open = openStream(known, points, at, () => admit(streams, senders, points, at, walker))
      if (open !== undefined) keep(open, run, points, at, timeMs)
    }
  }
  return [...streams.values()]
}

interface OpenStream {
  readonly stream: Stream
  readonly scale: number
}

/** Numbers of the walker are small: resource and metric make one key, the set of attributes and the unit the other. */
function openStream(
  known: Map<number, Map<number, OpenStream | undefined>>,
  points: PointColumns,
  at: number,
  make: () => OpenStream | undefined,
): OpenStream | undefined {
  const outer = points.resource[at]! * 0x1000000 + points.metric[at]!
  const inner = points.attributes[at]! * 0x1000000 + points.unit[at]!
  const byAttributes = known.get(outer) ?? new Map<number, OpenStream | undefined>()
  known.set(outer, byAttributes)
  const open = byAttributes.get(inner)
  if (open !== undefined || byAttributes.has(inner)) return open
  const made = make()
  byAttributes.set(inner, made)
  return made
}

function admit(
  streams: Map<string, Stream>,
  senders: Map<string, Sender>,
  points: PointColumns,
  at: number,
  tables: ColumnTables,
): OpenStream | undefined {
  const metric = tables.text(points.metric[at]!)
  const row = metricRow(metric)
  const component = metricComponent(metric, tables.attributes(points.attributes[at]!))
  if (row === undefined || component === undefined) return undefined
  if (row.role.kind !== 'level' && row.role.kind !== 'limit') return undefined
  const stated = senderOf(tables.resource(points.resource[at]!))
  const who = JSON.stringify([stated.service, stated.instance, stated.pod])
  const sender = senders.get(who) ?? stated
  senders.set(who, sender)
  const key = `${who} ${metric} ${component}`
  const stream = streams.get(key) ?? { sender, row, component, steps: [], values: [] }
  streams.set(key, stream)
  return { stream, scale: (BYTES_IN_UNIT.get(tables.text(points.unit[at]!)) ?? 1) * (row.scale ?? 1) }
}

function senderOf(resource: Attributes): Sender {
  const first = (...names: readonly string[]) =>
    names.map((name) => resource.get(name) ?? '').find((text) => text !== '')
  const pod = first('k8s.pod.name', 'k8s.pod.uid') ?? ''
  const container = resource.get('k8s.container.name') ?? ''
  const command = ['process.command_args', 'process.command_line'].map((name) => resource.get(name) ?? '').join(' ')
  return {
    service: resource.get('service.name') ?? '',
    instance: first('service.instance.id') ?? (pod === '' ? (first('host.name', 'container.id') ?? '') : pod),
    pod,
    workload:
      first('k8s.deployment.name', 'k8s.statefulset.name') ?? (container === '' ? 'unknown_service' : container),
    isJob: resource.has('k8s.job.name') || resource.has('k8s.cronjob.name'),
    commandLimit: commandLineLimit(command)?.value ?? Number.NaN,
  }
}

function keep(open: OpenStream, run: Case, points: PointColumns, at: number, arrivalMs: number): void {
  const toldMs = points.timeMs[at]!
  const isInside = toldMs >= run.startMs && toldMs < run.endMs + run.stepMs
  const step = Math.floor(((isInside ? toldMs : arrivalMs) - run.startMs) / run.stepMs)
  const told = points.value[at]! * open.scale
  if (!Number.isFinite(told) || step < 0) return
  const { steps, values } = open.stream
  const isDelta = points.type[at] === POINT_TYPE.sum && points.temporality[at] === 1
  const value = isDelta ? (values.at(-1) ?? 0) + told : told
  if (steps.at(-1) === step) values[values.length - 1] = value
  else {
    steps.push(step)
    values.push(value)
  }
}

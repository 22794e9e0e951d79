/**
 * What the baselines look at: one regular series for each resource of each instance, read once from a case's bytes.
 *
 * The reading is the friendliest we know: units are brought together, parts are summed or left out as the product's own
 * table of metrics says, of several metrics that tell the same the best is taken, and what kubelet tells of a pod is
 * joined with the service that runs in it. What a baseline misses it misses by its rule, not by its reading.
 */
import type { LeakResource } from '../../../processor/leak_detector/detect/evidence.ts'
import { isBytes } from '../../../processor/leak_detector/finding/finding.ts'
import type { LimitSource } from '../../../processor/leak_detector/tensor/resources.ts'
import type { Case } from '../case.ts'
import { readStreams, type Stream } from './streams.ts'

/** One resource of one instance. */
export interface Series {
  readonly service: string
  readonly instance: string
  readonly resource: LeakResource
  /** Part of a Job or CronJob. */
  readonly isJob: boolean
  /** Steps from the start of the run to the first value. */
  readonly firstStep: number
  /** Last value told in each step, bytes or items; NaN marks a step without one. */
  readonly values: Float64Array
  /** Where the limit changes, oldest first; empty when none is known. */
  readonly limits: readonly { readonly fromStep: number; readonly value: number }[]
}

/** All series of a case, on one grid. */
export interface SeriesSet {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  readonly series: readonly Series[]
}

/** Prometheus shows a value for five minutes after its last sample; so long a missing part of a sum stands in. */
export const LOOKBACK_MS = 300_000

/** The limit that held at a step, counted from the start of the run; NaN when none is known. */
export function limitAt({ limits }: Series, step: number): number {
  return (limits.findLast(({ fromStep }) => fromStep <= step) ?? limits[0])?.value ?? Number.NaN
}

/**
 * Reads the metrics of a case. For each resource of an entity (a pod, or an instance outside of Kubernetes) only the
 * metric of the lowest rank counts, with all the instances that tell it.
 */
export function readSeries(run: Case): SeriesSet {
  const streams = readStreams(run)
  const serviceOfPod = new Map<string, string>()
  for (const { sender } of streams) if (sender.service !== '') serviceOfPod.set(sender.pod, sender.service)
  serviceOfPod.delete('')
  const serviceOf = ({ sender }: Stream) => sender.service || (serviceOfPod.get(sender.pod) ?? sender.workload)
  const entities = Map.groupBy(streams, (stream) =>
    JSON.stringify([serviceOf(stream), stream.sender.pod || stream.sender.instance]),
  )
  const lookback = Math.max(1, Math.round(LOOKBACK_MS / run.stepMs))
  const series = [...entities.values()].flatMap((entity) => seriesOf(serviceOf(entity[0]!), entity, lookback))
  return { startMs: run.startMs, endMs: run.endMs, stepMs: run.stepMs, series }
}

function seriesOf(service: string, entity: readonly Stream[], lookback: number): readonly Series[] {
  const levels = entity.filter(({ row }) => row.role.kind === 'level')
  const resources = Map.groupBy(levels, ({ row }) => row.role.kind === 'level' && row.role.resource)
  return [...resources.entries()].flatMap(([resource, told]) => {
    if (resource === false) return []
    const least = Math.min(...told.map(rankOf))
    const instances = Map.groupBy(
      told.filter((stream) => rankOf(stream) === least),
      ({ sender }) => sender.instance,
    )
    return [...instances.values()].map((parts): Series => {
      const { instance } = parts[0]!.sender
      const isJob = entity.some(({ sender }) => sender.isJob)
      return { service, instance, resource, isJob, limits: limitsOf(resource, entity), ...summed(parts, lookback) }
    })
  })
}

function rankOf({ row }: Stream): number {
  return row.role.kind === 'level' ? row.role.rank : Number.POSITIVE_INFINITY
}

/** One value a step: the sum over the parts; a part that is silent for less than the lookback keeps its last value. */
function summed(parts: readonly Stream[], lookback: number): Pick<Series, 'firstStep' | 'values'> {
  const firstStep = parts.reduce((least, { steps }) => steps.reduce((a, b) => Math.min(a, b), least), Infinity)
  const lastStep = parts.reduce((most, { steps }) => steps.reduce((a, b) => Math.max(a, b), most), 0)
  const regular = parts.map((part) => onGrid(part, firstStep, lastStep))
  if (regular.length === 1) return { firstStep, values: regular[0]! }
  const values = new Float64Array(lastStep - firstStep + 1).fill(Number.NaN)
  const filled = regular.map((part) => carried(part, lookback))
  for (let at = 0; at < values.length; at++) {
    if (regular.every((part) => Number.isNaN(part[at]))) continue
    values[at] = filled.reduce((sum, part) => sum + (Number.isNaN(part[at]) ? 0 : part[at]!), 0)
  }
  return { firstStep, values }
}

function onGrid({ steps, values }: Stream, firstStep: number, lastStep: number): Float64Array {
  const grid = new Float64Array(lastStep - firstStep + 1).fill(Number.NaN)
  for (let at = 0; at < steps.length; at++) {
    const slot = steps[at]! - firstStep
    if (Number.isNaN(grid[slot])) grid[slot] = values[at]!
  }
  return grid
}

function carried(values: Float64Array, lookback: number): Float64Array {
  const filled = values.slice()
  let age = Number.isNaN(values[0]) ? Number.POSITIVE_INFINITY : 0
  for (let at = 1; at < filled.length; at++) {
    age = Number.isNaN(values[at]) ? age + 1 : 0
    if (age > 0 && age <= lookback) filled[at] = filled[at - 1]!
  }
  return filled
}

/** Whose limit counts first. A heap without its own is bounded by the memory of its container. */
const HEAP_SOURCES: readonly LimitSource[] = ['jvm', 'v8', 'go', 'container', 'host']
const MEMORY_SOURCES: readonly LimitSource[] = ['container', 'go', 'host']

function limitsOf(resource: LeakResource, entity: readonly Stream[]): Series['limits'] {
  if (!isBytes(resource)) return []
  const command = entity.map(({ sender }) => sender.commandLimit).find((limit) => limit > 0)
  for (const source of resource === 'heap' ? HEAP_SOURCES : MEMORY_SOURCES) {
    const told = entity.filter(({ row }) => row.role.kind === 'limit' && row.role.source === source)
    const changes = limitChanges(told)
    if (changes.length > 0) return changes
    if (source === 'v8' && command !== undefined) return [{ fromStep: 0, value: command }]
  }
  return []
}

/** Parts of a limit are summed; what is not positive is "no limit". */
function limitChanges(parts: readonly Stream[]): Series['limits'] {
  if (parts.length === 0) return []
  const { firstStep, values } = summed(parts, Number.POSITIVE_INFINITY)
  const changes: { fromStep: number; value: number }[] = []
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!
    if (value > 0 && value !== changes.at(-1)?.value) changes.push({ fromStep: firstStep + at, value })
  }
  return changes
}

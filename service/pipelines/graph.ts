/**
 * The pipelines that run in one thread, and how they become others.
 *
 * Starting is a reload from nothing: the plan of the new configuration is compared with what runs; instances whose
 * configuration and place are the same are kept, with their queues, connections and memories; the rest is built,
 * started, joined, and only then is the old shut down. Receivers that are kept do not miss a connection.
 */

import assert from 'node:assert/strict'
import type { Consumer, Settings } from '../../component/component.ts'
import type { Clock, Log } from '../../component/env.ts'
import { SIGNALS } from '../../component/payload.ts'
import type { Configuration } from '../config/configuration.ts'
import { fanOut } from './fan_out.ts'
import { createInstance, type Instance } from './instance.ts'
import { errorText, type Started, startInOrder, stopInOrder } from './life.ts'
import { type Door, type Plan, type PlanNode, planOf } from './plan.ts'
import type { Role } from './role.ts'

/** What a graph needs to build components and to wait for them. */
export interface GraphOptions {
  readonly clock: Clock
  readonly log: Log
  settingsFor(node: PlanNode): Settings
}

/** What came of a change, with how many instances were started, kept and stopped. */
export type Applied =
  | { readonly ok: true; readonly started: number; readonly kept: number; readonly stopped: number }
  /** `broken`: the old pipelines could not be brought back either. */
  | { readonly ok: false; readonly message: string; readonly broken: boolean }

/** The owner of all instances of one thread. */
export interface Graph {
  /**
   * Makes this configuration the running one; when that fails, what ran before runs on. Resolves when the new one runs;
   * what left may still be delivering.
   */
  apply(configuration: Configuration, role: Role): Promise<Applied>
  /** What runs, in start order; while that is shut down, what is being shut down. */
  instances(): readonly Instance[]
  shutdown(deadlineMs: number): Promise<void>
}

/** How long a reload waits for requests under way in receivers that it replaces: nothing listens meanwhile. */
const HANDOVER_MS = 2_000

/** What runs: instances by key, and the configuration they came from. */
interface Running {
  readonly configuration: Configuration
  readonly plan: Plan
  readonly instances: ReadonlyMap<string, Instance>
}

/** A graph in which nothing runs yet. */
export function createGraph(options: GraphOptions): Graph {
  let running: Running | undefined
  let ending: readonly Instance[] = []
  let drained: Promise<unknown> = Promise.resolve()
  return {
    async apply(configuration, role) {
      const swapped = await swap(options, running, configuration, planOf(configuration, role))
      if (swapped.running !== undefined) running = swapped.running
      drained = Promise.all([drained, swapped.drained])
      return swapped.applied
    },
    instances: () => (running === undefined ? ending : inOrder(running)),
    async shutdown(deadlineMs) {
      const last = running === undefined ? [] : inOrder(running)
      running = undefined
      ending = [...ending, ...last]
      await Promise.all([drained, stopInOrder(last, deadlineMs, options.clock, options.log)])
      ending = ending.filter((instance) => !last.includes(instance))
    },
  }
}

interface Swapped {
  readonly applied: Applied
  readonly running?: Running
  /** Settles when those that left have handed on what they held. */
  readonly drained?: Promise<void>
}

async function swap(
  options: GraphOptions,
  old: Running | undefined,
  configuration: Configuration,
  plan: Plan,
): Promise<Swapped> {
  const built = build(options, old, configuration, plan)
  if (!built.ok) {
    await stopInOrder(built.fresh, 0, options.clock, options.log)
    return { applied: { ok: false, message: built.message, broken: false } }
  }
  const { next, fresh, kept, leaving } = built
  join(next, fresh)
  const early = fresh.filter((one) => (old === undefined ? one.node.kind !== 'receiver' : !atTheEdge(one)))
  const started = await startInOrder(early)
  if (!started.ok) {
    await stopInOrder(fresh, 0, options.clock, options.log)
    return { applied: { ...started, broken: false } }
  }
  join(next, kept)
  await stopInOrder(leaving.filter(atTheEdge), HANDOVER_MS, options.clock, options.log)
  const edge = await startInOrder(edgeOrder(fresh.filter((one) => !early.includes(one))))
  if (!edge.ok) {
    await stopInOrder(fresh, 0, options.clock, options.log)
    return old === undefined ? { applied: { ...edge, broken: false } } : restore(options, old, leaving, edge.message)
  }
  const stopping = leaving.filter((one) => !atTheEdge(one))
  const drained = stopInOrder(stopping, configuration.service.shutdown_timeout, options.clock, options.log)
  const applied = { ok: true, started: fresh.length, kept: kept.length, stopped: leaving.length } as const
  return { applied, running: next, drained }
}

/** Receivers and extensions hold ports: the old ones must let go before the new ones can have them. */
function atTheEdge({ node }: Instance): boolean {
  return node.kind === 'receiver' || node.kind === 'extension'
}

/** Extensions first: whoever asks for health must not find the door open and nobody behind it. */
function edgeOrder(fresh: readonly Instance[]): readonly Instance[] {
  const edge = fresh.filter(atTheEdge)
  return [
    ...edge.filter(({ node }) => node.kind === 'extension'),
    ...edge.filter(({ node }) => node.kind === 'receiver'),
  ]
}

type Built =
  | {
      readonly ok: true
      readonly next: Running
      readonly fresh: readonly Instance[]
      readonly kept: readonly Instance[]
      readonly leaving: readonly Instance[]
    }
  | { readonly ok: false; readonly message: string; readonly fresh: readonly Instance[] }

function build(options: GraphOptions, old: Running | undefined, configuration: Configuration, plan: Plan): Built {
  const instances = new Map<string, Instance>()
  const fresh: Instance[] = []
  for (const node of plan) {
    const before = old?.instances.get(node.key)
    const stays = before !== undefined && before.node.fingerprint === node.fingerprint
    const instance = stays ? { ...before, node } : tryCreate(node, configuration, options)
    if (typeof instance === 'string') return { ok: false, message: instance, fresh }
    instances.set(node.key, instance)
    if (!stays) fresh.push(instance)
  }
  const leaving =
    old === undefined ? [] : inOrder(old).filter((one) => instances.get(one.node.key)?.component !== one.component)
  const kept = [...instances.values()].filter((one) => !fresh.includes(one))
  return { ok: true, next: { configuration, plan, instances }, fresh, kept, leaving }
}

function tryCreate(node: PlanNode, configuration: Configuration, options: GraphOptions): Instance | string {
  try {
    return createInstance(node, configuration, options.settingsFor(node))
  } catch (error) {
    const what = node.signal === undefined ? '' : ` for data type "${node.signal}"`
    return `failed to build pipelines: failed to create "${node.id}" ${node.kind}${what}: ${errorText(error)}`
  }
}

function join(running: Running, instances: readonly Instance[]): void {
  for (const { node, links } of instances) {
    for (const signal of SIGNALS) {
      const doors = node.outputs[signal] ?? []
      if (doors.length > 0) links[signal]?.lead(fanOut(doors.map((door) => consumerAt(running, door))))
    }
  }
}

function consumerAt(running: Running, door: Door): Consumer {
  const consumer = running.instances.get(door.key)?.input(door.signal)
  assert(consumer !== undefined, `${door.key} takes no ${door.signal}`)
  return consumer
}

/** The new edge did not start: the old one is built again, for components live but once. */
async function restore(
  options: GraphOptions,
  old: Running,
  leaving: readonly Instance[],
  reason: string,
): Promise<Swapped> {
  const instances = new Map(old.instances)
  const rebuilt: Instance[] = []
  for (const { node } of leaving.filter(atTheEdge)) {
    const instance = tryCreate(node, old.configuration, options)
    if (typeof instance === 'string') return { applied: { ok: false, message: `${reason}; ${instance}`, broken: true } }
    instances.set(node.key, instance)
    rebuilt.push(instance)
  }
  const running: Running = { ...old, instances }
  join(running, [...instances.values()])
  const started: Started = await startInOrder(edgeOrder(rebuilt))
  const message = started.ok ? reason : `${reason}; ${started.message}`
  return { applied: { ok: false, message, broken: !started.ok }, running }
}

function inOrder(running: Running): readonly Instance[] {
  return running.plan.map((node) => running.instances.get(node.key)!)
}

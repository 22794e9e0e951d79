import type { Clock, Log } from '../../component/env.ts'
import type { Instance } from './instance.ts'
import type { PlanNode } from './plan.ts'

/** Whether something runs now. */
export type Started =
  | { readonly ok: true }
  /** `message` in the Collector's words. */
  | { readonly ok: false; readonly message: string }

/** Starts one after the other; stops at the first that fails. */
export async function startInOrder(instances: readonly Instance[]): Promise<Started> {
  for (const { node, component } of instances) {
    try {
      await component.start()
    } catch (error) {
      const what = node.kind === 'extension' ? '' : 'cannot start pipelines: '
      return { ok: false, message: `${what}failed to start "${node.id}" ${node.kind}: ${errorText(error)}` }
    }
  }
  return { ok: true }
}

/**
 * Shuts instances down, each as soon as all that hand telemetry to it have ended, extensions last. What has not ended
 * at the deadline is left behind and named in the log.
 *
 * @param instances in start order.
 */
export async function stopInOrder(
  instances: readonly Instance[],
  deadlineMs: number,
  clock: Clock,
  log: Log,
): Promise<void> {
  const endMs = clock.elapsedMs() + deadlineMs
  const stopped = new Map<string, Promise<void>>()
  for (const instance of instances.toReversed()) {
    const before = instances.filter((other) => stopped.has(other.node.key) && endsBefore(other.node, instance.node))
    const turn = Promise.all(before.map((other) => stopped.get(other.node.key)!))
    stopped.set(
      instance.node.key,
      turn.then(() => stop(instance, endMs, clock, log)),
    )
  }
  await Promise.all(stopped.values())
}

function endsBefore(one: PlanNode, other: PlanNode): boolean {
  if (other.kind === 'extension') return one.kind !== 'extension'
  if (one.kind === 'receiver' && other.kind !== 'receiver') return true
  return Object.values(one.outputs).some((doors) => doors?.some((door) => door.key === other.key))
}

async function stop({ node, component }: Instance, endMs: number, clock: Clock, log: Log): Promise<void> {
  const leftMs = Math.max(0, endMs - clock.elapsedMs())
  try {
    const inTime = await within(component.shutdown(leftMs), leftMs + GRACE_MS, clock)
    if (!inTime) log.warn('Component did not end within the deadline', { component: node.key })
  } catch (error) {
    log.error('Component failed to shut down', { component: node.key, error: errorText(error) })
  }
}

/** A component ends at its deadline of itself; only one that hangs is left behind, a little later. */
const GRACE_MS = 500

async function within(work: Promise<void>, ms: number, clock: Clock): Promise<boolean> {
  let cancel = () => {}
  const late = new Promise<false>((resolve) => {
    cancel = clock.after(ms, () => resolve(false))
  })
  try {
    return await Promise.race([work.then(() => true as const), late])
  } finally {
    cancel()
  }
}

/** What an error says, without its stack. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
